"""The list of groups: how many people each has, how many get texts, when it was texted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.list_order import build_list_order
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.scope_conditions import list_group_conditions
from app.delivery.queries.group_blasts import find_last_texted_times
from app.domain.texts.plurals import pluralize
from app.groups.models import ContactGroup
from app.groups.queries.group_records import build_group_search_condition
from app.groups.queries.memberships import count_skipped_people
from app.organisation import queries as organisation
from app.suppression.queries.phone_records import is_list_short

GROUP_SORT_KEYS = ("name", "people", "created")
# Looking at each person takes 0.5 µs, at each phone of the do-not-text lists 1.5 µs.
MAX_PEOPLE_LOOKED_AT = 40_000
MAX_LISTED_LOOKED_AT = 15_000


@dataclass(frozen=True)
class GroupListRow:
    """A group on the list.

    `textable_count` is None where counting it would take too long; the group's own page has it.
    """

    group: ContactGroup
    textable_count: int | None
    last_texted_at: datetime | None


class GroupListPage(ListPage):
    """A page of groups."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 group, 20 groups."""
        return pluralize(self.total, "group")


def paginate_groups(params: ListParams, *, archived: bool = False) -> GroupListPage:
    """Return a page of the groups that are in use, or of the archived ones."""
    conditions = [ContactGroup.archived_at.is_not(None) == archived]
    conditions += list_group_conditions(ContactGroup.id)
    if params.search:
        conditions.append(build_group_search_condition(params.search))
    total = count_rows(ContactGroup, *conditions)
    params = clamp_to_last_page(total, params)
    page = select(ContactGroup).where(*conditions).order_by(*_build_order(params))
    groups = db.session.scalars(page.offset(params.offset).limit(params.per_page)).all()
    return GroupListPage(_build_list_rows(groups), total, params)


def count_archived_groups() -> int:
    """Return how many groups are archived."""
    is_reached = list_group_conditions(ContactGroup.id)
    return count_rows(ContactGroup, ContactGroup.archived_at.is_not(None), *is_reached)


def _build_order(params: ListParams) -> list[ColumnElement[Any]]:
    columns: dict[str, Any] = {
        "name": ContactGroup.folded_name,
        "people": ContactGroup.member_count,
        "created": ContactGroup.created_at,
    }
    return build_list_order(columns, params, ContactGroup.folded_name)


def _build_list_rows(groups: Sequence[ContactGroup]) -> list[GroupListRow]:
    if not groups:
        return []
    ids = [group.id for group in groups]
    skipped_counts = _count_skipped_people(groups)
    times = find_last_texted_times(ids)
    rows = []
    for group in groups:
        textable_count = None
        if skipped_counts is not None:
            textable_count = group.member_count - skipped_counts.get(group.id, 0)
        rows.append(GroupListRow(group, textable_count, times.get(group.id)))
    return rows


def _count_skipped_people(groups: Sequence[ContactGroup]) -> dict[int, int] | None:
    is_consent_required = bool(organisation.get_organisation().consent_required)
    ids = [group.id for group in groups]
    if sum(group.member_count for group in groups) <= MAX_PEOPLE_LOOKED_AT:
        return count_skipped_people(ids, is_exact=True)
    if is_consent_required or not is_list_short(MAX_LISTED_LOOKED_AT):
        return None
    return count_skipped_people(ids, is_exact=False)
