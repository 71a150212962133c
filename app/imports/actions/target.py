"""The list an import is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_

from app.imports.models import ImportRow


class AlreadyEnded(Exception):
    """This import was confirmed or thrown away before."""


@dataclass(frozen=True)
class Target:
    """A table with the columns name, phone and created_at, unique in phone and the columns of `fixed`.

    `pool` names it in the import's row; `fixed` are the values of its other columns, such as {"event_id": 12}.
    """

    pool: str
    table: Table
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def same_person(self) -> ColumnElement[bool]:
        """The condition that a staged row is about a row of the list."""
        mine = (self.table.c[column] == value for column, value in self.fixed.items())
        return and_(self.table.c.phone == ImportRow.phone, *mine)
