"""Restores a backup: it is checked first and replaces the live database, which is kept."""

import contextlib
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from app.backups.backup_opening import open_backup
from app.backups.companion_files import bring_back_companion_files
from app.dbdoctor import restored_people
from app.delivery.engine.installation_file import mark_restored
from app.domain.delivery.installation_rules import HOLD_PAUSE_REASONS, HoldReason
from app.migrations import database_backups, database_file, migration_runner
from app.migrations.database_integrity import check_database_integrity
from app.migrations.migration_errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNotAccessible,
    MigrationError,
    NotSqliteFile,
)

LOCK_TIMEOUT_SECONDS = 1.0
RESTORE_PAUSE_REASON = HOLD_PAUSE_REASONS[HoldReason.BEHIND]
RESTORE_NEXT_STEPS = (
    "Nothing is sent after the next start until an admin runs Reconcile (on the page Sending, or: "
    "flask --app wsgi sending reconcile). It asks the carrier which texts were sent since then.",
    "Replies since then, including STOP, are fetched from the carrier at the start.",
)
DATABASE_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
# Texts that would leave by themselves, but may have left already after the backup was made: a
# person decides.
HOLD_BACK_STATEMENTS = (
    (
        "UPDATE message_logs SET status = 'paused', pause_reason = :pause_reason, "
        "pause_code = NULL, proven = 0 WHERE status = 'processing'",
        "Blasts paused while sending: {count}. Run Reconcile, then resume or stop each one.",
    ),
    (
        "UPDATE messages SET status = 'not_sent', reason = 'restored' "
        "WHERE status = 'queued' AND message_log_id IS NULL",
        "Single texts that were waiting and will not be sent: {count}.",
    ),
)
# Sessions and remembered browsers of then are signed out: a password that was changed since,
# perhaps because it was stolen, is the old one again.
SIGN_OUT_STATEMENT = (
    "UPDATE users SET session_key = lower(hex(randomblob(16)))",
    "Users signed out: {count}.",
)
# The same for columns and tables of migration 2. The carrier knows more than the backup, and
# somebody may have been alerted already.
HOLD_BACK_STATEMENTS_SINCE_2 = (
    (
        "UPDATE messages SET look_up_at = :now WHERE status = 'unknown' "
        "OR (status IN ('accepted', 'sent') AND look_up_at IS NOT NULL)",
        "Unconfirmed texts that will be checked with the carrier: {count}.",
    ),
    (
        "UPDATE alerts SET next_try_at = NULL WHERE next_try_at IS NOT NULL",
        "Alerts not delivered before the restore, now dropped: {count}.",
    ),
)


class DatabaseInUse(MigrationError):
    """Another process has the database open."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in use. Stop SMS Admin (Ctrl-C, or: systemctl stop sms-admin), "
            "then try again."
        )


def restore_database(file: Path, path: Path, moment: datetime, passphrase: str = "") -> list[str]:
    """Replace the database at `path` by a checked copy of `file`; return lines about it.

    `file` may be compressed or encrypted (`passphrase`). The old database stays beside it, with
    its WAL file. Nothing that may have been sent after the backup was made leaves by itself
    afterwards. Raises MigrationError, with the live database untouched, when `file` is missing,
    damaged, newer or another program's, or when the app is running.
    """
    _require_file(file, path)
    database_file.create_parent_folder(path)
    with open_backup(file, path.parent, passphrase) as plain:
        _validate_backup(plain, file)
        with lock_database(path):
            found_lines = bring_back_companion_files(file, path, passphrase)
            old_file, lines = _replace_database(plain, path, moment)
    headline = [f"Restored {path} from {file}."]
    if old_file:
        headline.append(f"The previous database was kept: {old_file}.")
    return [*headline, *found_lines, *lines, *RESTORE_NEXT_STEPS]


def _replace_database(plain: Path, path: Path, moment: datetime) -> tuple[Path | None, list[str]]:
    """Put a copy of `plain` in the place of the database; return the old one's path, and lines."""
    new_file = path.with_name(f".{path.name}.restoring")
    new_file.unlink(missing_ok=True)
    try:
        database_backups.copy_database(plain, new_file)
        # First: everyone is signed out by a new session key, and these are compared.
        people_lines = restored_people.carry_over_people(path, new_file)
        lines = _hold_back_unsent_texts(new_file, moment) + people_lines
        _copy_file_owner(new_file, path)
        old_file = _keep_old_database(path, moment)
        # Atomic: at every moment there is a complete database under this name.
        # Before the copy has its place: a start in between holds sending too.
        mark_restored(path)
        os.replace(new_file, path)
        database_backups.sync_folder(path.parent)
    finally:
        new_file.unlink(missing_ok=True)
    return old_file, lines


def _require_file(file: Path, path: Path) -> None:
    if not database_file.has_database_file(file):
        raise DatabaseNotAccessible(
            f"{file} does not exist or is empty: there is nothing to restore."
        )
    if path.exists() and file.samefile(path):
        raise DatabaseNotAccessible(f"{file} is the live database itself.")


def _validate_backup(plain: Path, file: Path) -> None:
    """Raise MigrationError for what is no good backup; its sentence names `file`."""
    try:
        # Raises for a database that is newer, edited or another program's.
        migration_runner.list_pending_migrations(plain)
        if not migration_runner.list_applied_migrations(plain):
            raise MigrationError(f"{plain} has no SMS Admin tables: there is nothing to restore.")
        with database_file.open_read_only(plain) as connection:
            check_database_integrity(connection, plain)
    except MigrationError as error:
        if plain == file:
            raise
        raise MigrationError(str(error).replace(str(plain), str(file))) from error


def _hold_back_unsent_texts(file: Path, moment: datetime) -> list[str]:
    values = {
        "pause_reason": RESTORE_PAUSE_REASON,
        "now": moment.strftime(DATABASE_TIME_FORMAT),
    }
    statements: tuple[tuple[str, str], ...] = (*HOLD_BACK_STATEMENTS, SIGN_OUT_STATEMENT)
    versions = {applied.version for applied in migration_runner.list_applied_migrations(file)}
    if 2 in versions:
        statements += HOLD_BACK_STATEMENTS_SINCE_2
    lines = []
    with database_file.open_for_writing(file) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement, sentence in statements:
            count = connection.execute(statement, values).rowcount
            if count:
                lines.append(sentence.format(count=count))
        connection.execute("COMMIT")
    return lines


def _keep_old_database(path: Path, moment: datetime) -> Path | None:
    """Give the old database a second name and delete its WAL file; return the second name.

    The first name stays: there is no moment without a database.
    """
    if not path.exists():
        return None
    timestamp = database_backups.format_backup_timestamp(moment)
    old_file = path.with_name(f"{path.name}.before-restore-{timestamp}")
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        _link_or_copy_file(source, old_file.with_name(old_file.name + suffix))
    # SQLite would work a WAL file of the old database into the new one.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return old_file


def _copy_file_owner(new_file: Path, path: Path) -> None:
    # Restored by root, the file must still belong to the user that the app runs as.
    if path.exists() and os.geteuid() == 0:
        status = path.stat()
        os.chown(new_file, status.st_uid, status.st_gid)


def _link_or_copy_file(source: Path, target: Path) -> None:
    if not source.exists():
        return
    try:
        os.link(source, target)
    # The file system has no hard links, such as that of a memory stick.
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def lock_database(path: Path) -> Iterator[None]:
    """Run the block while no other process uses the database and no engine starts on it.

    Raises DatabaseInUse.
    """
    with _acquire_leader_lock(path):
        if path.exists():
            _check_not_in_use(path)
        yield


@contextmanager
def _acquire_leader_lock(path: Path) -> Iterator[None]:
    handle = os.open(
        path.with_name(f"{path.name}.leader"),
        os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
        0o600,
    )
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseInUse(path) from error
        yield
    finally:
        os.close(handle)


def _check_not_in_use(path: Path) -> None:
    """Raise DatabaseInUse when another process has the file open; leave WAL mode otherwise."""
    # Leaving WAL mode needs exclusive access, and leaves one complete file. A damaged file cannot
    # be opened for that, and is no reason not to restore.
    with contextlib.suppress(DatabaseDamaged, NotSqliteFile):
        with database_file.open_read_only(path) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
        with contextlib.closing(
            sqlite3.connect(path, isolation_level=None, timeout=LOCK_TIMEOUT_SECONDS)
        ) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE").fetchone()
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
            except sqlite3.DatabaseError as error:
                translated = database_file.translate_sqlite_error(error, path)
                if isinstance(translated, DatabaseLocked):
                    raise DatabaseInUse(path) from error
                raise translated from error
