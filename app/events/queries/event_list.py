"""The list of events: coming ones first, then those without a date, then past ones."""

from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.scope_conditions import list_event_conditions
from app.core.search_terms import build_text_filter, fold_for_order
from app.domain.texts.plurals import pluralize
from app.events.models import Event, EventRegistration

EVENT_SORTS = ("when", "title", "people")


@dataclass(frozen=True, slots=True)
class EventListRow:
    """One event on the list, and how many are registered for it."""

    event: Event
    registration_count: int


class EventListPage(ListPage):
    """A page of the list of events."""

    @property
    def total_in_words(self) -> str:
        """The number of events, such as "200 events"."""
        return pluralize(self.total, "event")


def paginate_events(params: ListParams, today: date) -> EventListPage:
    """Return a page of the list. A search finds parts of titles and places."""
    conditions = list_event_conditions(Event.id)
    if params.search:
        conditions.append(build_text_filter(params.search, Event.title, Event.place))
    total = count_rows(Event, *conditions)
    params = clamp_to_last_page(total, params)
    # First the ids alone, so that registrations are counted only for the events of this page.
    ids = (
        select(Event.id)
        .where(*conditions)
        .order_by(*_build_event_order(params, today))
        .offset(params.offset)
        .limit(params.per_page)
    )
    rows = (
        select(Event, _count_registered_people())
        .where(Event.id.in_(ids))
        .order_by(*_build_event_order(params, today))
    )
    events = list(starmap(EventListRow, db.session.execute(rows)))
    return EventListPage(events, total, params)


def find_events_between(first: date, last: date, limit: int = 10) -> list[EventListRow]:
    """Return the events from one day to another, the next first, with how many are registered."""
    rows = (
        select(Event, _count_registered_people())
        .where(Event.date.between(first, last), *list_event_conditions(Event.id))
        .order_by(Event.date, Event.start_time, Event.id)
        .limit(limit)
    )
    return list(starmap(EventListRow, db.session.execute(rows)))


def _count_registered_people() -> Any:
    count = select(func.count()).where(EventRegistration.event_id == Event.id)
    return count.correlate(Event).scalar_subquery()


def _build_event_order(params: ListParams, today: date) -> list[ColumnElement[Any]]:
    if params.sort == "when":
        return _order_by_latest_event() if params.descending else _order_by_next_event(today)
    # The id makes the order total, so that no event is on two pages or on none.
    column: ColumnElement[Any] = _count_registered_people()
    if params.sort == "title":
        column = fold_for_order(Event.title)
    if params.descending:
        return [column.desc(), Event.id.desc()]
    return [column.asc(), Event.id.asc()]


def _order_by_next_event(today: date) -> list[ColumnElement[Any]]:
    """Return the order of dates for coming events, the newest first without one, latest past first.

    Of the events of one day those without a time come first.
    """
    is_coming = Event.date >= today
    return [
        case((is_coming, 0), (Event.date.is_(None), 1), else_=2),
        case((is_coming, Event.date)),
        case((is_coming, func.coalesce(Event.start_time, ""))),
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
