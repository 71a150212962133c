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
from app.suppression.queries.sending_permission import select_suppression_reason

REGISTRATION_SORTS = ("name", "phone", "created_at")
EXPORT_SLICE_ROWS = 1_000
Registration = EventRegistration


@dataclass(frozen=True, slots=True)
class RegistrationListRow:
    """One person on the list of an event, and why they get no texts (None: they do)."""

    id: int
    name: str | None
    phone: str
    created_at: datetime
    left_out: SkipReason | None


class RegistrationListPage(ListPage):
    """A page of them, counted as people."""

    @property
    def total_in_words(self) -> str:
        """ "1 person", "1,480 people"."""
        return f"{self.total:,} {'person' if self.total == 1 else 'people'}"


def count_registrations(event_id: int) -> int:
    """How many are registered."""
    return db.session.scalar(select(func.count()).where(Registration.event_id == event_id)) or 0


def paginate_registrations(event_id: int, asked: ListParams, region: str) -> RegistrationListPage:
    """A page of them. A search finds parts of names, and parts of numbers in any spelling.

    `region` is the country of numbers that are searched without their country code.
    """
    wanted = [Registration.event_id == event_id]
    if asked.search:
        wanted.append(
            or_(
                build_text_filter(asked.search, Registration.name),
                *build_digits_filters(asked.search, Registration.phone, region),
            )
        )
    total = select(func.count()).where(*wanted).scalar_subquery()
    found = db.session.execute(_select_page_rows(wanted, asked, total)).all()
    if not found and asked.number > 1:  # behind the last page
        asked = clamp_to_last_page(db.session.scalar(select(total)) or 0, asked)
        found = db.session.execute(_select_page_rows(wanted, asked, total)).all()
    return RegistrationListPage(
        [RegistrationListRow(*line[:-1]) for line in found],
        found[0][-1] if found else 0,
        asked,
    )


def _select_page_rows(wanted: Sequence[ColumnElement[bool]], asked: ListParams, total: Any) -> Any:
    """The columns of a page's rows, and the total with each.

    First the ids alone: why somebody gets no texts is looked up only for those who are shown.
    """
    ids = (
        select(Registration.id)
        .where(*wanted)
        .order_by(*_build_order(asked))
        .offset(asked.offset)
        .limit(asked.per_page)
    )
    columns = (
        Registration.id,
        Registration.name,
        Registration.phone,
        Registration.created_at,
        select_suppression_reason(Registration.phone),
        total,
    )
    return select(*columns).where(Registration.id.in_(ids)).order_by(*_build_order(asked))


def iterate_registrations(event_id: int) -> Iterator[tuple[str | None, str]]:
    """(name, phone) of everybody registered, in id order, read in slices: an export holds no
    snapshot.
    """
    last = 0
    rows = (
        select(Registration.id, Registration.name, Registration.phone)
        .where(Registration.event_id == event_id)
        .order_by(Registration.id)
    )
    while some := db.session.execute(
        rows.where(Registration.id > last).limit(EXPORT_SLICE_ROWS)
    ).all():
        db.session.rollback()
        yield from ((name, phone) for _, name, phone in some)
        last = some[-1][0]


def _build_order(asked: ListParams) -> list[ColumnElement[Any]]:
    """Names last when there is none, in both directions; the id makes every order total."""
    column: ColumnElement[Any] = (
        func.lower(Registration.name) if asked.sort == "name" else getattr(Registration, asked.sort)
    )
    way = "desc" if asked.descending else "asc"
    nameless_last: list[ColumnElement[Any]] = (
        [Registration.name.is_(None)] if asked.sort == "name" else []
    )
    return nameless_last + [getattr(each, way)() for each in (column, Registration.id)]
