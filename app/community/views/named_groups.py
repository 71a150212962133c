"""The groups that a column of an imported file names: shown, made where missing, and filled."""

from app.domain.spreadsheets.group_columns import parse_group_names
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_selected_people_to_group
from app.groups.models import fold_group_name
from app.groups.queries.group_records import find_groups_by_name
from app.imports.models import Import
from app.imports.queries.imported_phones import list_group_cells, select_phones_of_group_cells
from app.imports.views.importer_config import NamedGroups

# A column with more different values does not name groups.
MAX_NEW_GROUPS = 50


def find_named_groups(import_id: int) -> NamedGroups:
    """Return the names of the groups that a file names: those there are, and the others."""
    names = _collect_names(import_id)
    groups = find_groups_by_name(list(names.values()))
    group_names = [groups[key].name for key in names if key in groups]
    missing_names = [name for key, name in names.items() if key not in groups]
    can_create = len(missing_names) <= MAX_NEW_GROUPS
    return NamedGroups(group_names, missing_names, can_create=can_create)


def _collect_names(import_id: int) -> dict[str, str]:
    """Return each name by its folded spelling, as it is written first."""
    names: dict[str, str] = {}
    for cell in list_group_cells(import_id):
        for name in parse_group_names(cell):
            names.setdefault(fold_group_name(name), name)
    return names


def fill_named_groups(row: Import, *, creates_groups: bool) -> None:
    """Put the people of a confirmed import into the groups that their rows name.

    Inside write(). `creates_groups`: groups that are not there are made first, at most
    MAX_NEW_GROUPS.
    """
    named = find_named_groups(row.id)
    if creates_groups and named.can_create:
        for name in named.missing:
            create_group(GroupInfo(name))
    cells = list_group_cells(row.id)
    groups = find_groups_by_name([*named.known, *named.missing])
    for key, group in groups.items():
        own_cells = [cell for cell in cells if key in map(fold_group_name, parse_group_names(cell))]
        phones = select_phones_of_group_cells(row.id, own_cells)
        add_selected_people_to_group(group.id, phones, row.id, row.created_by)
