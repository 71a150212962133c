"""Writing events. Deleting one takes its registrations and its waiting blasts with it."""

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
    """What an event is.

    `start_time` is HH:MM on the organisation's clocks; None: the whole day, or no day yet.
    """

    title: str
    date: dt.date | None = None
    start_time: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class EventDeletionSummary:
    """What went with a deleted event."""

    title: str
    registration_count: int
    cancelled_blast_count: int


def create_event(facts: EventInfo) -> Event:
    """A new event, with the usual plan of reminders."""
    row = Event(**asdict(facts))
    db.session.add(row)
    db.session.flush()
    create_reminder_plan(row.id, now())
    return row


def update_event(event_id: int, facts: EventInfo) -> list[str]:
    """Another title, day, time or place; gives which of them changed. Raises Gone."""
    row = get_event_for_update(event_id)
    changed = [name for name, value in asdict(facts).items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, getattr(facts, name))
    db.session.flush()
    reschedule_reminders(event_id, now())
    return changed


def get_event_for_update(event_id: int) -> Event:
    """The event as it is inside this write section. Raises Gone."""
    row = db.session.get(Event, event_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def delete_event_and_registrations(event_id: int) -> EventDeletionSummary:
    """Delete an event with its registrations, and cancel what waits to be sent to it. Raises Gone.

    What was sent, or is being sent, stays in the logs under the event's title.
    """
    title = get_event_for_update(event_id).title
    blasts = blast_scheduling.cancel_event_blasts(
        event_id, f"for the event “{title}”, which was deleted"
    )
    people = registrations.count_registrations(event_id)
    execute_and_count_rows(
        delete(Event).where(Event.id == event_id).execution_options(synchronize_session=False)
    )
    return EventDeletionSummary(title, people, blasts)
