"""The people of a group, with their names: a page of them, and those whom a search finds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, Select, Subquery, asc, desc, func, or_, select

from app.community.member_search import build_joined_search_condition
from app.community.queries import select_names_by_phone, select_phones_of_matching_members
from app.core.db import db
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListParams,
    SearchResultPage,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.search_terms import extract_seen_digits
from app.events.queries.contact_names import find_display_names
from app.events.queries.phone_registrations import is_registered_as
from app.groups.models import ContactGroup
from app.groups.queries.memberships import (
    MembershipRow,
    build_membership_rows,
    find_memberships,
    list_group_phones,
    select_group_members,
    select_memberships_of_page,
)

GROUP_PEOPLE_SORTS = ("name", "phone", "added")
MIN_SEARCH_DIGITS = 3
# People whose names one statement finds: each phone is a bound value, twice.
NAMED_AT_ONCE = 400
Direction = Callable[[ColumnElement[Any]], Any]


@dataclass(frozen=True)
class GroupPersonRow:
    """Somebody in a group, with the name that pages show, or None."""

    membership: MembershipRow
    name: str | None


def paginate_group_people(group: ContactGroup, params: ListParams, region: str) -> SearchResultPage:
    """Return a page of a group's people. A search finds parts of names and numbers."""
    if params.search:
        return _search_group_people(group, params, region)
    params = clamp_to_last_page(group.member_count, params)
    window = choose_page_window(group.member_count, params.offset, params.per_page)
    members = select_group_members(group.id).subquery()
    is_descending = params.descending != window.is_reversed
    names = select_names_by_phone().subquery()
    ids, columns, set_direction = _order_members(members, names, params.sort, is_descending)
    page = ids.order_by(*map(set_direction, columns)).offset(window.offset).limit(window.limit)
    page_ids = list(db.session.scalars(page))
    if window.is_reversed:
        page_ids.reverse()
    return SearchResultPage(_load_rows(page_ids), group.member_count, params)


def _search_group_people(group: ContactGroup, params: ListParams, region: str) -> SearchResultPage:
    """Return a page of the first MAX_SEARCH_RESULTS people that match, in one statement."""
    members = select_group_members(group.id).subquery()
    names = select_names_by_phone().subquery()
    ids, columns, set_direction = _order_members(members, names, params.sort, params.descending)
    if params.sort != "name":
        ids = _join_names(ids, members, names)
    ids = ids.where(_build_joined_search_condition(members, names, params.search, region))
    # The order goes along, so that the page is ordered without ranking every match.
    ids = ids.add_columns(*(column.label(f"order_{n}") for n, column in enumerate(columns)))
    first_ids = ids.order_by(*map(set_direction, columns)).limit(MAX_SEARCH_RESULTS + 1)
    matches = first_ids.cte("matches")
    total = select(func.count()).select_from(matches).scalar_subquery()
    rows = _fetch_match_page(matches, total, params, set_direction)
    if not rows and params.number > 1:
        # Behind the last page: the count came with the rows, so there is none yet.
        matched = db.session.scalar(select(total)) or 0
        params = clamp_to_last_page(min(matched, MAX_SEARCH_RESULTS), params)
        rows = _fetch_match_page(matches, total, params, set_direction)
    count = rows[0][-1] if rows else 0
    people = _name_people(build_membership_rows(rows))
    is_truncated = count > MAX_SEARCH_RESULTS
    return SearchResultPage(people, min(count, MAX_SEARCH_RESULTS), params, is_truncated)


def _fetch_match_page(
    matches: CTE, total: Any, params: ListParams, set_direction: Direction
) -> Sequence[Row[Any]]:
    """Return rows of select_memberships() with the total. Only those of the page are judged."""
    order = list(map(set_direction, list(matches.c)[1:]))
    page = select(matches).order_by(*order).offset(params.offset).limit(params.per_page)
    page_matches = page.cte("page_matches")
    statement = select_memberships_of_page(page_matches).add_columns(total)
    page_order = list(map(set_direction, list(page_matches.c)[1:]))
    return db.session.execute(statement.order_by(*page_order)).all()


def _join_names(statement: Select[Any], members: Subquery, names: Subquery) -> Select[Any]:
    return statement.outerjoin_from(members, names, names.c.phone == members.c.phone)


def _order_members(
    members: Subquery, names: Subquery, sort: str, is_descending: bool
) -> tuple[Select[Any], tuple[ColumnElement[Any], ...], Direction]:
    """Return a select of the ids of a group's memberships, and the order of the list for it."""
    # Every column in the same direction, so that a page near the end is read from there.
    set_direction = desc if is_descending else asc
    statement: Select[Any] = select(members.c.id)
    columns: tuple[Any, ...]
    if sort == "name":
        statement = _join_names(statement, members, names)
        # Names come last where there is none.
        columns = (names.c.folded_name.is_(None), names.c.folded_name, members.c.phone)
    else:
        columns = (members.c.id if sort == "added" else members.c.phone,)
    return statement, columns, set_direction


def build_people_search_condition(
    members: Subquery, search: str, region: str
) -> ColumnElement[bool]:
    """Return the condition that a search finds somebody of these memberships."""
    is_matching_member = members.c.phone.in_(select_phones_of_matching_members(search, region))
    return or_(is_matching_member, _build_other_search_condition(members, search))


def _build_joined_search_condition(
    members: Subquery, names: Subquery, search: str, region: str
) -> ColumnElement[bool]:
    """Return the same condition where the names of members are joined already.

    20,000 people are searched in 15 ms instead of 54.
    """
    is_matching_member = build_joined_search_condition(names.c, search, region)
    return or_(is_matching_member, _build_other_search_condition(members, search))


def _build_other_search_condition(members: Subquery, search: str) -> ColumnElement[bool]:
    phone = members.c.phone
    conditions: list[ColumnElement[bool]] = [is_registered_as(phone, search)]
    digits = extract_seen_digits(search)
    if len(digits) >= MIN_SEARCH_DIGITS:
        conditions.insert(0, phone.contains(digits))
    return or_(*conditions)


def iterate_names_of_group(group_id: int) -> Iterator[tuple[str | None, str]]:
    """Yield (name, phone) of everybody in a group, in the order in which they were added."""
    # Read at once, so that nobody is missed or doubled while the group changes.
    phones = list_group_phones(group_id)
    for start in range(0, len(phones), NAMED_AT_ONCE):
        batch = phones[start : start + NAMED_AT_ONCE]
        names = find_display_names(batch)
        for phone in batch:
            yield names.get(phone), phone


def _load_rows(membership_ids: Sequence[int]) -> list[GroupPersonRow]:
    """Return the people of these memberships, in this order."""
    memberships = find_memberships(membership_ids)
    return _name_people([memberships[id_] for id_ in membership_ids if id_ in memberships])


def _name_people(rows: Sequence[MembershipRow]) -> list[GroupPersonRow]:
    phones = [row.phone for row in rows]
    names = find_display_names(phones) if phones else {}
    return [GroupPersonRow(row, names.get(row.phone)) for row in rows]
