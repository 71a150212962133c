"""The people of a confirmed import are put into groups: a chosen one, and those that rows name."""

from dataclasses import dataclass

from app.domain.accounts.roles import Role
from app.domain.spreadsheets.group_columns import parse_group_names
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import (
    add_people_to_groups,
    add_selected_people_to_group,
)
from app.groups.models import fold_group_name
from app.groups.queries.group_records import (
    find_active_group,
    find_groups_by_name,
    may_change_people,
)
from app.imports.models import Import
from app.imports.queries.import_slices import ImportSlice
from app.imports.queries.imported_phones import (
    list_phones_with_group_cells,
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


def create_named_groups(import_id: int, decision: GroupDecision) -> None:
    """Create the groups that the file names, if that was decided. Inside write()."""
    if not decision.creates_groups:
        return
    named = find_named_groups(import_id, decision.role)
    if named.can_create:
        for name in named.missing:
            create_group(GroupInfo(name))


def put_into_groups(row: Import, import_slice: ImportSlice, decision: GroupDecision) -> None:
    """Put the people of a slice into groups. Inside the write() that confirms it.

    Groups whose people this role may not change stay as they are.
    """
    group = find_active_group(decision.group_id)
    if group is not None and may_change_people(group, decision.role):
        phones = select_readable_phones(import_slice)
        add_selected_people_to_group(group.id, phones, row.id, row.created_by)
    phones_by_name = _collect_phones_by_group(import_slice)
    phones_by_id = {}
    for name, group in find_groups_by_name(phones_by_name).items():
        if may_change_people(group, decision.role):
            phones_by_id[group.id] = phones_by_name[name]
    add_people_to_groups(phones_by_id, row.id, row.created_by)


def _collect_phones_by_group(import_slice: ImportSlice) -> dict[str, list[str]]:
    """Return the numbers that the rows put into each group, by its folded name."""
    phones_by_name: dict[str, list[str]] = {}
    for phone, cell in list_phones_with_group_cells(import_slice):
        for name in dict.fromkeys(map(fold_group_name, parse_group_names(cell))):
            phones_by_name.setdefault(name, []).append(phone)
    return phones_by_name
