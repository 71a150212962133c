"""Which columns of which rows cannot be read as the models read them.

SQLAlchemy raises for a time that is no time and a state that does not exist, sqlite3 for a text
that is no UTF-8; bytes where text should be pass both and break what uses them.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Table,
    cast,
    func,
    select,
)

from app.core.column_types import UtcDateTime
from app.core.db import db
from app.domain.delivery.row_faults import is_stored_moment, is_stored_text


class UnreadableValue(NamedTuple):
    """What stands in a column; `raw` is empty where it is null."""

    column: Column[Any]
    raw: bytes


def find_unreadable_values(
    table: Table, condition: ColumnElement[bool]
) -> dict[int, list[UnreadableValue]]:
    """Return the unreadable values of the rows that meet a condition, by the id of their row."""
    columns = [column for column in table.columns if not column.primary_key]
    stored: list[Any] = []
    for column in columns:
        stored += [func.typeof(column), cast(column, LargeBinary)]
    unreadable: dict[int, list[UnreadableValue]] = {}
    for row in db.session.execute(select(table.c.id, *stored).where(condition)):
        values = []
        for column, kind, raw in zip(columns, row[1::2], row[2::2], strict=True):
            if not _is_readable(column, kind, raw):
                values.append(UnreadableValue(column, raw or b""))
        if values:
            unreadable[row[0]] = values
    return unreadable


def _is_readable(column: Column[Any], kind: str, raw: bytes) -> bool:
    if kind == "null":
        return bool(column.nullable)
    if isinstance(column.type, Enum):
        return kind == "text" and raw.decode("utf-8", "replace") in column.type.enums
    if isinstance(column.type, UtcDateTime):
        return kind == "text" and is_stored_moment(raw)
    if isinstance(column.type, Boolean):
        return kind == "integer" and raw in (b"0", b"1")
    if isinstance(column.type, Integer):
        return kind == "integer"
    if isinstance(column.type, Float):
        return kind in ("integer", "real")
    return kind == "text" and is_stored_text(raw)
