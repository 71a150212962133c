"""The people of a segment: how many, the first of them, and a page of them with their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    String,
    func,
    literal_column,
    or_,
    select,
)

from app.audiences.queries.condition_context import load_condition_context
from app.audiences.queries.named_people import (
    NamedPeople,
    name_phones,
    select_named_people,
)
from app.audiences.queries.segment_phones import select_segment_phones
from app.community.queries import select_phones_of_matching_members
from app.core.db import db
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListParams,
    SearchResultPage,
    clamp_to_last_page,
)
from app.core.search_terms import extract_seen_digits
from app.domain.audiences.segment_rules import SegmentRule
from app.domain.delivery.skip_reasons import SkipReason
from app.events.queries.contact_names import find_display_names
from app.events.queries.phone_registrations import is_registered_as
from app.profiles.person_addresses import remember_public_ids
from app.profiles.queries.person_lookup import select_public_id
from app.suppression.queries.sending_permission import select_suppression_reason

SHOWN_PEOPLE = 10
MIN_SEARCH_DIGITS = 3
PAGE = "page_of_people"


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
    people = select_named_people(rule, load_condition_context())
    is_skipped = select_suppression_reason(people.phones.c.phone).is_not(None)
    skipped = select(func.count()).select_from(people.phones).where(is_skipped)
    skipped_total = skipped.scalar_subquery().label("skipped")
    rows = _fetch_page(people, 0, SHOWN_PEOPLE, _count(people), skipped_total)
    count, skipped_count = (rows[0].total, rows[0].skipped) if rows else (0, 0)
    return SegmentPreview(count, count - skipped_count, _name_people(rows))


def paginate_segment_people(
    rule: SegmentRule | None, params: ListParams, region: str
) -> SearchResultPage:
    """Return a page of the people whom a rule means, by name. A search finds parts of names."""
    if rule is None:
        return SearchResultPage([], 0, params)
    limit = None
    meant = select_named_people(rule, load_condition_context())
    if params.search:
        limit = MAX_SEARCH_RESULTS
        meant = _find_people(meant, params.search, region, limit + 1)
    rows = _fetch_page(meant, params.offset, params.per_page, _count(meant))
    if not rows and params.number > 1:
        # Behind the last page: the count came with the rows, so there is none yet.
        params = clamp_to_last_page(db.session.scalar(select(_count(meant))) or 0, params)
        rows = _fetch_page(meant, params.offset, params.per_page, _count(meant))
    count = rows[0].total if rows else 0
    total = count if limit is None else min(count, limit)
    return SearchResultPage(_name_people(rows), total, params, count > total)


def _find_people(
    meant: NamedPeople,
    search: str,
    region: str,
    limit: int,
) -> NamedPeople:
    """Return those of the people whom a search finds, at most `limit`."""
    is_found = _build_search_condition(meant.phones.c.phone, search, region)
    matches = select(meant.phones.c.phone).where(is_found).limit(limit).cte("found")
    return NamedPeople(matches, name_phones(matches))


def _count(people: NamedPeople) -> Label[Any]:
    count = select(func.count()).select_from(people.phones)
    return count.scalar_subquery().label("total")


def _fetch_page(people: NamedPeople, offset: int, limit: int, *totals: Label[Any]) -> Sequence[Any]:
    """Return a page of people (phone, folded_name) by name, why they get no texts, and the totals.

    One statement, so that the rule is read once; only the people of the page are judged.
    """
    named = people.names.subquery("named")
    page = select(named).order_by(*_order_by_name(named)).offset(offset).limit(limit).cte(PAGE)
    statement = select(page.c.phone, *_list_page_columns(), *totals)
    statement = statement.order_by(*_order_by_name(page))
    return db.session.execute(statement).all()


@cache
def _list_page_columns() -> tuple[Label[Any], Label[Any]]:
    # By the column's name, so that the long expression is built once: that takes 8 ms.
    phone: ColumnElement[str] = literal_column(f"{PAGE}.phone", String)
    reason, public_id = select_suppression_reason(phone), select_public_id(phone)
    return reason.label("left_out"), public_id.label("public_id")


def _order_by_name(people: FromClause) -> tuple[ColumnElement[Any], ...]:
    # Names come last where there is none.
    return (people.c.folded_name.is_(None), people.c.folded_name, people.c.phone)


def _build_search_condition(phone: Any, search: str, region: str) -> Any:
    """Return the condition that a search finds somebody by name or by digits."""
    conditions = [
        phone.in_(select_phones_of_matching_members(search, region)),
        is_registered_as(phone, search),
    ]
    digits = extract_seen_digits(search)
    if len(digits) >= MIN_SEARCH_DIGITS:
        conditions.append(phone.contains(digits))
    return or_(*conditions)


def _name_people(rows: Sequence[Any]) -> list[SegmentPerson]:
    """Return people in the order of their phones, with names and why they get no texts."""
    if not rows:
        return []
    names = find_display_names([row.phone for row in rows])
    remember_public_ids((row.phone, row.public_id) for row in rows)
    return [SegmentPerson(row.phone, names.get(row.phone), row.left_out) for row in rows]
