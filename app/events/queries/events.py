"""Reading events and their pools."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select

from app.core.clock import now
from app.core.db import db
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.time import reminder_timing
from app.events.models import Event, EventRegistration
from app.organisation import queries as organisation
from app.suppression.queries.sending_permission import select_suppression_reason


def find_event(event_id: int | None) -> Event | None:
    """The event, or None when it is gone."""
    return db.session.get(Event, event_id) if event_id else None


def fetch_all_events() -> list[Event]:
    """Every event, the next first."""
    return list(db.session.scalars(select(Event).order_by(Event.date.desc(), Event.id.desc())))


def find_event_titles(event_ids: Collection[int]) -> dict[int, str]:
    """Return the titles of these events by id; a deleted event is missing."""
    rows = db.session.execute(select(Event.id, Event.title).where(Event.id.in_(event_ids)))
    return {row.id: row.title for row in rows}


def select_event_audience(event_id: int, registered_by: datetime | None = None) -> Select[Any]:
    """(name, phone, left_out) of everybody registered for one event, in id order: the audience
    of its blasts.

    Whoever registered after `registered_by` (None: no end) is left out for that.
    """
    why: Any = select_suppression_reason(EventRegistration.phone)
    if registered_by is not None:
        late = case(
            (
                EventRegistration.created_at > registered_by,
                literal(SkipReason.REGISTERED_LATE.value),
            )
        )
        why = func.coalesce(why, late)
    who = select(EventRegistration.name, EventRegistration.phone, why.label("left_out"))
    return who.where(EventRegistration.event_id == event_id).order_by(EventRegistration.id)


def build_event_placeholders(event_id: int | None) -> dict[str, str]:
    """What stands for the placeholders of an event in a text, as the event is now; {} when it
    is gone.
    """
    row = find_event(event_id)
    if row is None:
        return {}
    calendar = reminder_timing.EventSchedule(
        row.date, row.start_time, organisation.get_organisation_timezone()
    )
    return reminder_timing.build_event_values(row.title, calendar, row.place, now())
