"""The registrations of one phone number."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app.community.queries import select_is_member
from app.core.db import db
from app.core.fetched_rows import fetch_tuples
from app.core.scope_conditions import list_event_conditions, list_scope_conditions
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
    is_meant = (row.phone == phone, *list_event_conditions(row.event_id))
    return statement.where(*is_meant).order_by(row.id.desc()).limit(limit)


def find_upcoming_registrations(
    phone: str, today: date, limit: int
) -> Sequence[UpcomingRegistration]:
    """Return this number's registrations for today and later, the next event first."""
    row = EventRegistration
    rows = (
        select(row.id, Event.id, Event.title, Event.date, row.answer, row.guests)
        .join_from(row, Event)
        .where(row.phone == phone, Event.date >= today, *list_event_conditions(Event.id))
        .order_by(Event.date, Event.id)
        .limit(limit)
    )
    return list(starmap(UpcomingRegistration, db.session.execute(rows)))


def find_registered_matches(search: str, region: str, limit: int) -> list[NamedPhone]:
    """Return name and number of registered people who fit and are no members, by number.

    All registrations are read: 50 ms for 100,000 of members.
    """
    row = EventRegistration
    name_fits = build_text_filter(search, row.name)
    phone_fits = build_digits_filters(search, row.phone, region)
    # A case keeps the order: names take longest, and mostly all who are registered are members.
    is_found = case((select_is_member(row.phone), false()), else_=or_(name_fits, *phone_fits))
    is_reached = list_scope_conditions(row.phone)
    people = select(func.max(row.name), row.phone).where(is_found, *is_reached)
    people = people.group_by(row.phone).limit(limit)
    return fetch_tuples(people)


def is_registered_as(phone: Any, search: str) -> ColumnElement[bool]:
    """Return whether a phone is registered by a name that has every word that was typed.

    Looked up for each phone: 20,000 take 30 ms, all 100,000 registrations 130.
    """
    row = aliased(EventRegistration)
    has_words = build_text_filter(search, row.name)
    return exists().where(row.phone == phone, has_words).correlate_except(row)


def select_phones_registered_as(search: str) -> Select[str]:
    """Select the phones of the registrations whose name has every word that was typed."""
    has_words = build_text_filter(search, EventRegistration.name)
    return select(EventRegistration.phone).where(has_words)
