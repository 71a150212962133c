"""Opening the file: to look at it and leave no trace, or to change it. SQLite's errors become sentences here.

The file is never opened but through SQLite: closing any other handle on it would drop this process's locks on it
(https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from app.migrations.problems import BusyDatabase, CannotOpen, Damaged, MigrationProblem, NotADatabase

# A second starter waits for the whole migration of the first one.
WAIT_SECONDS = 60.0
# Reading waits for nobody in WAL mode; this is for a file that somebody has for himself.
LOOK_SECONDS = 5.0


def is_there(path: Path) -> bool:
    """Whether there is a file with anything in it. Raises CannotOpen for a folder or a path we may not see."""
    try:
        if path.is_dir():
            raise CannotOpen(f"{path} is a folder. DATABASE_URL must name a file.")
        return path.exists() and path.stat().st_size > 0
    except OSError as error:
        raise CannotOpen(f"{path} cannot be looked at: {error.strerror}.") from error


def make_folder(path: Path) -> None:
    """Make the folder for the file at `path`, where missing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotOpen(f"{path.parent} cannot be made: {error.strerror}. Check DATABASE_URL.") from error


def make_file(path: Path) -> None:
    """Make the folder and an empty file that only its owner can read, where missing."""
    make_folder(path)
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise CannotOpen(f"{path} cannot be made: {error.strerror}. Check the rights on {path.parent}.") from error


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that may change the file, in autocommit mode. Raises MigrationProblem for what SQLite refuses."""
    with _connection(path, "rw", WAIT_SECONDS) as connection:
        yield connection


@contextmanager
def looked_at(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing.

    Read-only only where a log of unsaved pages lies beside the file (from a crash, or from a running app): closing an
    ordinary connection would work that log in. Elsewhere a read-only connection would leave its own files behind.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        mode = "ro" if log.exists() and log.stat().st_size else "rw"
    except OSError:
        mode = "ro"
    with _connection(path, mode, LOOK_SECONDS) as connection:
        connection.execute("PRAGMA query_only=ON")
        yield connection


@contextmanager
def _connection(path: Path, mode: str, wait: float) -> Iterator[sqlite3.Connection]:
    try:
        address = f"file:{quote(str(path))}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait)
    except sqlite3.Error as error:
        raise in_words(error, path) from error
    try:
        yield connection
    except sqlite3.Error as error:
        raise in_words(error, path) from error
    finally:
        connection.close()


def in_words(error: sqlite3.Error, path: Path) -> MigrationProblem:
    """The problem behind an error of SQLite."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return BusyDatabase(path)
    if name == "SQLITE_NOTADB":
        return NotADatabase(path)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return CannotOpen(f"{path} cannot be opened: this user needs the right to write to it and to {path.parent}.")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return CannotOpen(f"{path}: the disk is full or does not answer ({error}). Make room and try again.")
    return Damaged(path, str(error))


def check_health(connection: sqlite3.Connection, path: Path) -> None:
    """Raises Damaged when SQLite's quick check finds anything."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(path, " ".join(str(found).split()))


def use_wal(connection: sqlite3.Connection) -> None:
    """Set the journal that the app uses. SQLite does not wait by itself when two want to set it at once: we do."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
        time.sleep(0.02)
