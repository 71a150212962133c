"""Who is registered for one event: a page of the list, one of them, the export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_digits_filters, build_text_filter
from app.domain.delivery.skip_reasons import SkipReason
from app.events.models import EventRegistration
from app.suppression.queries import select_suppression_reason

SORTS = ("name", "phone", "created_at")
EXPORT_SLICE = 1_000
Row = EventRegistration


@dataclass(frozen=True, slots=True)
class Registered:
    """One person on the list of an event, and why they get no texts (None: they do)."""

    id: int
    name: str | None
    phone: str
    created_at: datetime
    left_out: SkipReason | None


class People(ListPage):
    """A page of them, counted as people."""

    @property
    def total_in_words(self) -> str:
        """ "1 person", "1,480 people"."""
        return f"{self.total:,} {'person' if self.total == 1 else 'people'}"


def count(event_id: int) -> int:
    """How many are registered."""
    return db.session.scalar(select(func.count()).where(Row.event_id == event_id)) or 0


def page(event_id: int, asked: ListParams, region: str) -> People:
    """A page of them. A search finds parts of names, and parts of numbers in any spelling.

    `region` is the country of numbers that are searched without their country code.
    """
    wanted = [Row.event_id == event_id]
    if asked.search:
        wanted.append(
            or_(
                build_text_filter(asked.search, Row.name),
                *build_digits_filters(asked.search, Row.phone, region),
            )
        )
    total = select(func.count()).where(*wanted).scalar_subquery()
    found = db.session.execute(_lines(wanted, asked, total)).all()
    if not found and asked.number > 1:  # behind the last page
        asked = clamp_to_last_page(db.session.scalar(select(total)) or 0, asked)
        found = db.session.execute(_lines(wanted, asked, total)).all()
    return People(
        [Registered(*line[:-1]) for line in found], found[0][-1] if found else 0, asked
    )


def _lines(wanted: Sequence[ColumnElement[bool]], asked: ListParams, total: Any) -> Any:
    """The columns of a page's rows, and the total with each.

    First the ids alone: why somebody gets no texts is looked up only for those who are shown.
    """
    ids = (
        select(Row.id)
        .where(*wanted)
        .order_by(*_order(asked))
        .offset(asked.offset)
        .limit(asked.per_page)
    )
    columns = (
        Row.id,
        Row.name,
        Row.phone,
        Row.created_at,
        select_suppression_reason(Row.phone),
        total,
    )
    return select(*columns).where(Row.id.in_(ids)).order_by(*_order(asked))


def everybody(event_id: int) -> Iterator[tuple[str | None, str]]:
    """(name, phone) of everybody registered, in id order, read in slices: an export holds no
    snapshot.
    """
    last = 0
    rows = (
        select(Row.id, Row.name, Row.phone)
        .where(Row.event_id == event_id)
        .order_by(Row.id)
    )
    while some := db.session.execute(
        rows.where(Row.id > last).limit(EXPORT_SLICE)
    ).all():
        db.session.rollback()
        yield from ((name, phone) for _, name, phone in some)
        last = some[-1][0]


def _order(asked: ListParams) -> list[ColumnElement[Any]]:
    """Names last when there is none, in both directions; the id makes every order total."""
    column: ColumnElement[Any] = (
        func.lower(Row.name) if asked.sort == "name" else getattr(Row, asked.sort)
    )
    way = "desc" if asked.descending else "asc"
    nameless_last: list[ColumnElement[Any]] = (
        [Row.name.is_(None)] if asked.sort == "name" else []
    )
    return nameless_last + [getattr(each, way)() for each in (column, Row.id)]
