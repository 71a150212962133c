"""The list of events: those to come first, then those without a day, then those that are over."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.domain.texts.plurals import pluralize
from app.events.models import Event, EventRegistration

EVENT_SORTS = ("when", "title", "people")


@dataclass(frozen=True, slots=True)
class EventListRow:
    """One event on the list, and how many are registered for it."""

    event: Event
    registration_count: int


class EventListPage(ListPage):
    """A page of them, counted as events."""

    @property
    def total_in_words(self) -> str:
        """ "1 event", "200 events"."""
        return pluralize(self.total, "event")


def paginate_events(asked: ListParams, today: date) -> EventListPage:
    """A page of the list. A search finds parts of titles and places."""
    wanted = [build_text_filter(asked.search, Event.title, Event.place)] if asked.search else []
    total = db.session.scalar(select(func.count()).select_from(Event).where(*wanted)) or 0
    asked = clamp_to_last_page(total, asked)
    ids = (
        select(Event.id)
        .where(*wanted)
        .order_by(*_build_order(asked, today))
        .offset(asked.offset)
        .limit(asked.per_page)
    )
    lines = (
        select(Event, _count_registered_people())
        .where(Event.id.in_(ids))
        .order_by(*_build_order(asked, today))
    )
    return EventListPage(
        [EventListRow(event, people) for event, people in db.session.execute(lines)],
        total,
        asked,
    )


def _count_registered_people() -> Any:
    counted = select(func.count()).where(EventRegistration.event_id == Event.id)
    return counted.correlate(Event).scalar_subquery()


def _build_order(asked: ListParams, today: date) -> list[ColumnElement[Any]]:
    if asked.sort == "when":
        return _order_by_latest_event() if asked.descending else _order_by_next_event(today)
    column: ColumnElement[Any] = (
        func.lower(Event.title) if asked.sort == "title" else _count_registered_people()
    )
    return [column.desc(), Event.id.desc()] if asked.descending else [column.asc(), Event.id.asc()]


def _order_by_next_event(today: date) -> list[ColumnElement[Any]]:
    """To come: by day, then time, those of the whole day first.

    Without a day: the newest first. Past: latest first.
    """
    ahead = Event.date >= today
    return [
        case((ahead, 0), (Event.date.is_(None), 1), else_=2),
        case((ahead, Event.date)),
        case((ahead, func.coalesce(Event.start_time, ""))),
        Event.date.desc(),
        Event.start_time.desc(),
        Event.id.desc(),
    ]


def _order_by_latest_event() -> list[ColumnElement[Any]]:
    return [
        Event.date.is_(None),
        Event.date.desc(),
        Event.start_time.desc(),
        Event.id.desc(),
    ]
