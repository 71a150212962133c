"""The people of a segment: how many, the first of them, and a page of them with their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.segment_phones import select_segment_phones
from app.community.queries import select_folded_names, select_phones_of_matching_members
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.listed_values import build_listed_column
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListParams,
    SearchResultPage,
    clamp_to_last_page,
)
from app.domain.audiences.segment_rules import SegmentRule
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import extract_digits
from app.events.queries.contact_names import find_display_names
from app.events.queries.phone_registrations import select_phones_registered_as
from app.profiles.person_addresses import remember_public_ids
from app.profiles.queries.person_lookup import select_public_id
from app.suppression.queries.sending_permission import select_suppression_reason

SHOWN_PEOPLE = 10
MIN_SEARCH_DIGITS = 3


@dataclass(frozen=True)
class SegmentPerson:
    """Somebody in a segment: their name, or None, and why they get no texts, or None."""

    phone: str
    name: str | None
    left_out: SkipReason | None


@dataclass(frozen=True)
class SegmentPreview:
    """How many people a rule means, how many of them get texts, and the first of them."""

    count: int
    textable_count: int
    people: Sequence[SegmentPerson]


def count_segment_people(rule: SegmentRule | None) -> int:
    """Return how many people a rule means; no rule means no one."""
    if rule is None:
        return 0
    phones = select_segment_phones(rule, load_condition_context()).subquery()
    return count_rows(phones)


def count_people_of_rules(rules: Sequence[SegmentRule]) -> list[int]:
    """Return how many people each of these rules means, in one statement."""
    if not rules:
        return []
    context = load_condition_context()
    counts = []
    for rule in rules:
        phones = select_segment_phones(rule, context).subquery()
        counts.append(select(func.count()).select_from(phones).scalar_subquery())
    return list(db.session.execute(select(*counts)).one())


def preview_segment(rule: SegmentRule) -> SegmentPreview:
    """Return the count of a rule and its first people by name."""
    phones = select_segment_phones(rule, load_condition_context()).subquery()
    skipped = func.count().filter(select_suppression_reason(phones.c.phone).is_not(None))
    counts = select(func.count(), skipped).select_from(phones)
    count, skipped_count = db.session.execute(counts).one()
    first = _order_by_name(select(phones.c.phone).limit(SHOWN_PEOPLE), phones.c.phone)
    people = _name_people(db.session.scalars(first).all())
    return SegmentPreview(count, count - skipped_count, people)


def paginate_segment_people(
    rule: SegmentRule | None, params: ListParams, region: str
) -> SearchResultPage:
    """Return a page of the people whom a rule means, by name. A search finds parts of names."""
    if rule is None:
        return SearchResultPage([], 0, params)
    phones = select_segment_phones(rule, load_condition_context()).subquery()
    statement = select(phones.c.phone)
    if params.search:
        statement = statement.where(_build_search_condition(phones.c.phone, params.search, region))
    limit = MAX_SEARCH_RESULTS + 1 if params.search else None
    found = statement.limit(limit).subquery()
    total = count_rows(found)
    is_truncated = limit is not None and total >= limit
    total = min(total, MAX_SEARCH_RESULTS) if params.search else total
    params = clamp_to_last_page(total, params)
    page = _order_by_name(statement, phones.c.phone).offset(params.offset).limit(params.per_page)
    people = _name_people(db.session.scalars(page).all())
    return SearchResultPage(people, total, params, is_truncated)


def _order_by_name(statement: Select[str], phone: Any) -> Select[str]:
    names = select_folded_names().subquery()
    joined = statement.outerjoin(names, names.c.phone == phone)
    # Names come last where there is none.
    return joined.order_by(names.c.folded_name.is_(None), names.c.folded_name, phone)


def _build_search_condition(phone: Any, search: str, region: str) -> Any:
    conditions = [
        phone.in_(select_phones_of_matching_members(search, region)),
        phone.in_(select_phones_registered_as(search)),
    ]
    digits = extract_digits(search)
    if len(digits) >= MIN_SEARCH_DIGITS:
        conditions.append(phone.contains(digits))
    return or_(*conditions)


def _name_people(phones: Sequence[str]) -> list[SegmentPerson]:
    if not phones:
        return []
    names = find_display_names(phones)
    # Why they get no texts and the addresses of their pages, in one statement.
    phone = build_listed_column(phones)
    reason, public_id = select_suppression_reason(phone), select_public_id(phone)
    rows = db.session.execute(select(phone, reason, public_id)).all()
    remember_public_ids((row[0], row[2]) for row in rows)
    reasons = {row[0]: row[1] for row in rows}
    return [SegmentPerson(phone, names.get(phone), reasons[phone]) for phone in phones]
