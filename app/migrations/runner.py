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

from app.migrations import copies, history, opening
from app.migrations.history import Applied
from app.migrations.problems import (
    BackupFailed,
    EditedMigration,
    FailedStep,
    MigrationProblem,
    NewerDatabase,
)
from app.migrations.steps import Step, find

__all__ = [
    "BackupFailed",
    "EditedMigration",
    "FailedStep",
    "MigrationProblem",
    "NewerDatabase",
    "applied",
    "migrate",
    "pending",
    "revert",
]


def applied(path: Path) -> list[Applied]:
    """The steps that the database at `path` has taken; none when there is no file.

    Changes and makes nothing.
    """
    if not opening.is_there(path):
        return []
    with opening.looked_at(path) as connection:
        return history.read(connection, path)


def pending(path: Path, steps: Sequence[Step] | None = None) -> list[str]:
    """The names of the steps still to come, all of them when there is no file.

    Changes and makes nothing.

    Raises MigrationProblem when the database cannot be understood: newer, edited, somebody
    else's, damaged.
    """
    known = find() if steps is None else steps
    return [step.name for step in history.remaining(applied(path), known, path)]


def migrate(
    path: Path, logger: logging.Logger, steps: Sequence[Step] | None = None
) -> list[str]:
    """Apply every pending step and return their names.

    A no-op of milliseconds when there is none.

    Makes the folder and the file where missing; sets WAL. Each step and its record are one
    transaction. Before the first one a database that holds anything is copied to `backups`
    beside it. Several processes may call this at once. Raises MigrationProblem with one clear
    sentence; what was applied before the failing step stays.
    """
    known = find() if steps is None else steps
    past = applied(path)
    if not history.remaining(past, known, path):
        return []
    opening.make_file(path)
    run = _Run(path, logger, wants_copy=bool(past))
    with opening.opened(path) as connection:
        opening.check_health(connection, path)
        opening.use_wal(connection)
        while step := _forward(connection, run, known):
            logger.info("migration %s applied", step.name)
            run.done.append(step.name)
    return run.done


def revert(
    path: Path,
    version: int,
    logger: logging.Logger,
    steps: Sequence[Step] | None = None,
) -> None:
    """Take back the newest applied step, which must be `version`, after a copy of the whole
    database.

    Raises MigrationProblem when it is not the newest, or when it fails (then nothing has
    changed).
    """
    known = find() if steps is None else steps
    pending(path, known)
    if not opening.is_there(path):
        raise MigrationProblem(f"{path} does not exist: there is nothing to take back.")
    run = _Run(path, logger, wants_copy=True)
    with opening.opened(path) as connection:
        opening.check_health(connection, path)
        _backward(connection, run, known, version)
    logger.info("migration %s taken back", version)


@dataclass
class _Run:
    """What one call has done so far.

    `wants_copy`: the database held something when the call began.
    """

    path: Path
    logger: logging.Logger
    wants_copy: bool
    copy: Path | None = None
    done: list[str] = field(default_factory=list)

    def keep_copy(self, word: str) -> None:
        """Copy the database, once. Nobody else can write now; readers, and so the copy, can."""
        if self.copy or not self.wants_copy:
            return
        folder = copies.folder_of(self.path)
        target = (
            folder / f"{self.path.stem}-{word}-{copies.stamped(datetime.now(UTC))}.db"
        )
        copies.make_folder(folder)
        copies.copy(self.path, target)
        self.logger.info("copied the database to %s", target)
        self.copy = target


def _forward(
    connection: sqlite3.Connection, run: _Run, known: Sequence[Step]
) -> Step | None:
    """Apply the next pending step; None when there is none, perhaps because another process was
    faster.
    """
    with _transaction(connection):
        todo = history.remaining(history.read(connection, run.path), known, run.path)
        if not todo:
            return None
        step = todo[0]
        run.keep_copy(f"before-{step.version:04}")
        with _rolled_back_in_words(step, run):
            now = datetime.now(UTC)
            history.take_lock(connection, now)
            step.module().apply(connection, run.logger)
            _still_inside(connection)
            history.record(connection, step, now)
            _check_children(connection)
        return step


def _backward(
    connection: sqlite3.Connection, run: _Run, known: Sequence[Step], version: int
) -> None:
    with _transaction(connection):
        past = history.read(connection, run.path)
        history.remaining(past, known, run.path)
        newest = past[-1].version if past else 0
        if version != newest:
            raise MigrationProblem(
                f"Only the newest applied migration can be taken back: that is {newest}, not {version}."
            )
        step = known[newest - 1]
        run.keep_copy(f"before-revert-{version:04}")
        with _rolled_back_in_words(step, run):
            history.take_lock(connection, datetime.now(UTC))
            step.module().revert(connection, run.logger)
            _still_inside(connection)
            history.forget(connection, step)
            _check_children(connection)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
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
def _rolled_back_in_words(step: Step, run: _Run) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise FailedStep(
            step.version, step.name, f"{type(error).__name__}: {error}", run.copy
        ) from error


def _still_inside(connection: sqlite3.Connection) -> None:
    if not connection.in_transaction:
        raise RuntimeError(
            "it ended its own transaction: use execute, never executescript or COMMIT"
        )


def _check_children(connection: sqlite3.Connection) -> None:
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if orphan:
        raise sqlite3.IntegrityError(
            f"a row of {orphan[0]} points to a missing row of {orphan[2]}"
        )


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
