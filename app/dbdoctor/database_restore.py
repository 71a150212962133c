"""Putting a copy in the place of the live database: checked first, swapped whole, the old one
kept.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from app.migrations import database_backups, database_file, migration_runner
from app.migrations.migration_errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNotAccessible,
    MigrationError,
    NotSqliteFile,
)

LOCK_TIMEOUT_SECONDS = 1.0
RESTORE_PAUSE_REASON = (
    "Restored from a copy: people whose texts left after the copy was made may get them twice. "
    "Resume sends to everybody who waits here; or stop the rest."
)
RESTORE_EXPIRED_REASON = (
    "It came due between the copy and its restore and may have been sent already."
)
DATABASE_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
# What could leave by itself, and may have left already after the copy was made: a person decides.
HOLD_BACK_STATEMENTS = (
    (
        "UPDATE message_logs SET status = 'paused', pause_reason = :why, pause_code = NULL, proven = 0 "
        "WHERE status = 'processing'",
        "Blasts that were being sent are paused ({count}): resume or stop each on its page.",
    ),
    (
        "UPDATE scheduled_messages SET status = 'expired', error_message = :late "
        "WHERE status = 'pending' AND scheduled_at <= :now",
        "Scheduled blasts that came due meanwhile are not sent by themselves ({count}).",
    ),
    (
        "UPDATE messages SET status = 'not_sent', reason = 'restored' "
        "WHERE status = 'queued' AND message_log_id IS NULL",
        "Single texts that waited are not sent ({count}).",
    ),
)
# The same for what came with migration 2: the carrier knows more than the copy, and faults of
# then are told already.
HOLD_BACK_STATEMENTS_SINCE_2 = (
    (
        "UPDATE messages SET look_up_at = :now WHERE status = 'unknown' OR (status IN ('accepted', 'sent') "
        "AND look_up_at IS NOT NULL)",
        "Texts without news are looked up at the carrier ({count}).",
    ),
    (
        "UPDATE alerts SET next_try_at = NULL WHERE next_try_at IS NOT NULL",
        "Alerts that nobody had been told yet are not told any more ({count}).",
    ),
)


class DatabaseInUse(MigrationError):
    """Somebody else has the database open."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in use. Stop SMS Admin (Ctrl-C, or: systemctl stop sms-admin), then try again."
        )


def restore_database(file: Path, path: Path, moment: datetime) -> list[str]:
    """Put a checked copy of `file` in the place of the database at `path`; returns what was
    done, one line each.

    The old database stays beside it, with whatever log belongs to it. Nothing that may have
    been sent after the copy was made leaves by itself afterwards. Raises MigrationProblem, with
    the live database untouched, when `file` is missing, damaged, newer or not ours, or when the
    app is running.
    """
    _validate_backup(file, path)
    database_file.create_parent_folder(path)
    with lock_database(path):
        fresh = path.with_name(f".{path.name}.restoring")
        fresh.unlink(missing_ok=True)
        try:
            database_backups.copy_database(file, fresh)
            lines = _hold_back_unsent_texts(fresh, moment)
            _copy_file_owner(fresh, path)
            kept = _keep_old_database(path, moment)
            os.replace(fresh, path)
            database_backups.sync_folder(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
    done = [f"{path} is now the copy {file}."]
    if kept:
        done.append(f"The database from before is {kept}.")
    return [
        *done,
        *lines,
        "What happened after the copy was made is not in it: check opt-outs (STOP) since then.",
    ]


def _validate_backup(file: Path, path: Path) -> None:
    if not database_file.has_database_file(file):
        raise DatabaseNotAccessible(
            f"{file} does not exist or is empty: there is nothing to restore."
        )
    if path.exists() and file.samefile(path):
        raise DatabaseNotAccessible(f"{file} is the live database itself.")
    migration_runner.list_pending_migrations(file)
    if not migration_runner.list_applied_migrations(file):
        raise MigrationError(f"{file} holds no tables of SMS Admin: there is nothing to restore.")
    with database_file.open_read_only(file) as connection:
        database_file.check_database_integrity(connection, file)


def _hold_back_unsent_texts(fresh: Path, moment: datetime) -> list[str]:
    values = {
        "why": RESTORE_PAUSE_REASON,
        "late": RESTORE_EXPIRED_REASON,
        "now": moment.strftime(DATABASE_TIME_FORMAT),
    }
    since_2 = any(step.version == 2 for step in migration_runner.list_applied_migrations(fresh))
    lines = []
    with database_file.open_for_writing(fresh) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement, sentence in (
            HOLD_BACK_STATEMENTS + HOLD_BACK_STATEMENTS_SINCE_2 if since_2 else HOLD_BACK_STATEMENTS
        ):
            count = connection.execute(statement, values).rowcount
            if count:
                lines.append(sentence.format(count=count))
        connection.execute("COMMIT")
    return lines


def _keep_old_database(path: Path, moment: datetime) -> Path | None:
    """Give the old database a second name (at no moment is there none under the first), and
    take its log away.

    A log that belongs to another file would be worked into the new one.
    """
    if not path.exists():
        return None
    kept = path.with_name(
        f"{path.name}.before-restore-{database_backups.format_backup_timestamp(moment)}"
    )
    for ending in ("", "-wal"):
        _link_or_copy_file(path.with_name(path.name + ending), kept.with_name(kept.name + ending))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return kept


def _copy_file_owner(fresh: Path, path: Path) -> None:
    """Restored by root, the file must still belong to the user that the app runs as."""
    if path.exists() and os.geteuid() == 0:
        owner = path.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)


def _link_or_copy_file(file: Path, name: Path) -> None:
    if not file.exists():
        return
    try:
        os.link(file, name)
    except OSError:  # a file system without hard links, such as a memory stick's
        shutil.copy2(file, name)


@contextmanager
def lock_database(path: Path) -> Iterator[None]:
    """Nobody else uses the database at `path`, and no engine starts on it meanwhile.

    Raises InUse.
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
    """Leaving WAL needs the file for oneself, and works the log in: what is left is one whole file.

    A ruined file cannot be asked, and its log is not touched; it is no reason not to restore.
    """
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
                problem = database_file.translate_sqlite_error(error, path)
                raise (
                    DatabaseInUse(path) if isinstance(problem, DatabaseLocked) else problem
                ) from error
