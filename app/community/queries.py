"""Reading the members: a page of the list, one person, the audience of a blast, the export."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    UnaryExpression,
    asc,
    desc,
    exists,
    func,
    literal,
    null,
    select,
    type_coerce,
)

from app.community.member_access import MemberAccess
from app.community.member_filters import MemberFilter
from app.community.member_rows import NO_COLUMNS, Column, load_member_rows
from app.community.member_search import build_member_search_condition
from app.community.models import CommunityMember
from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_tuples
from app.core.listed_values import build_listed_column
from app.core.pagination import (
    MAX_SEARCH_RESULTS,
    ListParams,
    SearchResultPage,
    choose_page_window,
    clamp_to_last_page,
)
from app.core.scope_conditions import get_list_scope, list_scope_conditions
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.named_phones import NamedPhone
from app.organisation.consent_coverage import ConsentCoverage
from app.suppression.queries.consent_history import select_has_recorded_consent
from app.suppression.queries.sending_permission import select_suppression_reason

MEMBER_SORTS = ("name", "phone", "created_at")
# Each is the order of one index of the table, with the column that makes it total. Names come
# last where there is none.
ORDER_COLUMNS: dict[str, tuple[Any, ...]] = {
    "name": (
        CommunityMember.folded_name.is_(None),
        CommunityMember.folded_name,
        CommunityMember.id,
    ),
    "phone": (CommunityMember.phone,),
    "created_at": (CommunityMember.created_at, CommunityMember.id),
}
EXPORT_BATCH_ROWS = 1_000
EVERYONE = MemberFilter()


def count_members() -> int:
    """Return how many members there are, whom the user who asks reaches."""
    return count_rows(CommunityMember, *list_scope_conditions(CommunityMember.phone))


def count_members_since(moment: datetime) -> int:
    """Return how many of the members were added since a moment."""
    return count_rows(CommunityMember, CommunityMember.created_at >= moment)


def find_member(member_id: int) -> CommunityMember | None:
    """Return the member with this id, or None."""
    return db.session.get(CommunityMember, member_id)


def find_names_and_phones(member_ids: Sequence[int]) -> list[NamedPhone]:
    """Return (name, phone) of those of these members that exist, in id order.

    The ids are one bound JSON list: SQLite allows 32,766 bound values a statement.
    """
    ids = build_listed_column(member_ids)
    statement = select(CommunityMember.name, CommunityMember.phone)
    is_reached = list_scope_conditions(CommunityMember.phone)
    chosen = statement.where(CommunityMember.id.in_(select(ids)), *is_reached)
    return fetch_tuples(chosen.order_by(CommunityMember.id))


def select_community_audience() -> Select[str | None, str, SkipReason | None]:
    """Select (name, phone, left_out) of every member in id order, for a blast to the community."""
    left_out = select_suppression_reason(CommunityMember.phone).label("left_out")
    statement = select(CommunityMember.name, CommunityMember.phone, left_out)
    return statement.order_by(CommunityMember.id)


def fetch_member_batch(after_id: int) -> list[tuple[int, NamedPhone]]:
    """Return the next members of an export as (id, (name, phone)), in the order of ids."""
    member = CommunityMember
    is_meant = (member.id > after_id, *list_scope_conditions(member.phone))
    statement = select(member.id, member.name, member.phone).where(*is_meant)
    rows = db.session.execute(statement.order_by(member.id).limit(EXPORT_BATCH_ROWS))
    return [(row.id, (row.name, row.phone)) for row in rows]


def paginate_members(
    params: ListParams,
    region: str,
    filter_: MemberFilter = EVERYONE,
    columns: Mapping[str, Column] = NO_COLUMNS,
) -> SearchResultPage:
    """Return a page of the list. A search finds parts of names, and of numbers in any spelling.

    `region` is the country of numbers that are typed without their country code. `columns`: by
    key, what each further cell of a row is, for the column of the phones.
    """
    if params.search or filter_ != EVERYONE or not get_list_scope().is_everybody:
        return _search_members(params, region, filter_, columns)
    total = count_members()
    params = clamp_to_last_page(total, params)
    rows = load_member_rows(_load_page_ids(total, params), columns)
    return SearchResultPage(rows, total, params)


def _load_page_ids(total: int, params: ListParams) -> list[int]:
    window = choose_page_window(total, params.offset, params.per_page)
    order = _build_order(params.sort, params.descending != window.is_reversed)
    statement = select(CommunityMember.id).order_by(*order)
    ids = list(db.session.scalars(statement.offset(window.offset).limit(window.limit)))
    if window.is_reversed:
        ids.reverse()
    return ids


def _search_members(
    params: ListParams, region: str, filter_: MemberFilter, columns: Mapping[str, Column]
) -> SearchResultPage:
    narrowed = filter_.build_conditions(is_for_page=True)
    conditions = narrowed.conditions + _build_search_conditions(params.search, region)
    order = _build_order(params.sort, params.descending)
    statement = select(CommunityMember.id).where(*conditions).order_by(*order)
    if narrowed.access.value:
        statement = statement.with_hint(CommunityMember, narrowed.access.value, "sqlite")
    ids = list(db.session.scalars(statement.limit(MAX_SEARCH_RESULTS + 1)))
    is_truncated = len(ids) > MAX_SEARCH_RESULTS
    ids = ids[:MAX_SEARCH_RESULTS]
    params = clamp_to_last_page(len(ids), params)
    page_ids = ids[params.offset : params.offset + params.per_page]
    return SearchResultPage(load_member_rows(page_ids, columns), len(ids), params, is_truncated)


def _build_search_conditions(search: str, region: str) -> list[ColumnElement[bool]]:
    return [build_member_search_condition(search, region)] if search else []


def find_matching_ids(search: str, region: str, filter_: MemberFilter) -> list[int]:
    """Return the ids of all members that a search and a filter match, in id order."""
    conditions = filter_.build_conditions(is_for_page=False).conditions
    conditions += _build_search_conditions(search, region)
    statement = select(CommunityMember.id).where(*conditions).order_by(CommunityMember.id)
    return list(db.session.scalars(statement))


def find_reached_ids(member_ids: list[int]) -> list[int]:
    """Return those of these ids that the user who asks reaches, without a statement for all."""
    is_reached = list_scope_conditions(CommunityMember.phone)
    if not is_reached:
        return member_ids
    ids = select(build_listed_column(member_ids))
    statement = select(CommunityMember.id).where(CommunityMember.id.in_(ids), *is_reached)
    return list(db.session.scalars(statement.order_by(CommunityMember.id)))


def _build_order(sort: str, is_descending: bool) -> list[UnaryExpression[Any]]:
    # Every column in the same direction, so that one index serves both directions.
    columns = ORDER_COLUMNS[sort]
    return list(map(desc if is_descending else asc, columns))


def select_member_record(phone: str) -> Select[int, str | None, str, datetime]:
    """Select (id, name, title, created_at) of the member with this number; the title is NULL."""
    row = CommunityMember
    title = type_coerce(null(), String).label("title")
    return select(row.id, row.name, title, row.created_at).where(row.phone == phone)


def has_members() -> bool:
    """Whether there is anybody on the community list."""
    return bool(db.session.scalar(select(exists().where(CommunityMember.id.is_not(None)))))


def select_is_member(phone_column: Any) -> ColumnElement[bool]:
    """Return whether the phone in this column is a member's, for any select."""
    member = exists().where(CommunityMember.phone == phone_column)
    return member.correlate_except(CommunityMember)


def select_member_names() -> Select[str, str, str | None, datetime]:
    """Select (phone, source, name, created_at) of every member, to be narrowed."""
    return select(
        CommunityMember.phone,
        literal("community").label("source"),
        CommunityMember.name,
        CommunityMember.created_at,
    )


def select_member_name(phone: ColumnElement[str]) -> ColumnElement[str | None]:
    """Return the name of the member with the phone of this column, for any select."""
    name = select(CommunityMember.name).where(CommunityMember.phone == phone)
    return name.correlate_except(CommunityMember).scalar_subquery()


def select_folded_names() -> Select[str, str | None]:
    """Select (phone, folded_name) of every member, to be joined."""
    return select(CommunityMember.phone, CommunityMember.folded_name)


def select_names_by_phone() -> Select[str, str | None, str | None]:
    """Select (phone, folded_name, name) of every member, to be joined by phone to a short list.

    Without the index of both, 20,000 rows are read: 31 ms instead of 16.
    """
    member = CommunityMember
    names = select(member.phone, member.folded_name, member.name)
    return names.with_hint(member, MemberAccess.BY_PHONE.value, "sqlite")


def select_phones_of_matching_members(search: str, region: str) -> Select[str]:
    """Select the phones of the members whose name or number contains what was typed."""
    return select(CommunityMember.phone).where(build_member_search_condition(search, region))


def count_consent_coverage() -> ConsentCoverage:
    """Count the people on the list and those whose newest consent event is a yes."""
    with_consent = func.count().filter(select_has_recorded_consent(CommunityMember.phone))
    statement = select(func.count(), with_consent).select_from(CommunityMember)
    people, people_with_consent = db.session.execute(statement).one()
    return ConsentCoverage(people, people_with_consent)


def list_phones_without_member(phones: Select[str | None]) -> list[str]:
    """Return those of the selected phones that are not on the list."""
    phone = phones.subquery().columns[0]
    is_member = exists().where(CommunityMember.phone == phone)
    return list(db.session.scalars(select(phone).where(~is_member)))


def find_people_by_id(member_ids: Sequence[int]) -> dict[int, NamedPhone]:
    """Return (name, phone) of these members by id; a deleted one is missing."""
    member = CommunityMember
    rows = db.session.execute(
        select(member.id, member.name, member.phone).where(member.id.in_(member_ids))
    )
    return {row.id: (row.name, row.phone) for row in rows}
