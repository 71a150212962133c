"""The people of a group, with their names: a page of them, and those whom a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Subquery, asc, desc, or_, select

from app.community.queries import select_folded_names, select_phones_of_matching_members
from app.core.db import db
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListParams,
    SearchResultPage,
    choose_page_window,
    clamp_to_last_page,
)
from app.domain.phones.phone_number import extract_digits
from app.events.queries.contact_names import find_display_names
from app.events.queries.phone_registrations import select_phones_registered_as
from app.groups.models import ContactGroup
from app.groups.queries.memberships import (
    MembershipRow,
    find_memberships,
    select_group_members,
)

GROUP_PEOPLE_SORTS = ("name", "phone", "added")
MIN_SEARCH_DIGITS = 3


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
    ids = _order_members(members, params.sort, is_descending=is_descending)
    page_ids = list(db.session.scalars(ids.offset(window.offset).limit(window.limit)))
    if window.is_reversed:
        page_ids.reverse()
    return SearchResultPage(_load_rows(page_ids), group.member_count, params)


def _search_group_people(group: ContactGroup, params: ListParams, region: str) -> SearchResultPage:
    members = select_group_members(group.id).subquery()
    statement = _order_members(members, params.sort, is_descending=params.descending)
    statement = statement.where(_build_search_condition(members, params.search, region))
    ids = list(db.session.scalars(statement.limit(MAX_SEARCH_RESULTS + 1)))
    is_truncated = len(ids) > MAX_SEARCH_RESULTS
    ids = ids[:MAX_SEARCH_RESULTS]
    params = clamp_to_last_page(len(ids), params)
    page_ids = ids[params.offset : params.offset + params.per_page]
    return SearchResultPage(_load_rows(page_ids), len(ids), params, is_truncated)


def _order_members(members: Subquery, sort: str, *, is_descending: bool) -> Select[int]:
    """Select the ids of a group's memberships in the order of the list."""
    # Every column in the same direction, so that a page near the end is read from there.
    set_direction = desc if is_descending else asc
    statement: Select[int] = select(members.c.id)
    if sort == "added":
        return statement.order_by(set_direction(members.c.id))
    if sort == "phone":
        return statement.order_by(set_direction(members.c.phone))
    names = select_folded_names().subquery()
    statement = statement.outerjoin_from(members, names, names.c.phone == members.c.phone)
    # Names come last where there is none.
    columns = (names.c.folded_name.is_(None), names.c.folded_name, members.c.phone)
    return statement.order_by(*map(set_direction, columns))


def _build_search_condition(members: Subquery, search: str, region: str) -> ColumnElement[bool]:
    phone = members.c.phone
    conditions: list[ColumnElement[bool]] = [
        phone.in_(select_phones_of_matching_members(search, region)),
        phone.in_(select_phones_registered_as(search)),
    ]
    digits = extract_digits(search)
    if len(digits) >= MIN_SEARCH_DIGITS:
        conditions.append(phone.contains(digits))
    return or_(*conditions)


def _load_rows(membership_ids: Sequence[int]) -> list[GroupPersonRow]:
    """Return the people of these memberships, in this order."""
    memberships = find_memberships(membership_ids)
    phones = [row.phone for row in memberships.values()]
    names = find_display_names(phones) if phones else {}
    rows = [memberships[id_] for id_ in membership_ids if id_ in memberships]
    return [GroupPersonRow(row, names.get(row.phone)) for row in rows]
