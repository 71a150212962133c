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

from app.migrations import copies, opening, runner
from app.migrations.problems import (
    BusyDatabase,
    CannotOpen,
    Damaged,
    MigrationProblem,
    NotADatabase,
)

PATIENCE = 1.0
WHY = (
    "Restored from a copy: people whose texts left after the copy was made may get them twice. "
    "Resume sends to everybody who waits here; or stop the rest."
)
TOO_LATE = (
    "It came due between the copy and its restore and may have been sent already."
)
STORED_TIME = "%Y-%m-%d %H:%M:%S.%f"
# What could leave by itself, and may have left already after the copy was made: a person decides.
HELD = (
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
HELD_SINCE_2 = (
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


class InUse(MigrationProblem):
    """Somebody else has the database open."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in use. Stop SMS Admin (Ctrl-C, or: systemctl stop sms-admin), then try again."
        )


def restore(file: Path, path: Path, moment: datetime) -> list[str]:
    """Put a checked copy of `file` in the place of the database at `path`; returns what was
    done, one line each.

    The old database stays beside it, with whatever log belongs to it. Nothing that may have
    been sent after the copy was made leaves by itself afterwards. Raises MigrationProblem, with
    the live database untouched, when `file` is missing, damaged, newer or not ours, or when the
    app is running.
    """
    _check(file, path)
    opening.make_folder(path)
    with alone(path):
        fresh = path.with_name(f".{path.name}.restoring")
        fresh.unlink(missing_ok=True)
        try:
            copies.copy(file, fresh)
            lines = _hold_back(fresh, moment)
            _same_owner(fresh, path)
            kept = _keep(path, moment)
            os.replace(fresh, path)
            copies.sync_folder(path.parent)
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


def _check(file: Path, path: Path) -> None:
    if not opening.is_there(file):
        raise CannotOpen(
            f"{file} does not exist or is empty: there is nothing to restore."
        )
    if path.exists() and file.samefile(path):
        raise CannotOpen(f"{file} is the live database itself.")
    runner.pending(file)
    if not runner.applied(file):
        raise MigrationProblem(
            f"{file} holds no tables of SMS Admin: there is nothing to restore."
        )
    with opening.looked_at(file) as connection:
        opening.check_health(connection, file)


def _hold_back(fresh: Path, moment: datetime) -> list[str]:
    values = {"why": WHY, "late": TOO_LATE, "now": moment.strftime(STORED_TIME)}
    since_2 = any(step.version == 2 for step in runner.applied(fresh))
    lines = []
    with opening.opened(fresh) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement, sentence in HELD + HELD_SINCE_2 if since_2 else HELD:
            count = connection.execute(statement, values).rowcount
            if count:
                lines.append(sentence.format(count=count))
        connection.execute("COMMIT")
    return lines


def _keep(path: Path, moment: datetime) -> Path | None:
    """Give the old database a second name (at no moment is there none under the first), and
    take its log away.

    A log that belongs to another file would be worked into the new one.
    """
    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}.before-restore-{copies.stamped(moment)}")
    for ending in ("", "-wal"):
        _second_name(
            path.with_name(path.name + ending), kept.with_name(kept.name + ending)
        )
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return kept


def _same_owner(fresh: Path, path: Path) -> None:
    """Restored by root, the file must still belong to the user that the app runs as."""
    if path.exists() and os.geteuid() == 0:
        owner = path.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)


def _second_name(file: Path, name: Path) -> None:
    if not file.exists():
        return
    try:
        os.link(file, name)
    except OSError:  # a file system without hard links, such as a memory stick's
        shutil.copy2(file, name)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else uses the database at `path`, and no engine starts on it meanwhile.

    Raises InUse.
    """
    with _leader_lock(path):
        if path.exists():
            _nobody_has_it_open(path)
        yield


@contextmanager
def _leader_lock(path: Path) -> Iterator[None]:
    handle = os.open(
        path.with_name(f"{path.name}.leader"),
        os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
        0o600,
    )
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(path) from error
        yield
    finally:
        os.close(handle)


def _nobody_has_it_open(path: Path) -> None:
    """Leaving WAL needs the file for oneself, and works the log in: what is left is one whole file.

    A ruined file cannot be asked, and its log is not touched; it is no reason not to restore.
    """
    with contextlib.suppress(Damaged, NotADatabase):
        with opening.looked_at(path) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
        with contextlib.closing(
            sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
        ) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE").fetchone()
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
            except sqlite3.DatabaseError as error:
                problem = opening.in_words(error, path)
                raise (
                    InUse(path) if isinstance(problem, BusyDatabase) else problem
                ) from error
