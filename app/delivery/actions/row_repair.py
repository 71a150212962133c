"""Give the unreadable columns of one row readable values, so that pages can show it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Enum, String, Table, update

from app.core.column_types import UtcDateTime
from app.core.db import db
from app.delivery.queries.row_readability import UnreadableValue, find_unreadable_values
from app.domain.delivery.row_faults import decode_stored_text


def repair_row(table: Table, row_id: int, moment: datetime) -> list[str]:
    """Replace what cannot be read in a row; return the names of those columns. Inside write().

    Text keeps what can be read of it. A wrong time becomes null or `moment`; a wrong number or
    state null or the column's default.
    """
    values: dict[str, Any] = {}
    for value in find_unreadable_values(table, table.c.id == row_id).get(row_id, []):
        values[value.column.name] = _find_readable_value(value, row_id, moment)
    if values:
        db.session.execute(update(table).where(table.c.id == row_id).values(values))
    return sorted(values)


def _find_readable_value(value: UnreadableValue, row_id: int, moment: datetime) -> Any:
    column = value.column
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    if is_text and _is_part_of_unique_key(column):
        # What can be read of it may be the value of another row.
        return None if column.nullable else f"unreadable {row_id}"
    if is_text and value.raw:
        return decode_stored_text(value.raw, getattr(column.type, "length", None))
    return None if column.nullable else _find_default(column, moment)


def _is_part_of_unique_key(column: Column[Any]) -> bool:
    indexes = [index for index in column.table.indexes if index.unique]
    return bool(column.unique) or any(column.name in index.columns for index in indexes)


def _find_default(column: Column[Any], moment: datetime) -> Any:
    """Return a value that fits a column which may not be null."""
    if isinstance(column.type, UtcDateTime):
        return moment
    if column.default is not None and column.default.is_scalar:
        return getattr(column.default, "arg", None)
    if isinstance(column.type, Enum):
        return column.type.enums[0]
    if isinstance(column.type, String):
        return getattr(column.server_default, "arg", "")
    return 0
