"""Reads a database of the first design, whichever of its migrations it has."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app.domain.phones.phone_number import is_e164
from app.migrations import database_file
from app.migrations.database_integrity import check_database_integrity
from app.migrations.migration_errors import MigrationError

FormerRow = dict[str, Any]
# Only the first design has the first two, only ours the third.
NEEDED_TABLES = {"community_members", "message_logs"}
OWN_TABLE = "messages"
DATABASE_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class FormerDatabase:
    """The rows of a database of the first design, as they are stored."""

    def __init__(self, connection: sqlite3.Connection, tables: set[str]) -> None:
        connection.row_factory = sqlite3.Row
        self._connection = connection
        self._tables = tables

    def list_rows(self, table: str) -> list[FormerRow]:
        """Return the table's rows in the order of their ids; [] where it does not exist yet."""
        if table not in self._tables:
            return []
        # The names are those of this package, never of the file.
        statement = f"SELECT * FROM {table} ORDER BY id"
        return [dict(row) for row in self._connection.execute(statement)]


@contextmanager
def open_former_database(path: Path) -> Iterator[FormerDatabase]:
    """Open the file for reading and check it. Raises MigrationError, which says what it is."""
    if not database_file.has_database_file(path):
        raise MigrationError(f"{path} is no database: it does not exist, or is empty.")
    with database_file.open_read_only(path) as connection:
        check_database_integrity(connection, path)
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {row[0] for row in connection.execute(query)}
        if OWN_TABLE in tables:
            raise MigrationError(f"{path} is a database of SMS Admin already: use --restore.")
        if not tables >= NEEDED_TABLES:
            raise MigrationError(f"{path} is a database of another program.")
        yield FormerDatabase(connection, tables)


def read_phone(row: FormerRow) -> str | None:
    """Return the row's number (E.164), or None when it is none: nobody can be texted there."""
    phone = str(row.get("phone") or "").strip()
    return phone if is_e164(phone) else None


def read_moment(value: Any, default: str) -> str:
    """Return a stored time (UTC) as our database writes it; `default` when it is none."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return default
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.strftime(DATABASE_TIME_FORMAT)


def read_date(value: Any) -> str | None:
    """Return a stored date, or None when it is none."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None


def read_text(value: Any, length: int) -> str | None:
    """Return the text without blanks around it, cut to `length`; None for an empty one."""
    text = str(value if value is not None else "").strip()[:length]
    return text or None


def read_count(value: Any) -> int:
    """Return a stored count; 0 when it is none."""
    try:
        return max(0, int(value or 0))
    except (TypeError, ValueError):
        return 0
