"""How many events have reminders that are still to come."""

from datetime import date

from sqlalchemy import func, select

from app.core.db import db
from app.events.models import Event, EventReminder


def count_events_with_reminders(today: date) -> int:
    """Return the number of events from this day on whose reminders are sent by themselves."""
    statement = (
        select(func.count(Event.id.distinct()))
        .join(EventReminder, EventReminder.event_id == Event.id)
        .where(EventReminder.is_on, Event.date >= today)
    )
    return db.session.scalar(statement) or 0
