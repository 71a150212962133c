"""Read events, and select the audience of their blasts."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select

from app.core.clock import now
from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.core.scope_conditions import list_event_conditions
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.time import reminder_timing
from app.events.models import Event, EventAnswer, EventRegistration
from app.organisation import queries as organisation
from app.suppression.queries.sending_permission import select_suppression_reason

MAX_UPCOMING_EVENTS = 100


def find_event(event_id: int | None) -> Event | None:
    """Return the event, or None when it does not exist (any more)."""
    if not event_id:
        return None
    return db.session.get(Event, event_id)


def fetch_all_events() -> list[Event]:
    """Return every event, the latest first."""
    statement = select(Event).where(*list_event_conditions(Event.id))
    return list(db.session.scalars(statement.order_by(Event.date.desc(), Event.id.desc())))


def fetch_upcoming_events(today: date) -> list[Event]:
    """Return the events that are not over on this day, the next one first, undated ones last."""
    is_ahead = or_(Event.date >= today, Event.date.is_(None))
    order = (Event.date.is_(None), Event.date, Event.id)
    is_meant = (is_ahead, *list_event_conditions(Event.id))
    statement = select(Event).where(*is_meant).order_by(*order).limit(MAX_UPCOMING_EVENTS)
    return list(db.session.scalars(statement))


def find_event_titles(event_ids: Collection[int]) -> dict[int, str]:
    """Return the titles of these events by id; a deleted event is missing."""
    return fetch_dict(select(Event.id, Event.title).where(Event.id.in_(event_ids)))


def select_event_audience(event_id: int, registered_by: datetime | None = None) -> Select[Any]:
    """Select (name, phone, left_out) of everybody registered for an event, in the order of ids.

    Whoever answered that they are not coming is left out for that, and whoever registered after
    `registered_by`; None: nobody is.
    """
    # By the column, not by the value: an expression of columns only is built once.
    skip_reason: Any = select_suppression_reason(
        EventRegistration.phone, event_id=EventRegistration.event_id
    )
    not_coming = case(
        (
            EventRegistration.answer == EventAnswer.NOT_COMING.value,
            literal(SkipReason.NOT_COMING.value),
        )
    )
    skip_reason = func.coalesce(skip_reason, not_coming)
    if registered_by is not None:
        registered_late = case(
            (
                EventRegistration.created_at > registered_by,
                literal(SkipReason.REGISTERED_LATE.value),
            )
        )
        skip_reason = func.coalesce(skip_reason, registered_late)
    return (
        select(EventRegistration.name, EventRegistration.phone, skip_reason.label("left_out"))
        .where(EventRegistration.event_id == event_id)
        .order_by(EventRegistration.id)
    )


def build_event_placeholders(
    event_id: int | None, moment: datetime | None = None, language: str | None = None
) -> dict[str, str]:
    """Return the values of the event placeholders as the event is now; {} without an event.

    `moment`: when the text is sent (UTC, default now): days are counted from it. `language`: of
    the text, whose dates are written so (BCP 47, default the organisation's).
    """
    event = find_event(event_id)
    if event is None:
        return {}
    zone = organisation.get_organisation_timezone()
    schedule = reminder_timing.EventSchedule(event.date, event.start_time, zone)
    region = organisation.get_organisation_region()
    moment = moment or now()
    language = language or organisation.get_organisation_language()
    return reminder_timing.build_event_values(
        event.title, schedule, event.place, moment, region, language
    )
