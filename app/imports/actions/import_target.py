"""The list of people an import is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func

from app.imports.models import ImportRow


class ImportAlreadyEnded(Exception):
    """The import was confirmed, discarded or undone before, or its check is not at its end."""


@dataclass(frozen=True)
class ImportTarget:
    """A list, which its owner passes in: a table with the columns id, name, phone and created_at.

    The table is unique in phone and the columns of `fixed_values`, the values that the rows of
    the list share, such as {"event_id": 12}. `extra_values` are values of further columns of new
    rows. `pool` names the list in the import's row. With `gets_texts` false nobody is compared
    with the do-not-text list, and no consent is recorded.
    """

    pool: str
    table: Table
    fixed_values: Mapping[str, Any] = field(default_factory=dict)
    extra_values: Mapping[str, Any] = field(default_factory=dict)
    gets_texts: bool = True

    def build_list_conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions that a row of the table is on this list."""
        return [self.table.c[column] == value for column, value in self.fixed_values.items()]

    def build_same_person_condition(self) -> ColumnElement[bool]:
        """Return the condition that a row of a file has the number of a row of the list."""
        return and_(self.table.c.phone == ImportRow.phone, *self.build_list_conditions())

    def build_name_values(self, name: Any) -> dict[str, Any]:
        """Return the columns that a name is written to: with its folded one, where there is one."""
        if "folded_name" not in self.table.c:
            return {"name": name}
        return {"name": name, "folded_name": func.fold_name(name)}
