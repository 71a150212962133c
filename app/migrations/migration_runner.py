"""Migrates a database to the newest version, one migration a transaction, and reverts.

Imports neither Flask nor models.
"""

import logging
import os
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.migrations import database_backups, database_file, migration_history
from app.migrations.database_integrity import check_database_integrity
from app.migrations.forgotten_objects import MigrationReplay
from app.migrations.migration_errors import MigrationError, MigrationFailed
from app.migrations.migration_files import Migration, find_migrations
from app.migrations.migration_history import AppliedMigration, SchemaChange
from app.migrations.migration_progress import require_room, tell_progress


def list_applied_migrations(path: Path) -> list[AppliedMigration]:
    """Return the migrations that were applied to the database at `path`; none without a file.

    Changes and creates nothing.
    """
    if not database_file.has_database_file(path):
        return []
    with database_file.open_read_only(path) as connection:
        return migration_history.read_applied_migrations(connection, path)


def list_pending_migrations(path: Path, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Return the names of the migrations still to come, all of them without a file.

    Changes and creates nothing. Raises MigrationError when the database is newer, edited,
    another program's or damaged.
    """
    if migrations is None:
        migrations = find_migrations()
    history = list_applied_migrations(path)
    remaining = migration_history.find_remaining_migrations(history, migrations, path)
    return [migration.name for migration in remaining]


def migrate_database(
    path: Path, logger: logging.Logger, migrations: Sequence[Migration] | None = None
) -> list[str]:
    """Apply every pending migration and return their names; milliseconds when there is none.

    Creates the folder and the file unless they exist; sets WAL. Each migration and its record
    are one transaction. Before the first one, a database that is not empty is copied to
    `backups` beside it. Several processes may call this at once. Raises MigrationError; what
    was applied before the failing migration stays.
    """
    if migrations is None:
        migrations = find_migrations()
    history = list_applied_migrations(path)
    if not migration_history.find_remaining_migrations(history, migrations, path):
        return []
    database_file.require_no_lost_database(path)
    database_file.create_database_file(path)
    return _apply_migrations(_MigrationRun(path, logger, needs_backup=bool(history)), migrations)


def migrate_copy(path: Path, logger: logging.Logger) -> list[str]:
    """Apply every pending migration to a copy that nobody needs: without a backup of it."""
    return _apply_migrations(_MigrationRun(path, logger, needs_backup=False), find_migrations())


def _apply_migrations(run: "_MigrationRun", migrations: Sequence[Migration]) -> list[str]:
    path, logger = run.path, run.logger
    with (
        database_file.open_for_writing(path) as connection,
        closing(MigrationReplay(migrations)) as replay,
    ):
        check_database_integrity(connection, path, is_quick=True)
        database_file.enable_wal(connection)
        while migration := _apply_next_migration(connection, run, migrations, replay):
            logger.info("migration %s applied", migration.name)
            run.applied_names.append(migration.name)
    return run.applied_names


def revert_migration(
    path: Path,
    version: int,
    logger: logging.Logger,
    migrations: Sequence[Migration] | None = None,
) -> None:
    """Revert the newest applied migration, which must be `version`, after a backup.

    Raises MigrationError when it is not the newest, or when it fails; then nothing has changed.
    """
    if migrations is None:
        migrations = find_migrations()
    # Raises when the history differs from the code.
    list_pending_migrations(path, migrations)
    if not database_file.has_database_file(path):
        raise MigrationError(f"{path} does not exist: there is nothing to undo.")
    run = _MigrationRun(path, logger, needs_backup=True)
    with database_file.open_for_writing(path) as connection:
        check_database_integrity(connection, path, is_quick=True)
        _revert_newest_migration(connection, run, migrations, version)
    logger.info("migration %s undone", version)


@dataclass
class _MigrationRun:
    """What one call has done so far.

    `needs_backup`: the database was not empty when the call began.
    """

    path: Path
    logger: logging.Logger
    needs_backup: bool
    backup_path: Path | None = None
    applied_names: list[str] = field(default_factory=list)

    def create_backup_once(self, label: str) -> None:
        """Back up the database unless this run has done so."""
        if self.backup_path or not self.needs_backup:
            return
        # This process holds the write lock: the backup is a reader, which WAL does not lock out.
        folder = database_backups.get_backup_folder(self.path)
        require_room(self.path, 1)
        timestamp = database_backups.format_backup_timestamp(datetime.now(UTC))
        target = folder / f"{self.path.stem}-{label}-{timestamp}.db"
        database_backups.create_backup_folder(folder)
        database_backups.copy_database(self.path, target)
        self.logger.info("copied the database to %s", target)
        self.backup_path = target


def _apply_next_migration(
    connection: sqlite3.Connection,
    run: _MigrationRun,
    migrations: Sequence[Migration],
    replay: MigrationReplay,
) -> Migration | None:
    """Apply the next pending migration; return None when there is none."""
    with _begin_transaction(connection):
        # Read again under the write lock: another process may have been faster.
        history = migration_history.read_applied_migrations(connection, run.path)
        remaining = migration_history.find_remaining_migrations(history, migrations, run.path)
        if not remaining:
            return None
        migration = remaining[0]
        run.create_backup_once(f"before-{migration.version:04}")
        with _translate_migration_failure(migration, run):
            now = datetime.now(UTC)
            migration_history.record_migration_lock(connection, now)
            change = SchemaChange(now, connection.total_changes)
            if history:
                replay.drop_forgotten_objects(connection, migration.version)
            with tell_progress(connection, migration.name, run.logger):
                migration.load_module().apply(connection, run.logger)
            _check_in_transaction(connection)
            migration_history.record_applied_migration(connection, migration, now)
            migration_history.record_schema_change(connection, migration, "applied", change)
            _check_foreign_keys(connection)
        return migration


def _revert_newest_migration(
    connection: sqlite3.Connection,
    run: _MigrationRun,
    migrations: Sequence[Migration],
    version: int,
) -> None:
    with _begin_transaction(connection):
        history = migration_history.read_applied_migrations(connection, run.path)
        migration_history.find_remaining_migrations(history, migrations, run.path)
        newest_version = history[-1].version if history else 0
        if version != newest_version:
            raise MigrationError(
                "Only the newest applied migration can be undone: "
                f"that is {newest_version}, not {version}."
            )
        migration = migrations[version - 1]
        run.create_backup_once(f"before-revert-{version:04}")
        with _translate_migration_failure(migration, run):
            now = datetime.now(UTC)
            migration_history.record_migration_lock(connection, now)
            change = SchemaChange(now, connection.total_changes)
            with tell_progress(connection, migration.name, run.logger):
                migration.load_module().revert(connection, run.logger)
            with closing(MigrationReplay(migrations)) as replay:
                replay.drop_forgotten_objects(connection, version)
            _check_in_transaction(connection)
            migration_history.delete_applied_migration(connection, migration)
            migration_history.record_schema_change(connection, migration, "reverted", change)
            _check_foreign_keys(connection)


@contextmanager
def _begin_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block between BEGIN IMMEDIATE and COMMIT, with foreign keys off."""
    # With foreign keys on, dropping a table to rebuild it would delete its children's rows; inside
    # a transaction they cannot be switched (https://www.sqlite.org/lang_altertable.html, 7).
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
def _translate_migration_failure(migration: Migration, run: _MigrationRun) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"
        raise MigrationFailed(migration.version, migration.name, cause, run.backup_path) from error


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
    """Let tests kill this process before its n-th statement from here, as a power cut would.

    The environment says SMSADMIN_FAILPOINT=migration:<n>.
    """
    name, _, number = os.environ.get("SMSADMIN_FAILPOINT", "").partition(":")
    if name != "migration" or not number.isdigit():
        return
    statements_left = int(number)

    def kill_when_counted_down(_statement: str) -> None:
        nonlocal statements_left
        statements_left -= 1
        if statements_left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connection.set_trace_callback(kill_when_counted_down)
