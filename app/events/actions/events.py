"""Write events. Deleting one deletes its registrations and cancels its pending blasts."""

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy import delete

from app.core.clock import now
from app.core.db import NotFound, db, execute_and_count_rows
from app.delivery.actions import blast_scheduling
from app.events.actions.reminder_plan import create_reminder_plan, reschedule_reminders
from app.events.models import Event
from app.events.queries import registrations


@dataclass(frozen=True)
class EventInfo:
    """The fields of an event.

    `start_time` is HH:MM in the organisation's time zone; None for the whole day, or without a
    date.
    """

    title: str
    date: dt.date | None = None
    start_time: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class EventDeletionSummary:
    """What was deleted or cancelled with an event."""

    title: str
    registration_count: int
    cancelled_blast_count: int


def create_event(info: EventInfo) -> Event:
    """Add an event with the usual reminder plan."""
    row = Event(**asdict(info))
    db.session.add(row)
    db.session.flush()
    create_reminder_plan(row.id, now())
    return row


def update_event(event_id: int, info: EventInfo) -> list[str]:
    """Change an event, reschedule its reminders and return the names of the changed fields.

    Raises NotFound.
    """
    row = get_event_for_update(event_id)
    changed_fields = []
    for name, value in asdict(info).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed_fields.append(name)
    db.session.flush()
    reschedule_reminders(event_id, now())
    return changed_fields


def get_event_for_update(event_id: int) -> Event:
    """Return the event as it is inside write(). Raises NotFound."""
    # Read anew: the session may hold the row as it was before this transaction.
    row = db.session.get(Event, event_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def delete_event_and_registrations(event_id: int) -> EventDeletionSummary:
    """Delete an event with its registrations and cancel its pending blasts. Raises NotFound.

    What was sent, or is being sent, stays in the logs under the event's title.
    """
    title = get_event_for_update(event_id).title
    # Before the event is gone: afterwards nothing says which blasts were for it.
    blast_count = blast_scheduling.cancel_event_blasts(
        event_id, f"for the event “{title}”, which was deleted"
    )
    registration_count = registrations.count_registrations(event_id)
    # Its registrations and reminder steps go with it, by ON DELETE CASCADE.
    statement = delete(Event).where(Event.id == event_id)
    execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return EventDeletionSummary(title, registration_count, blast_count)
