"""Opening the file: to look at it and leave no trace, or to change it.

SQLite's errors become sentences here.

The file is never opened but through SQLite: closing any other handle on it would drop this
process's locks on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from app.migrations.migration_errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNotAccessible,
    MigrationError,
    NotSqliteFile,
)

# A second starter waits for the whole migration of the first one.
WRITE_TIMEOUT_SECONDS = 60.0
# Reading waits for nobody in WAL mode; this is for a file that somebody has for himself.
READ_TIMEOUT_SECONDS = 5.0
# SQLite's smallest page. It takes a file of a few bytes for an empty one, and would write over it.
MIN_FILE_BYTES = 512


def has_database_file(path: Path) -> bool:
    """Whether there is a file with anything in it.

    Raises CannotOpen for a folder or a path we may not see, NotADatabase for a file too small
    to be one.
    """
    try:
        if path.is_dir():
            raise DatabaseNotAccessible(f"{path} is a folder. DATABASE_URL must name a file.")
        size = path.stat().st_size if path.exists() else 0
    except OSError as error:
        raise DatabaseNotAccessible(f"{path} cannot be looked at: {error.strerror}.") from error
    if 0 < size < MIN_FILE_BYTES:
        raise NotSqliteFile(path)
    return size > 0


def create_parent_folder(path: Path) -> None:
    """Make the folder for the file at `path`, where missing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseNotAccessible(
            f"{path.parent} cannot be made: {error.strerror}. Check DATABASE_URL."
        ) from error


def create_database_file(path: Path) -> None:
    """Make the folder and an empty file that only its owner can read, where missing."""
    create_parent_folder(path)
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise DatabaseNotAccessible(
            f"{path} cannot be made: {error.strerror}. Check the rights on {path.parent}."
        ) from error


@contextmanager
def open_for_writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that may change the file, in autocommit mode.

    Raises MigrationProblem for what SQLite refuses.
    """
    if not _can_write(path):
        raise _build_permission_error(path)
    with _open_connection(path, "mode=rw", WRITE_TIMEOUT_SECONDS) as connection:
        yield connection


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes nothing and leaves nothing behind."""
    with _open_connection(path, _choose_read_mode(path), READ_TIMEOUT_SECONDS) as connection:
        connection.execute("PRAGMA query_only=ON")
        yield connection


def _choose_read_mode(path: Path) -> str:
    """How to open the file without a trace.

    With a log of unsaved pages beside it (from a crash, or from a running app): read-only, for
    closing an ordinary connection would work that log in. Without one, a read-only connection
    would leave its own files behind.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        if log.exists() and log.stat().st_size:
            return "mode=ro"
    except OSError:
        return "mode=ro"
    return "mode=rw" if _can_write(path) else "mode=ro&immutable=1"


def _can_write(path: Path) -> bool:
    """Asked beforehand: SQLite falls back to reading only, says so late, and leaves its own
    files behind.
    """
    return all(
        os.access(each, os.W_OK, effective_ids=True)
        for each in (path, path.parent)
        if each.exists()
    )


def _build_permission_error(path: Path) -> DatabaseNotAccessible:
    return DatabaseNotAccessible(
        f"{path} cannot be opened: this user needs the right to write to it and to {path.parent}."
    )


@contextmanager
def _open_connection(path: Path, how: str, wait: float) -> Iterator[sqlite3.Connection]:
    try:
        address = f"file:{quote(str(path))}?{how}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait)
    except sqlite3.Error as error:
        raise translate_sqlite_error(error, path) from error
    try:
        yield connection
    except sqlite3.Error as error:
        raise translate_sqlite_error(error, path) from error
    finally:
        connection.close()


def translate_sqlite_error(error: sqlite3.Error, path: Path) -> MigrationError:
    """The problem behind an error of SQLite."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseLocked(path)
    if name == "SQLITE_NOTADB":
        return NotSqliteFile(path)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return _build_permission_error(path)
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return DatabaseNotAccessible(
            f"{path}: the disk is full or does not answer ({error}). Make room and try again."
        )
    return DatabaseDamaged(path, str(error))


def check_database_integrity(connection: sqlite3.Connection, path: Path) -> None:
    """Raises Damaged when SQLite's quick check finds anything."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DatabaseDamaged(path, " ".join(str(found).split()))


def enable_wal(connection: sqlite3.Connection) -> None:
    """Set the journal that the app uses.

    SQLite does not wait by itself when two want to set it at once: we do.
    """
    deadline = time.monotonic() + WRITE_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
        time.sleep(0.02)
