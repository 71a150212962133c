"""Drops indexes and triggers that the revert() of a released migration forgot.

A released migration cannot be edited: m0005's revert() leaves its index ix_webhook_events_waits,
and applying it again failed with "index already exists".
"""

import logging
import sqlite3
from collections.abc import Sequence

from app.migrations.migration_files import Migration

SILENT = logging.getLogger(f"{__name__}.silent")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False
# What each migration creates, by the migrations up to it. A replay takes 0.3 s, and the doctor
# and the tests migrate many databases in one process.
_created_objects: dict[tuple[Migration, ...], set[tuple[str, str]]] = {}


class MigrationReplay:
    """Applies migrations to an empty database in memory, to see what each of them creates.

    One replay serves all migrations of a run: with one for each, a first start took 0.7 s, most
    of it here.
    """

    def __init__(self, migrations: Sequence[Migration]) -> None:
        self._migrations = migrations
        self._applied_count = 0
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute("BEGIN")  # as in the migration's own transaction

    def close(self) -> None:
        """Close the database in memory."""
        self._connection.close()

    def drop_forgotten_objects(self, connection: sqlite3.Connection, version: int) -> None:
        """Drop what the migration `version` creates and is still there.

        Call it before the migration is applied or after it was reverted, in rising order of
        versions.
        """
        forgotten = self._find_created_objects(version) & _read_objects(connection)
        for name, kind in sorted(forgotten):
            connection.execute(f'DROP {kind} "{name}"')

    def _find_created_objects(self, version: int) -> set[tuple[str, str]]:
        """Return the names and kinds that only exist from this version on."""
        key = tuple(self._migrations[:version])
        if key not in _created_objects:
            self._apply_up_to(version - 1)
            before = _read_objects(self._connection)
            self._apply_up_to(version)
            _created_objects[key] = _read_objects(self._connection) - before
        return _created_objects[key]

    def _apply_up_to(self, version: int) -> None:
        for migration in self._migrations[self._applied_count : version]:
            migration.load_module().apply(self._connection, SILENT)
        self._applied_count = version


def _read_objects(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return the indexes and triggers that a statement created, each as (name, kind)."""
    rows = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql NOT NULL"
    )
    return set(rows)
