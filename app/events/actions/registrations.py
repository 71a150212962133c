"""Write registrations.

That a number is registered once for an event is decided by the database (UniqueViolation).
"""

from app.core.clock import now
from app.core.db import NotFound, db
from app.delivery.actions import blast_control
from app.domain.delivery.skip_reasons import SkipReason
from app.events.actions.events import get_event_for_update
from app.events.models import EventRegistration
from app.events.sql import (
    INSERT_REGISTRATION,
    SELECT_EVENT_ID,
    UPDATE_MISSING_NAME,
    UPDATE_NAME,
)
from app.suppression.actions import erased_numbers
from app.suppression.actions.opt_outs import record_opt_out


def create_registration(event_id: int, name: str | None, phone: str) -> EventRegistration:
    """Register somebody. Raises NotFound, or UniqueViolation for a number that is registered."""
    event = get_event_for_update(event_id)
    row = EventRegistration(event_id=event.id, name=name, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row


def register_for_event_by_text(
    event_id: int, name: str | None, phone: str, *, is_own_name: bool = False
) -> bool:
    """Register a number that texted, and return whether it is new. Raises NotFound.

    A registration without a name gets this one. One that has a name keeps it, unless
    `is_own_name`: the person gave this name in the text.
    """
    if SELECT_EVENT_ID.fetch_value(b_event=event_id) is None:
        raise NotFound
    # ON CONFLICT DO NOTHING: a second text of the same person is no error.
    inserted_count = INSERT_REGISTRATION.execute(
        event_id=event_id, name=name, phone=phone, created_at=now()
    )
    if inserted_count:
        # Somebody who was erased after a STOP and comes back is still opted out.
        erased_numbers.restore_erased_opt_outs([phone])
    elif name:
        statement = UPDATE_NAME if is_own_name else UPDATE_MISSING_NAME
        statement.execute(b_event=event_id, b_phone=phone, b_name=name)
    return bool(inserted_count)


def get_registration_for_update(event_id: int, registration_id: int) -> EventRegistration:
    """Return the registration as it is inside write().

    Raises NotFound, also for one of another event.
    """
    row = db.session.get(EventRegistration, registration_id, populate_existing=True)
    if row is None or row.event_id != event_id:
        raise NotFound
    return row


def delete_registration(event_id: int, registration_id: int) -> EventRegistration:
    """Delete a registration and return it. Raises NotFound."""
    row = get_registration_for_update(event_id, registration_id)
    db.session.delete(row)
    db.session.flush()
    return row


def opt_out_registered_person(
    event_id: int, registration_id: int
) -> tuple[EventRegistration, bool]:
    """Opt a registered person out and skip what is queued for them. Raises NotFound.

    They stay registered. Returns the registration, and whether the opt-out is new.
    """
    row = get_registration_for_update(event_id, registration_id)
    is_new = record_opt_out(row.phone, source=f"event:{event_id}", name=row.name)
    blast_control.skip_queued_messages(row.phone, SkipReason.SAID_STOP)
    return row, is_new
