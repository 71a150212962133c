"""Reading events and their pools."""

from typing import Any

from sqlalchemy import Select, select

from app.events.models import Event, EventRegistration
from app.kit.db import db
from app.suppression.queries import left_out


def event(event_id: int | None) -> Event | None:
    """The event, or None when it is gone."""
    return db.session.get(Event, event_id) if event_id else None


def events() -> list[Event]:
    """Every event, the next first."""
    return list(db.session.scalars(select(Event).order_by(Event.date.desc(), Event.id.desc())))


def pool(event_id: int) -> Select[Any]:
    """(name, phone, left_out) of everybody registered for one event, in id order: the audience of its blasts."""
    who = select(EventRegistration.name, EventRegistration.phone, left_out(EventRegistration.phone).label("left_out"))
    return who.where(EventRegistration.event_id == event_id).order_by(EventRegistration.id)
