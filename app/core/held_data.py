"""What is held about a person: every table says how its rows are theirs, and one reader asks all.

A model with a number or a person says so in `__held_as__`; a test fails for one that does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.core.column_classes import ColumnClass
from app.core.db import Model, db
from app.domain.accounts.phone_codes import hide_code

# How rows are found and searched for, which tells nothing of anybody.
UNTOLD_COLUMNS = ("id", "folded_name", "public_id")


class HeldBy(StrEnum):
    """What a column holds that makes a row one of a person's."""

    PHONE = "phone"
    PERSON = "person"
    # the key of a row of another table that is theirs
    PARENT = "parent"


# What a page calls columns whose names say little to the person; the files have the names.
WORDS_OF_COLUMNS = {
    "act": "consent",
    "at": "when",
    "body": "text",
    "checked_in_at": "at",
    "created_at": "recorded",
    "evidence": "proof",
    "last_at": "last text",
    "last_inbound_at": "last text from them",
    "longest_days": "most days in a row",
    "method": "how",
    "prompt": "question",
    "run_days": "days in a row",
    "state": "status",
    "streak_days": "days in a row",
}
# The same value once more, as lists are sorted and searched by it.
REPEATED_COLUMNS = {"folded_name", "sort_value", "sort_value_before"}


@dataclass(frozen=True)
class HeldAs:
    """How the rows of a table are a person's: `column` holds their number, their id, or the key of
    a row that is theirs. Of numbers there may be several columns, with spaces between. `title`:
    what a page calls these rows.
    """

    title: str
    column: str = "phone"
    by: HeldBy = HeldBy.PHONE


@dataclass(frozen=True)
class HeldRows:
    """The rows of one table about a person: names of columns, and values as the database has them.

    `total` may be more than there are rows: the newest are shown. `work_columns`: those that tell
    how the work is done, which a page for the person leaves out.
    """

    table: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: int
    work_columns: frozenset[str] = frozenset()

    def list_told_values(self) -> list[list[tuple[str, Any]]]:
        """Return of each row what tells something of the person, with the words of its columns."""
        return [list(self._iterate_told_values(row)) for row in self.rows]

    def _iterate_told_values(self, row: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        hidden_columns = self.work_columns | REPEATED_COLUMNS
        for name, value in zip(self.columns, row, strict=True):
            if name not in hidden_columns and value not in (None, "", False, 0):
                yield WORDS_OF_COLUMNS.get(name, name.replace("_", " ")), value


def list_held_models() -> list[Any]:
    """Return the models that say how their rows are a person's, in the order of their titles."""
    models = [mapper.class_ for mapper in Model.registry.mappers]
    held = [model for model in models if hasattr(model, "__held_as__")]
    return sorted(held, key=lambda model: str(model.__held_as__.title))


def read_held_rows(phones: Sequence[str], person_id: int | None, max_rows: int) -> list[HeldRows]:
    """Return what every table holds about a person, the newest rows first; empty ones too."""
    return [_read_table(model, phones, person_id, max_rows) for model in list_held_models()]


def _read_table(
    model: Any, phones: Sequence[str], person_id: int | None, max_rows: int
) -> HeldRows:
    columns = list_shown_columns(model)
    condition = _build_condition(model, phones, person_id)
    newest = [column.desc() for column in model.__table__.primary_key.columns]
    statement: Select[Any] = select(*columns).where(condition)
    rows = db.session.execute(statement.order_by(*newest).limit(max_rows)).all()
    total = len(rows)
    if total == max_rows:
        total = db.session.scalar(select(func.count()).where(condition).select_from(model)) or 0
    names = [str(column.name) for column in columns]
    classes = model.__column_classes__
    work = set()
    for column in model.__table__.columns:
        if classes.find_class(column) is ColumnClass.ADMINISTRATIVE:
            work.add(column.name)
    title = model.__held_as__.title
    shown_rows = [tuple(map(_hide_code, row)) for row in rows]
    return HeldRows(model.__tablename__, title, names, shown_rows, total, frozenset(work))


def _hide_code(value: Any) -> Any:
    """Keep a code that proves who holds the phone from whoever reads this page."""
    return hide_code(value) if isinstance(value, str) else value


def list_shown_columns(model: Any) -> list[ColumnElement[Any]]:
    """Return the columns of a table that may be shown: all but secrets and ids.

    In the place of the key of another row stands what that row is called, if it is called anything.
    """
    classes = model.__column_classes__
    columns = []
    for column in model.__table__.columns:
        if column.foreign_keys:
            columns += _select_name_behind(column)
        elif _is_told(column, classes.find_class(column)):
            columns.append(column)
    return columns


def _is_told(column: Any, column_class: ColumnClass | None) -> bool:
    is_id = column.name in UNTOLD_COLUMNS or column.name.endswith("_id")
    return not is_id and column_class is not ColumnClass.SECRET


def _select_name_behind(column: Any) -> list[ColumnElement[Any]]:
    """Return a column with the title or name of the row that a key points at; [] without one."""
    key = next(iter(column.foreign_keys)).column
    for name in ("title", "name"):
        # A text names whom it went to, and is itself in the list.
        if name in key.table.c and key.table.name != "messages":
            parent = key.table.alias()
            label = select(parent.c[name]).where(parent.c[key.name] == column)
            return [label.scalar_subquery().label(column.name.removesuffix("_id"))]
    return []


def _build_condition(
    model: Any, phones: Sequence[str], person_id: int | None
) -> ColumnElement[bool]:
    """Return the condition that a row of a table is about the person."""
    held = model.__held_as__
    if held.by is HeldBy.PHONE:
        columns = [model.__table__.c[name] for name in held.column.split()]
        return or_(*(column.in_(phones) for column in columns))
    column = model.__table__.c[held.column]
    if held.by is HeldBy.PERSON:
        is_theirs: ColumnElement[bool] = column == (person_id or 0)
        return is_theirs
    key = next(iter(column.foreign_keys)).column
    parent = _find_model(key.table)
    of_parent: ColumnElement[bool] = column.in_(
        select(key).where(_build_condition(parent, phones, person_id))
    )
    return of_parent


def _find_model(table: Any) -> Any:
    return next(mapper.class_ for mapper in Model.registry.mappers if mapper.local_table is table)
