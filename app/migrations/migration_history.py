"""What was applied to a database, as the database itself tells it, and what of ours is still to
come.
"""

import os
import socket
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.migrations.migration_errors import (
    DatabaseTooNew,
    ForeignDatabase,
    MigrationEdited,
)
from app.migrations.migration_files import Migration

BOOKKEEPING_TABLES = {
    "schema_migrations": (
        "CREATE TABLE schema_migrations (version INTEGER NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, "
        "checksum VARCHAR(64) NOT NULL, applied_at DATETIME NOT NULL)"
    ),
    "schema_migration_lock": (
        "CREATE TABLE schema_migration_lock (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), "
        "holder VARCHAR(100) NOT NULL, taken_at DATETIME NOT NULL)"
    ),
}


@dataclass(frozen=True)
class AppliedMigration:
    """One step that this database has taken. `applied_at` is UTC."""

    version: int
    name: str
    checksum: str
    applied_at: datetime


def list_tables(connection: sqlite3.Connection) -> set[str]:
    """The names of all tables but SQLite's own."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {name for (name,) in rows}


def is_empty_database(connection: sqlite3.Connection) -> bool:
    """Whether nothing is in it but, perhaps, our own bookkeeping."""
    return not list_tables(connection) - set(BOOKKEEPING_TABLES)


def read_applied_migrations(connection: sqlite3.Connection, path: Path) -> list[AppliedMigration]:
    """The steps that were applied, in order. Raises NotOurs when the tables are somebody else's."""
    if "schema_migrations" not in list_tables(connection):
        if is_empty_database(connection):
            return []
        raise ForeignDatabase(path)
    columns = {row[1] for row in connection.execute("PRAGMA table_info(schema_migrations)")}
    if not {"version", "name", "checksum", "applied_at"} <= columns:
        raise ForeignDatabase(path)
    rows = connection.execute(
        "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version"
    )
    found = [
        AppliedMigration(v, name, digest, datetime.fromisoformat(at).replace(tzinfo=UTC))
        for v, name, digest, at in rows
    ]
    if not found and not is_empty_database(connection):
        raise ForeignDatabase(path)
    return found


def find_remaining_migrations(
    history: Sequence[AppliedMigration], steps: Sequence[Migration], path: Path
) -> list[Migration]:
    """The steps to come.

    Raises NewerDatabase or EditedMigration when the past is not the one the code knows.
    """
    newest = steps[-1].version if steps else 0
    if history and history[-1].version > newest:
        raise DatabaseTooNew(path, history[-1].version, newest)
    for number, done in enumerate(history, start=1):
        if done.version != number:
            raise MigrationEdited(
                f"{path}: migration {number} was never applied, but a later one was. Restore a backup."
            )
        if done.checksum != steps[number - 1].checksum:
            raise MigrationEdited(
                f"{path}: migration {done.version} ({done.name}) was changed after it had been applied here. "
                "Install the version that made this database, or restore a backup."
            )
    return list(steps[len(history) :])


def record_migration_lock(connection: sqlite3.Connection, now: datetime) -> None:
    """Make the bookkeeping tables where missing and write down who migrates.

    BEGIN IMMEDIATE is the lock itself:

    the row is written inside it, so a migrator that dies never leaves a lock behind.
    """
    there = list_tables(connection)
    for table, statement in BOOKKEEPING_TABLES.items():
        if table not in there:
            connection.execute(statement)
    holder = f"{socket.gethostname()}:{os.getpid()}"[:100]
    row = (1, holder, _format_utc_datetime(now))
    connection.execute(
        "INSERT OR REPLACE INTO schema_migration_lock (id, holder, taken_at) VALUES (?, ?, ?)",
        row,
    )


def record_applied_migration(
    connection: sqlite3.Connection, step: Migration, now: datetime
) -> None:
    """Write down that `step` was applied."""
    row = (step.version, step.name, step.checksum, _format_utc_datetime(now))
    connection.execute(
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
        row,
    )


def delete_applied_migration(connection: sqlite3.Connection, step: Migration) -> None:
    """Write down that `step` was taken back."""
    connection.execute("DELETE FROM schema_migrations WHERE version = ?", (step.version,))


def _format_utc_datetime(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
