"""The people of a confirmed import are put into groups: a chosen one, and those that rows name."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.accounts.roles import Role
from app.domain.spreadsheets.group_columns import parse_group_names
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_selected_people_to_group
from app.groups.models import ContactGroup, fold_group_name
from app.groups.queries.group_records import find_active_group, may_change_people
from app.imports.models import Import
from app.imports.queries.imported_phones import (
    list_group_cells,
    select_phones_of_group_cells,
    select_readable_phones,
)
from app.imports.queries.named_groups import find_named_groups


@dataclass(frozen=True)
class GroupDecision:
    """What whoever confirms an import decided about groups, and their role.

    `group_id`: everyone of the file is put into this group too. `creates_groups`: groups that the
    file names and that are not there are created.
    """

    role: Role
    group_id: int | None
    creates_groups: bool


def put_into_groups(row: Import, decision: GroupDecision) -> None:
    """Put the people of an import into groups. Inside the write() that confirms it.

    Groups whose people this role may not change stay as they are.
    """
    group = find_active_group(decision.group_id)
    if group is not None and may_change_people(group, decision.role):
        phones = select_readable_phones(row.id)
        add_selected_people_to_group(group.id, phones, row.id, row.created_by)
    named = find_named_groups(row.id, decision.role)
    groups = [*named.fillable]
    if decision.creates_groups and named.can_create:
        groups += [create_group(GroupInfo(name)) for name in named.missing]
    _fill_named_groups(row, groups)


def _fill_named_groups(row: Import, groups: Sequence[ContactGroup]) -> None:
    cells_by_group: dict[str, list[str]] = {group.folded_name: [] for group in groups}
    for cell in list_group_cells(row.id):
        for key in dict.fromkeys(map(fold_group_name, parse_group_names(cell))):
            if key in cells_by_group:
                cells_by_group[key].append(cell)
    for group in groups:
        phones = select_phones_of_group_cells(row.id, cells_by_group[group.folded_name])
        add_selected_people_to_group(group.id, phones, row.id, row.created_by)
