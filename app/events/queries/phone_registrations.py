"""The registrations of one phone number."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import starmap
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select

from app.community.queries import select_is_member
from app.core.db import db
from app.core.fetched_rows import fetch_tuples
from app.core.search_terms import build_digits_filters, build_text_filter
from app.domain.phones.named_phones import NamedPhone
from app.events.models import Event, EventAnswer, EventRegistration


class UpcomingRegistration(NamedTuple):
    """A registration for an event that is not over yet, and whether the person is coming."""

    id: int
    event_id: int
    title: str
    day: date | None
    answer: EventAnswer | None
    guests: int | None


def select_registration_records(phone: str, limit: int) -> Select[int, str | None, str, datetime]:
    """Select (event id, name, event title, created_at) of this number's newest registrations."""
    row = EventRegistration
    statement = select(Event.id, row.name, Event.title, row.created_at).join_from(row, Event)
    return statement.where(row.phone == phone).order_by(row.id.desc()).limit(limit)


def find_upcoming_registrations(
    phone: str, today: date, limit: int
) -> Sequence[UpcomingRegistration]:
    """Return this number's registrations for today and later, the next event first."""
    row = EventRegistration
    rows = (
        select(row.id, Event.id, Event.title, Event.date, row.answer, row.guests)
        .join_from(row, Event)
        .where(row.phone == phone, Event.date >= today)
        .order_by(Event.date, Event.id)
        .limit(limit)
    )
    return list(starmap(UpcomingRegistration, db.session.execute(rows)))


def find_registered_matches(search: str, region: str, limit: int) -> list[NamedPhone]:
    """Return name and number of registered people who fit and are no members, by number.

    All registrations are read: 15 ms for 20,000.
    """
    row = EventRegistration
    name_fits = build_text_filter(search, row.name)
    phone_fits = build_digits_filters(search, row.phone, region)
    people = (
        select(func.max(row.name), row.phone)
        .where(or_(name_fits, *phone_fits), ~select_is_member(row.phone))
        .group_by(row.phone)
        .limit(limit)
    )
    return fetch_tuples(people)


def select_phones_registered_as(search: str) -> Select[str]:
    """Select the phones of the registrations whose name has every word that was typed."""
    has_words = build_text_filter(search, EventRegistration.name)
    return select(EventRegistration.phone).where(has_words)
