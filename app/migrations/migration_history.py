"""Which migrations a database has had, by its own records, and which are still to come."""

import os
import socket
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.core.version import VERSION
from app.migrations.migration_errors import (
    DatabaseTooNew,
    ForeignDatabase,
    MigrationEdited,
)
from app.migrations.migration_files import Migration

BOOKKEEPING_TABLES = {
    "schema_migrations": (
        "CREATE TABLE schema_migrations (version INTEGER NOT NULL PRIMARY KEY, "
        "name VARCHAR(100) NOT NULL, checksum VARCHAR(64) NOT NULL, applied_at DATETIME NOT NULL)"
    ),
    "schema_migration_lock": (
        "CREATE TABLE schema_migration_lock (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), "
        "holder VARCHAR(100) NOT NULL, taken_at DATETIME NOT NULL)"
    ),
    "schema_changes": (
        "CREATE TABLE schema_changes (id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, "
        "name VARCHAR(100) NOT NULL, direction VARCHAR(10) NOT NULL, "
        "started_at DATETIME NOT NULL, finished_at DATETIME NOT NULL, "
        "changed_rows INTEGER NOT NULL, program_version VARCHAR(20) NOT NULL, "
        "CHECK (direction IN ('applied', 'reverted')))"
    ),
}


@dataclass(frozen=True)
class AppliedMigration:
    """A migration that was applied to this database. `applied_at` is UTC."""

    version: int
    name: str
    checksum: str
    applied_at: datetime


@dataclass(frozen=True)
class SchemaChange:
    """A change of the schema that has begun: when (UTC), and how many rows were changed before."""

    started_at: datetime
    rows_before: int


def list_tables(connection: sqlite3.Connection) -> set[str]:
    """Return the names of all tables but SQLite's own."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {name for (name,) in rows}


def is_empty_database(connection: sqlite3.Connection) -> bool:
    """Whether the database has no tables but, perhaps, those of the migrations."""
    return not list_tables(connection) - set(BOOKKEEPING_TABLES)


def read_applied_migrations(connection: sqlite3.Connection, path: Path) -> list[AppliedMigration]:
    """Return the applied migrations, in order.

    Raises ForeignDatabase for another program's database.
    """
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
    history = []
    for version, name, checksum, applied_at in rows:
        moment = datetime.fromisoformat(applied_at).replace(tzinfo=UTC)
        history.append(AppliedMigration(version, name, checksum, moment))
    if not history and not is_empty_database(connection):
        raise ForeignDatabase(path)
    return history


def find_remaining_migrations(
    history: Sequence[AppliedMigration], migrations: Sequence[Migration], path: Path
) -> list[Migration]:
    """Return the migrations of the code that were not applied yet.

    Raises DatabaseTooNew or MigrationEdited when the history differs from the code.
    """
    newest_version = migrations[-1].version if migrations else 0
    if history and history[-1].version > newest_version:
        raise DatabaseTooNew(path, history[-1].version, newest_version)
    for version, applied in enumerate(history, start=1):
        if applied.version != version:
            raise MigrationEdited(
                f"{path}: migration {version} was never applied, but a later one was. "
                "Restore a backup."
            )
        if applied.checksum != migrations[version - 1].checksum:
            raise MigrationEdited(
                f"{path}: migration {version} ({applied.name}) was changed "
                "after it had been applied here. "
                "Install the version that made this database, or restore a backup."
            )
    return list(migrations[len(history) :])


def record_migration_lock(connection: sqlite3.Connection, now: datetime) -> None:
    """Create the migrations' own tables unless they exist, and record who migrates.

    The lock itself is BEGIN IMMEDIATE: the row is written inside it, so a process that dies
    leaves no lock behind.
    """
    existing_tables = list_tables(connection)
    for table, statement in BOOKKEEPING_TABLES.items():
        if table not in existing_tables:
            connection.execute(statement)
    holder = f"{socket.gethostname()}:{os.getpid()}"[:100]
    row = (1, holder, _format_utc_datetime(now))
    connection.execute(
        "INSERT OR REPLACE INTO schema_migration_lock (id, holder, taken_at) VALUES (?, ?, ?)",
        row,
    )


def record_applied_migration(
    connection: sqlite3.Connection, migration: Migration, now: datetime
) -> None:
    """Record that a migration was applied."""
    row = (migration.version, migration.name, migration.checksum, _format_utc_datetime(now))
    connection.execute(
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
        row,
    )


def record_schema_change(
    connection: sqlite3.Connection, migration: Migration, direction: str, change: SchemaChange
) -> None:
    """Record that a migration was "applied" or "reverted". Nothing ever deletes these rows."""
    row = (
        migration.version,
        migration.name,
        direction,
        _format_utc_datetime(change.started_at),
        _format_utc_datetime(datetime.now(UTC)),
        connection.total_changes - change.rows_before,
        VERSION,
    )
    connection.execute(
        "INSERT INTO schema_changes (version, name, direction, started_at, finished_at, "
        "changed_rows, program_version) VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )


def delete_applied_migration(connection: sqlite3.Connection, migration: Migration) -> None:
    """Delete the record of a migration that was reverted."""
    connection.execute("DELETE FROM schema_migrations WHERE version = ?", (migration.version,))


def _format_utc_datetime(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
