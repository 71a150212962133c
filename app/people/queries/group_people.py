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
    ids = _order_members(group.id, params).offset(params.offset).limit(params.per_page)
    rows = _load_rows(list(db.session.scalars(ids)))
    return SearchResultPage(rows, group.member_count, params)


def _search_group_people(group: ContactGroup, params: ListParams, region: str) -> SearchResultPage:
    statement = _order_members(group.id, params, params.search, region)
    ids = list(db.session.scalars(statement.limit(MAX_SEARCH_RESULTS + 1)))
    is_truncated = len(ids) > MAX_SEARCH_RESULTS
    ids = ids[:MAX_SEARCH_RESULTS]
    params = clamp_to_last_page(len(ids), params)
    page_ids = ids[params.offset : params.offset + params.per_page]
    return SearchResultPage(_load_rows(page_ids), len(ids), params, is_truncated)


def _order_members(
    group_id: int, params: ListParams, search: str = "", region: str = ""
) -> Select[int]:
    """Select the ids of a group's memberships in the order of the list."""
    members = select_group_members(group_id).subquery()
    statement: Select[int] = select(members.c.id)
    if search:
        statement = statement.where(_build_search_condition(members, search, region))
    set_direction = desc if params.descending else asc
    if params.sort == "added":
        return statement.order_by(set_direction(members.c.id))
    if params.sort == "phone":
        return statement.order_by(set_direction(members.c.phone))
    names = select_folded_names().subquery()
    statement = statement.outerjoin_from(members, names, names.c.phone == members.c.phone)
    # Names come last where there is none, in both directions.
    return statement.order_by(
        names.c.folded_name.is_(None),
        set_direction(names.c.folded_name),
        set_direction(members.c.phone),
    )


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
