"""Drops indexes and triggers that the revert() of a released migration forgot.

A released migration cannot be edited: m0005's revert() leaves its index ix_webhook_events_waits,
and applying it again failed with "index already exists".
"""

import contextlib
import logging
import sqlite3
from collections.abc import Sequence

from app.migrations.migration_files import Migration

SILENT = logging.getLogger(f"{__name__}.silent")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def drop_forgotten_objects(
    connection: sqlite3.Connection, migrations: Sequence[Migration], version: int
) -> None:
    """Drop what the migration `version` creates and is still there.

    Call it before the migration is applied and after it was reverted.
    """
    forgotten = _find_created_objects(migrations, version) & _read_objects(connection)
    for name, kind in sorted(forgotten):
        connection.execute(f'DROP {kind} "{name}"')


def _find_created_objects(migrations: Sequence[Migration], version: int) -> set[tuple[str, str]]:
    """Return the names and kinds that only exist from this version on."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
        empty.execute("BEGIN")  # as in the migration's own transaction
        for migration in migrations[: version - 1]:
            migration.load_module().apply(empty, SILENT)
        before = _read_objects(empty)
        migrations[version - 1].load_module().apply(empty, SILENT)
        return _read_objects(empty) - before


def _read_objects(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return the indexes and triggers that a statement created, each as (name, kind)."""
    rows = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql NOT NULL"
    )
    return set(rows)
