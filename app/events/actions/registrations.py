"""Writing registrations.

That a number is registered once for an event is decided by the database (Taken).
"""

from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core.clock import now
from app.core.db import NotFound, db
from app.core.prepared_statements import PreparedStatement
from app.delivery.actions import blast_control
from app.domain.delivery.skip_reasons import SkipReason
from app.events.actions.events import get_event_for_update
from app.events.models import Event, EventRegistration
from app.suppression.actions import erased_numbers
from app.suppression.actions.opt_outs import record_opt_out

# Built once: whole halls register by text.
_REGISTRATIONS_TABLE = cast("Table", EventRegistration.__table__)
_FIND_EVENT_ID = PreparedStatement(select(Event.id).where(Event.id == bindparam("b_event")))
_INSERT_REGISTRATION = PreparedStatement(
    insert(_REGISTRATIONS_TABLE).on_conflict_do_nothing(["event_id", "phone"]),
    "event_id",
    "name",
    "phone",
    "created_at",
)
_UPDATE_NAME = (
    update(_REGISTRATIONS_TABLE)
    .where(
        _REGISTRATIONS_TABLE.c.event_id == bindparam("b_event"),
        _REGISTRATIONS_TABLE.c.phone == bindparam("b_phone"),
    )
    .values(name=bindparam("b_name"))
)
_SET_NAME, _SET_MISSING_NAME = (
    PreparedStatement(_UPDATE_NAME),
    PreparedStatement(_UPDATE_NAME.where(_REGISTRATIONS_TABLE.c.name.is_(None))),
)


def create_registration(event_id: int, name: str | None, phone: str) -> EventRegistration:
    """One more for this event. Raises Gone, or Taken when this number is registered for it."""
    row = EventRegistration(event_id=get_event_for_update(event_id).id, name=name, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row


def register_for_event_by_text(
    event_id: int, name: str | None, phone: str, *, theirs: bool = False
) -> bool:
    """This number is registered for this event afterwards, by its own text; True when that is new.

    Raises Gone.

    A registration that is there keeps its name, and one without a name gets this one; a name
    that is `theirs` (they said it themselves) takes the place of what stood there.
    """
    if _FIND_EVENT_ID.fetch_value(b_event=event_id) is None:
        raise NotFound
    is_new = bool(
        _INSERT_REGISTRATION.execute(event_id=event_id, name=name, phone=phone, created_at=now())
    )
    if is_new:
        erased_numbers.restore_erased_opt_outs([phone])
    elif name:
        (_SET_NAME if theirs else _SET_MISSING_NAME).execute(
            b_event=event_id, b_phone=phone, b_name=name
        )
    return is_new


def get_registration_for_update(event_id: int, registration_id: int) -> EventRegistration:
    """The registration as it is inside this write section.

    Raises Gone, also when it is another event's.
    """
    row = db.session.get(EventRegistration, registration_id, populate_existing=True)
    if row is None or row.event_id != event_id:
        raise NotFound
    return row


def delete_registration(event_id: int, registration_id: int) -> EventRegistration:
    """One less for this event; gives who that was. Raises Gone."""
    row = get_registration_for_update(event_id, registration_id)
    db.session.delete(row)
    db.session.flush()
    return row


def opt_out_registered_person(
    event_id: int, registration_id: int
) -> tuple[EventRegistration, bool]:
    """Never text this person again: onto the do-not-text list, and what is queued for them is
    skipped. Raises Gone.

    Gives who that is, and whether it is news. They stay registered.
    """
    row = get_registration_for_update(event_id, registration_id)
    is_new = record_opt_out(row.phone, source=f"event:{event_id}", name=row.name)
    blast_control.skip_queued_messages(row.phone, SkipReason.SAID_STOP)
    return row, is_new
