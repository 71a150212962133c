"""Events of the demo data. Inside write()."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.core.db import db
from app.events.models import Event, EventRegistration


class DemoPerson(NamedTuple):
    """A made-up person who is registered for an event."""

    name: str | None
    phone: str


def find_event_id_by_title(title: str) -> int | None:
    """Return the id of the first event with exactly this title, or None."""
    return db.session.scalar(select(Event.id).where(Event.title == title).order_by(Event.id))


def create_event_with_registrations(title: str, day: dt.date, people: Sequence[DemoPerson]) -> None:
    """Create an event with these people registered for it, and without any reminders."""
    event = Event(title=title, date=day)
    db.session.add(event)
    db.session.flush()
    rows = []
    for person in people:
        rows.append({"event_id": event.id, "name": person.name, "phone": person.phone})
    db.session.execute(insert(EventRegistration), rows)
