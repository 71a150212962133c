"""The registrations of one event: how many, a page of them, the export."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_digits_filters, build_text_filter, fold_for_order
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.named_phones import NamedPhone
from app.domain.texts.plurals import pluralize
from app.events.models import EventAnswer, EventRegistration
from app.profiles.person_addresses import remember_public_ids
from app.profiles.queries.person_lookup import select_public_id
from app.suppression.queries.sending_permission import select_suppression_reason

REGISTRATION_SORTS = ("name", "phone", "created_at")


@dataclass(frozen=True, slots=True)
class RegistrationListRow:
    """One registration, and why the person gets no texts (None: they do)."""

    id: int
    name: str | None
    phone: str
    created_at: datetime
    left_out: SkipReason | None
    answer: EventAnswer | None
    guests: int | None
    attended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegistrationAnswerCounts:
    """How many are coming and not, and the guests of those who are coming.

    Whoever has given no answer counts as coming: they are registered.
    """

    coming: int = 0
    maybe: int = 0
    not_coming: int = 0
    guests: int = 0

    @property
    def people(self) -> int:
        """How many are registered, whatever they answered."""
        return self.coming + self.maybe + self.not_coming

    @property
    def expected(self) -> int:
        """How many to expect: those who are coming, and the guests."""
        return self.coming + self.guests


@dataclass(frozen=True)
class RegistrationListPage(ListPage):
    """A page of the registrations of one event, and the answers of all of them."""

    answer_counts: RegistrationAnswerCounts = RegistrationAnswerCounts()

    @property
    def total_in_words(self) -> str:
        """The number of people, such as "1,480 people"."""
        return pluralize(self.total, "person", "people")


def count_registrations(event_id: int) -> int:
    """Return how many are registered for an event."""
    return count_rows(EventRegistration, EventRegistration.event_id == event_id)


def count_invited_people_by_event(event_ids: Collection[int] | None = None) -> dict[int, int]:
    """Return how many are coming or may come, by the event's id; events without any are missing.

    `event_ids`: of which events; None: of all.
    """
    statement = select(EventRegistration.event_id, func.count())
    statement = statement.where(EventRegistration.answer.is_distinct_from(EventAnswer.NOT_COMING))
    if event_ids is not None:
        statement = statement.where(EventRegistration.event_id.in_(event_ids))
    return fetch_dict(statement.group_by(EventRegistration.event_id))


def _select_answer_counts(event_id: int) -> Any:
    """Select one JSON list of [answer, people, guests], of all registrations of an event."""
    row = EventRegistration
    counts = select(row.answer, func.count().label("people"), func.sum(row.guests).label("guests"))
    groups = counts.where(row.event_id == event_id).group_by(row.answer).subquery()
    group = func.json_array(groups.c.answer, groups.c.people, groups.c.guests)
    return select(func.json_group_array(group)).scalar_subquery()


def _parse_answer_counts(groups_json: str | None) -> RegistrationAnswerCounts:
    counts = dict.fromkeys(EventAnswer, 0)
    guests = 0
    for group in json.loads(groups_json or "[]"):
        # A JSON array that comes out of a subquery is text inside the outer one.
        stored_answer, people, guest_count = json.loads(group) if isinstance(group, str) else group
        answer = EventAnswer(stored_answer or EventAnswer.COMING)
        counts[answer] += people
        # Guests of people who may come are not expected until they say yes.
        if answer is EventAnswer.COMING:
            guests += guest_count or 0
    return RegistrationAnswerCounts(
        counts[EventAnswer.COMING],
        counts[EventAnswer.MAYBE],
        counts[EventAnswer.NOT_COMING],
        guests,
    )


def paginate_registrations(
    event_id: int, params: ListParams, region: str, answer: EventAnswer | None = None
) -> RegistrationListPage:
    """Return a page of the list. A search finds parts of names, and of numbers in any spelling.

    `region` is the country of searched numbers without a country code; `answer`: only those who
    gave this answer.
    """
    conditions = build_registration_conditions(event_id, params.search, region, answer)
    # The total comes with the rows, so that most pages take one statement.
    total = select(func.count()).where(*conditions).scalar_subquery()
    counts = (total.label("total"), _select_answer_counts(event_id).label("answers_json"))
    rows = _fetch_page_rows(conditions, params, counts)
    # A page beyond the last one: somebody was deleted, or the address was typed.
    if not rows and params.number > 1:
        params = clamp_to_last_page(db.session.scalar(select(total)) or 0, params)
        rows = _fetch_page_rows(conditions, params, counts)
    remember_public_ids((row.phone, row.public_id) for row in rows)
    registrations = []
    for row in rows:
        registrations.append(
            RegistrationListRow(
                row.id,
                row.name,
                row.phone,
                row.created_at,
                row.left_out,
                row.answer,
                row.guests,
                row.attended_at,
            )
        )
    if rows:
        answers_json = rows[0].answers_json
    elif params.search or answer:
        answers_json = db.session.scalar(select(_select_answer_counts(event_id)))
    else:
        answers_json = None
    row_count = rows[0].total if rows else 0
    answer_counts = _parse_answer_counts(answers_json)
    return RegistrationListPage(registrations, row_count, params, answer_counts=answer_counts)


def build_registration_conditions(
    event_id: int, search: str, region: str, answer: EventAnswer | None
) -> list[ColumnElement[bool]]:
    """Return the conditions of an event's list, as paginate_registrations() reads them."""
    conditions = [EventRegistration.event_id == event_id]
    if answer is not None:
        answer_value = func.coalesce(EventRegistration.answer, EventAnswer.COMING.value)
        conditions.append(answer_value == answer.value)
    if search:
        conditions.append(_build_search_condition(search, region))
    return conditions


def _build_search_condition(search: str, region: str) -> ColumnElement[bool]:
    return or_(
        build_text_filter(search, EventRegistration.name),
        *build_digits_filters(search, EventRegistration.phone, region),
    )


def _fetch_page_rows(
    conditions: Sequence[ColumnElement[bool]], params: ListParams, counts: Sequence[Any]
) -> Sequence[Row[Any]]:
    """Return the rows of a page, each with the `counts` of the whole list.

    First the ids alone: why somebody gets no texts is looked up for the rows of this page only.
    """
    order = _build_order(params)
    ids = (
        select(EventRegistration.id)
        .where(*conditions)
        .order_by(*order)
        .offset(params.offset)
        .limit(params.per_page)
    )
    columns = (
        EventRegistration.id,
        EventRegistration.name,
        EventRegistration.phone,
        EventRegistration.created_at,
        EventRegistration.answer,
        EventRegistration.guests,
        EventRegistration.attended_at,
        select_suppression_reason(
            EventRegistration.phone, event_id=EventRegistration.event_id
        ).label("left_out"),
        select_public_id(EventRegistration.phone).label("public_id"),
        *counts,
    )
    rows: Select[Any] = select(*columns).where(EventRegistration.id.in_(ids)).order_by(*order)
    return db.session.execute(rows).all()


def _build_order(params: ListParams) -> list[ColumnElement[Any]]:
    """Return an order that ends with the id, so that it is total.

    People without a name come last in both directions.
    """
    order: list[ColumnElement[Any]] = []
    column: ColumnElement[Any] = getattr(EventRegistration, params.sort)
    if params.sort == "name":
        order.append(EventRegistration.name.is_(None))
        column = fold_for_order(EventRegistration.name)
    if params.descending:
        return [*order, column.desc(), EventRegistration.id.desc()]
    return [*order, column.asc(), EventRegistration.id.asc()]


def find_registered_people(registration_ids: Collection[int]) -> dict[int, NamedPhone]:
    """Return (name, phone) of these registrations by id; a deleted one is missing."""
    row = EventRegistration
    rows = db.session.execute(
        select(row.id, row.name, row.phone).where(row.id.in_(registration_ids))
    )
    return {person.id: (person.name, person.phone) for person in rows}
