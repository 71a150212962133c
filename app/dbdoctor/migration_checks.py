"""Checks of the migrations' own records."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.dbdoctor.check import Check, Finding, Severity
from app.migrations import migration_runner
from app.migrations.migration_files import find_migrations

PENDING = Check("pending", "Pending: {ids}.", "Run: python -m app.dbdoctor --apply.")
RENAMED = Check(
    "migration-names",
    "The database calls migration {ids} by another name than this version does.",
    "Ask who changed the table schema_migrations; nothing else depends on the name.",
    severity=Severity.WARNING,
)
FOREIGN_VERSION = Check(
    "foreign-version",
    "Another program wrote its number ({ids}) into the file's header.",
    "Ask which program opened the file. SMS Admin does not use that number.",
    severity=Severity.NOTE,
)
MIGRATION_CHECKS = (PENDING, RENAMED, FOREIGN_VERSION)


def find_pending_migrations(path: Path) -> Iterator[Finding]:
    """Yield a finding when the next start would migrate the database. Raises MigrationError."""
    names = migration_runner.list_pending_migrations(path)
    if names:
        yield PENDING.report(", ".join(names))


def find_strange_records(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what is strange about the records of applied migrations."""
    names = {migration.version: migration.name for migration in find_migrations()}
    rows = connection.execute("SELECT version, name FROM schema_migrations ORDER BY version")
    renamed = [str(version) for version, name in rows if names.get(version) != name]
    if renamed:
        yield RENAMED.report(", ".join(renamed))
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if version or application:
        yield FOREIGN_VERSION.report(str(version or application))
