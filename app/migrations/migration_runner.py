"""Brings a database to the newest version, one whole step at a time, and back.

Knows no Flask and no models.
"""

import logging
import os
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.migrations import database_backups, database_file, migration_history
from app.migrations.migration_errors import (
    BackupFailed,
    DatabaseTooNew,
    MigrationEdited,
    MigrationError,
    MigrationFailed,
)
from app.migrations.migration_files import Migration, find_migrations
from app.migrations.migration_history import AppliedMigration

__all__ = [
    "BackupFailed",
    "MigrationEdited",
    "MigrationFailed",
    "MigrationError",
    "DatabaseTooNew",
    "list_applied_migrations",
    "migrate_database",
    "list_pending_migrations",
    "revert_migration",
]


def list_applied_migrations(path: Path) -> list[AppliedMigration]:
    """The steps that the database at `path` has taken; none when there is no file.

    Changes and makes nothing.
    """
    if not database_file.has_database_file(path):
        return []
    with database_file.open_read_only(path) as connection:
        return migration_history.read_applied_migrations(connection, path)


def list_pending_migrations(path: Path, steps: Sequence[Migration] | None = None) -> list[str]:
    """The names of the steps still to come, all of them when there is no file.

    Changes and makes nothing.

    Raises MigrationProblem when the database cannot be understood: newer, edited, somebody
    else's, damaged.
    """
    known = find_migrations() if steps is None else steps
    return [
        step.name
        for step in migration_history.find_remaining_migrations(
            list_applied_migrations(path), known, path
        )
    ]


def migrate_database(
    path: Path, logger: logging.Logger, steps: Sequence[Migration] | None = None
) -> list[str]:
    """Apply every pending step and return their names.

    A no-op of milliseconds when there is none.

    Makes the folder and the file where missing; sets WAL. Each step and its record are one
    transaction. Before the first one a database that holds anything is copied to `backups`
    beside it. Several processes may call this at once. Raises MigrationProblem with one clear
    sentence; what was applied before the failing step stays.
    """
    known = find_migrations() if steps is None else steps
    past = list_applied_migrations(path)
    if not migration_history.find_remaining_migrations(past, known, path):
        return []
    database_file.create_database_file(path)
    run = _MigrationRun(path, logger, needs_backup=bool(past))
    with database_file.open_for_writing(path) as connection:
        database_file.check_database_integrity(connection, path)
        database_file.enable_wal(connection)
        while step := _apply_next_migration(connection, run, known):
            logger.info("migration %s applied", step.name)
            run.applied_names.append(step.name)
    return run.applied_names


def revert_migration(
    path: Path,
    version: int,
    logger: logging.Logger,
    steps: Sequence[Migration] | None = None,
) -> None:
    """Take back the newest applied step, which must be `version`, after a copy of the whole
    database.

    Raises MigrationProblem when it is not the newest, or when it fails (then nothing has
    changed).
    """
    known = find_migrations() if steps is None else steps
    list_pending_migrations(path, known)
    if not database_file.has_database_file(path):
        raise MigrationError(f"{path} does not exist: there is nothing to take back.")
    run = _MigrationRun(path, logger, needs_backup=True)
    with database_file.open_for_writing(path) as connection:
        database_file.check_database_integrity(connection, path)
        _revert_newest_migration(connection, run, known, version)
    logger.info("migration %s taken back", version)


@dataclass
class _MigrationRun:
    """What one call has done so far.

    `wants_copy`: the database held something when the call began.
    """

    path: Path
    logger: logging.Logger
    needs_backup: bool
    backup_path: Path | None = None
    applied_names: list[str] = field(default_factory=list)

    def create_backup_once(self, word: str) -> None:
        """Copy the database, once. Nobody else can write now; readers, and so the copy, can."""
        if self.backup_path or not self.needs_backup:
            return
        folder = database_backups.get_backup_folder(self.path)
        target = (
            folder
            / f"{self.path.stem}-{word}-{database_backups.format_backup_timestamp(datetime.now(UTC))}.db"
        )
        database_backups.create_backup_folder(folder)
        database_backups.copy_database(self.path, target)
        self.logger.info("copied the database to %s", target)
        self.backup_path = target


def _apply_next_migration(
    connection: sqlite3.Connection, run: _MigrationRun, known: Sequence[Migration]
) -> Migration | None:
    """Apply the next pending step; None when there is none, perhaps because another process was
    faster.
    """
    with _begin_transaction(connection):
        todo = migration_history.find_remaining_migrations(
            migration_history.read_applied_migrations(connection, run.path),
            known,
            run.path,
        )
        if not todo:
            return None
        step = todo[0]
        run.create_backup_once(f"before-{step.version:04}")
        with _translate_migration_failure(step, run):
            now = datetime.now(UTC)
            migration_history.record_migration_lock(connection, now)
            step.load_module().apply(connection, run.logger)
            _check_in_transaction(connection)
            migration_history.record_applied_migration(connection, step, now)
            _check_foreign_keys(connection)
        return step


def _revert_newest_migration(
    connection: sqlite3.Connection,
    run: _MigrationRun,
    known: Sequence[Migration],
    version: int,
) -> None:
    with _begin_transaction(connection):
        past = migration_history.read_applied_migrations(connection, run.path)
        migration_history.find_remaining_migrations(past, known, run.path)
        newest = past[-1].version if past else 0
        if version != newest:
            raise MigrationError(
                f"Only the newest applied migration can be taken back: that is {newest}, not {version}."
            )
        step = known[newest - 1]
        run.create_backup_once(f"before-revert-{version:04}")
        with _translate_migration_failure(step, run):
            migration_history.record_migration_lock(connection, datetime.now(UTC))
            step.load_module().revert(connection, run.logger)
            _check_in_transaction(connection)
            migration_history.delete_applied_migration(connection, step)
            _check_foreign_keys(connection)


@contextmanager
def _begin_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT, with foreign keys off: inside a transaction they cannot be
    switched any more,

    and with them on, dropping a table to rebuild it would delete its children.
    """
    connection.execute("PRAGMA foreign_keys=OFF")
    _arm_failpoint(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _translate_migration_failure(step: Migration, run: _MigrationRun) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise MigrationFailed(
            step.version, step.name, f"{type(error).__name__}: {error}", run.backup_path
        ) from error


def _check_in_transaction(connection: sqlite3.Connection) -> None:
    if not connection.in_transaction:
        raise RuntimeError(
            "it ended its own transaction: use execute, never executescript or COMMIT"
        )


def _check_foreign_keys(connection: sqlite3.Connection) -> None:
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if orphan:
        raise sqlite3.IntegrityError(f"a row of {orphan[0]} points to a missing row of {orphan[2]}")


def _arm_failpoint(connection: sqlite3.Connection) -> None:
    """SMSADMIN_FAILPOINT=migration:<n>: this process dies, as by a power cut, before its n-th
    statement from here.
    """
    word, _, number = os.environ.get("SMSADMIN_FAILPOINT", "").partition(":")
    if word != "migration" or not number.isdigit():
        return
    left = int(number)

    def count(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connection.set_trace_callback(count)
