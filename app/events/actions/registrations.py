"""Writing registrations. That a number is registered once for an event is decided by the database (Taken)."""

from sqlalchemy import func
from sqlalchemy.dialects.sqlite import insert

from app.delivery.actions import control
from app.domain.permission import LeftOut
from app.events.actions.events import Gone, found
from app.events.models import EventRegistration
from app.kit.db import db
from app.suppression.actions import opt_out


def register(event_id: int, name: str | None, phone: str) -> EventRegistration:
    """One more for this event. Raises Gone, or Taken when this number is registered for it."""
    row = EventRegistration(event_id=found(event_id).id, name=name, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row


def come(event_id: int, phone: str, name: str | None, *, theirs: bool) -> None:
    """Whoever said that they come is registered, once. Core, and quick.

    A name that is `theirs` (they said it themselves) takes the place of what stood there; another only fills a gap.
    """
    made = insert(EventRegistration).values(event_id=event_id, phone=phone, name=name)
    first, then = (
        (made.excluded.name, EventRegistration.name) if theirs else (EventRegistration.name, made.excluded.name)
    )
    change = {"name": func.coalesce(first, then)}
    db.session.execute(made.on_conflict_do_update(["event_id", "phone"], set_=change))


def registered(event_id: int, registration_id: int) -> EventRegistration:
    """The registration as it is inside this write section. Raises Gone, also when it is another event's."""
    row = db.session.get(EventRegistration, registration_id, populate_existing=True)
    if row is None or row.event_id != event_id:
        raise Gone
    return row


def unregister(event_id: int, registration_id: int) -> EventRegistration:
    """One less for this event; gives who that was. Raises Gone."""
    row = registered(event_id, registration_id)
    db.session.delete(row)
    db.session.flush()
    return row


def unsubscribe(event_id: int, registration_id: int) -> tuple[EventRegistration, bool]:
    """Never text this person again: onto the do-not-text list, and what is queued for them is skipped. Raises Gone.

    Gives who that is, and whether it is news. They stay registered.
    """
    row = registered(event_id, registration_id)
    is_new = opt_out(row.phone, source=f"event:{event_id}", name=row.name)
    control.leave_out(row.phone, LeftOut.SAID_STOP)
    return row, is_new
