"""Whether some people are still registered, said whether they come, and came."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import fetch_dict, fetch_tuples
from app.core.listed_values import build_listed_column
from app.core.scope_conditions import list_scope_conditions
from app.events.models import Event, EventAnswer, EventRegistration
from app.profiles.queries.person_lookup import select_person_phones


class EventPresence(NamedTuple):
    """What is known of one person at one event."""

    answer: EventAnswer | None
    attended_at: datetime | None


def find_presences(
    event_ids: Collection[int], phones: Collection[str]
) -> dict[tuple[int, str], EventPresence]:
    """Return the presence by event and number; who is not registered is missing."""
    row = EventRegistration
    statement = select(row.event_id, row.phone, row.answer, row.attended_at).where(
        row.event_id.in_(event_ids), row.phone.in_(select(build_listed_column(phones)))
    )
    return {
        (event_id, phone): EventPresence(answer, attended_at)
        for event_id, phone, answer, attended_at in fetch_tuples(statement)
    }


def is_out_of_reach(phone: str) -> bool:
    """Whether a number is somebody's whom the user who asks does not reach."""
    numbers = select_person_phones().subquery()
    is_reached = list_scope_conditions(numbers.c.phone)
    if not is_reached:
        return False
    has_number = select(numbers.c.phone).where(numbers.c.phone == phone)
    is_known = exists(has_number)
    return bool(db.session.scalar(select(is_known & ~exists(has_number.where(*is_reached)))))


def find_event_dates(event_ids: Collection[int]) -> dict[int, date | None]:
    """Return the dates of these events by id; a deleted one is missing."""
    return fetch_dict(select(Event.id, Event.date).where(Event.id.in_(event_ids)))


def select_missed_registrations(
    event_id: int | None, first_day: date, last_day: date
) -> Select[int, datetime, str]:
    """Select (event, when it was made, number) of who missed an event between two days.

    Of events at which anyone was marked as having come; who said that they would not come missed
    nothing. `event_id`: this event only.
    """
    row, other = EventRegistration, aliased(EventRegistration)
    # Where no one was marked, no one took attendance, and no one is known to have been missing.
    is_marked = exists().where(other.event_id == Event.id, other.attended_at.is_not(None))
    statement = (
        select(Event.id, Event.created_at, row.phone)
        .join(row, row.event_id == Event.id)
        .where(
            Event.date.between(first_day, last_day),
            is_marked.correlate(Event),
            row.attended_at.is_(None),
            or_(row.answer.is_(None), row.answer != EventAnswer.NOT_COMING),
        )
    )
    return statement if event_id is None else statement.where(Event.id == event_id)
