"""The groups that a column of an imported file names."""

from dataclasses import dataclass

from app.domain.accounts.roles import Role
from app.domain.spreadsheets.group_columns import parse_group_names
from app.groups.models import ContactGroup, fold_group_name
from app.groups.queries.group_records import find_groups_by_name, may_change_people
from app.imports.queries.imported_phones import list_group_cells

# A column with more different values does not name groups.
MAX_NEW_GROUPS = 50


@dataclass(frozen=True)
class NamedGroups:
    """The groups that a file names, each by name.

    `fillable` are those that whoever imports may put people into, archived ones too; `closed`
    those that only admins may fill. `missing` are names without a group. `can_create`: whoever
    imports may create groups, and those are not too many.
    """

    fillable: list[ContactGroup]
    closed: list[ContactGroup]
    missing: list[str]
    can_create: bool

    @property
    def archived_names(self) -> list[str]:
        """The names of the groups that get people, but no blasts."""
        return [group.name for group in self.fillable if group.archived_at is not None]


def find_named_groups(import_id: int, role: Role) -> NamedGroups:
    """Return the groups that the rows of an import name, for a user with this role."""
    names = _collect_names(import_id)
    groups = find_groups_by_name(list(names.values()))
    fillable, closed = [], []
    missing = []
    for key, name in sorted(names.items()):
        group = groups.get(key)
        if group is None:
            missing.append(name)
        elif may_change_people(group, role):
            fillable.append(group)
        else:
            closed.append(group)
    can_create = role == Role.ADMIN and len(missing) <= MAX_NEW_GROUPS
    return NamedGroups(fillable, closed, missing, can_create)


def _collect_names(import_id: int) -> dict[str, str]:
    """Return each name by its folded spelling."""
    names: dict[str, str] = {}
    for cell in list_group_cells(import_id):
        for name in parse_group_names(cell):
            names.setdefault(fold_group_name(name), name)
    return names
