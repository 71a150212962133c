"""The list an import is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_

from app.imports.models import ImportRow


class ImportAlreadyEnded(Exception):
    """This import was confirmed, thrown away or undone before, or its check is not at its end."""


@dataclass(frozen=True)
class ImportTarget:
    """A table with the columns id, name, phone and created_at, unique in phone and the columns
    of `fixed`.

    `pool` names it in the import's row; `fixed` are the values that its rows share, such as
    {"event_id": 12}; `more` are values of further columns that new rows get. `gets_texts`:
    false for a list of people who get none; then nobody is compared with the do-not-text list,
    and no consent is written down.
    """

    pool: str
    table: Table
    fixed_values: Mapping[str, Any] = field(default_factory=dict)
    extra_values: Mapping[str, Any] = field(default_factory=dict)
    gets_texts: bool = True

    def build_list_conditions(self) -> list[ColumnElement[bool]]:
        """The condition that a row of the table is of this list."""
        return [self.table.c[column] == value for column, value in self.fixed_values.items()]

    def build_same_person_condition(self) -> ColumnElement[bool]:
        """The condition that a staged row is about a row of the list."""
        return and_(self.table.c.phone == ImportRow.phone, *self.build_list_conditions())
