"""Opens the database file, to read it without leaving a trace or to change it.

SQLite's errors become MigrationErrors here. Nothing but SQLite may open the file: closing any
other handle on it would drop this process's locks on it
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

from app.migrations.migration_errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseLost,
    DatabaseNotAccessible,
    MigrationError,
    NotSqliteFile,
)

# A process that starts second waits until the first one has migrated the database.
WRITE_TIMEOUT_SECONDS = 60.0
# In WAL mode a reader waits for nobody; this is for a file that is locked exclusively.
READ_TIMEOUT_SECONDS = 5.0
# SQLite's smallest page. SQLite treats a file of a few bytes as empty and would overwrite it.
MIN_FILE_BYTES = 512
BUSY_RETRY_SECONDS = 0.02
EMPTY_FILE_WAIT_SECONDS = 3.0


def has_database_file(path: Path) -> bool:
    """Whether there is a file that is not empty.

    Raises DatabaseNotAccessible for a folder or a path that we may not see, NotSqliteFile for a
    file that is too small to be a database.
    """
    try:
        if path.is_dir():
            raise DatabaseNotAccessible(f"{path} is a folder. DATABASE_URL must name a file.")
        size = path.stat().st_size if path.exists() else 0
    except OSError as error:
        raise DatabaseNotAccessible(f"{path} cannot be read: {error.strerror}.") from error
    if 0 < size < MIN_FILE_BYTES:
        raise NotSqliteFile(path)
    return size > 0


def create_parent_folder(path: Path) -> None:
    """Create the folder for the file at `path` unless it exists."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseNotAccessible(
            f"{path.parent} cannot be created: {error.strerror}. Check DATABASE_URL."
        ) from error


def require_no_lost_database(path: Path) -> None:
    """Raise DatabaseLost for an empty file where a database was.

    A file of zero bytes with nothing beside it is new, as a missing file is.
    """
    witness = _find_witness(path)
    deadline = time.monotonic() + EMPTY_FILE_WAIT_SECONDS
    while witness is not None and path.exists() and not path.stat().st_size:
        # Another process that starts at this moment makes a file that is empty at first.
        if time.monotonic() > deadline:
            raise DatabaseLost(path, witness)
        time.sleep(BUSY_RETRY_SECONDS)


def _find_witness(path: Path) -> Path | None:
    """Return a file that only a database leaves beside itself, if there is one."""
    copies = (path.parent / "backups").glob(f"{path.stem}-*.db*")
    for file in (
        path.with_name(f"{path.name}.installation"),
        path.with_name(f"{path.name}-wal"),
        *sorted(copies),
    ):
        with contextlib.suppress(OSError):
            if file.stat().st_size:
                return file
    return None


def create_database_file(path: Path) -> None:
    """Create the folder and an empty file that only its owner can read, unless they exist."""
    create_parent_folder(path)
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise DatabaseNotAccessible(
            f"{path} cannot be created: {error.strerror}. Check the permissions of {path.parent}."
        ) from error


@contextmanager
def open_for_writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a connection that may change the file, in autocommit mode.

    Errors of SQLite become MigrationErrors.
    """
    if not _can_write(path):
        raise _build_permission_error(path)
    with _open_connection(path, "mode=rw", WRITE_TIMEOUT_SECONDS) as connection:
        yield connection


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a connection that changes nothing and leaves no files behind."""
    with _open_connection(path, _choose_read_mode(path), READ_TIMEOUT_SECONDS) as connection:
        connection.execute("PRAGMA query_only=ON")
        yield connection


def _choose_read_mode(path: Path) -> str:
    """Return the URI parameters that open the file without a trace."""
    wal_file = path.with_name(f"{path.name}-wal")
    try:
        # After a crash, or beside a running app: closing an ordinary connection would checkpoint
        # this WAL file.
        if wal_file.exists() and wal_file.stat().st_size:
            return "mode=ro"
    except OSError:
        return "mode=ro"
    # Without a WAL file a read-only connection would create one and leave it behind.
    if _can_write(path):
        return "mode=rw"
    return "mode=ro&immutable=1"


def _can_write(path: Path) -> bool:
    """Whether the file and its folder may be written, as far as they exist."""
    # SQLite itself would fall back to read-only access, report that late, and leave its own files
    # behind.
    for item in (path, path.parent):
        if item.exists() and not os.access(item, os.W_OK, effective_ids=True):
            return False
    return True


def _build_permission_error(path: Path) -> DatabaseNotAccessible:
    return DatabaseNotAccessible(
        f"{path} cannot be opened: this user needs the right to write to it and to {path.parent}."
    )


@contextmanager
def _open_connection(
    path: Path, uri_params: str, timeout_seconds: float
) -> Iterator[sqlite3.Connection]:
    try:
        uri = f"file:{quote(str(path))}?{uri_params}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout_seconds)
    except sqlite3.Error as error:
        raise translate_sqlite_error(error, path) from error
    try:
        yield connection
    except sqlite3.Error as error:
        raise translate_sqlite_error(error, path) from error
    finally:
        connection.close()


def translate_sqlite_error(error: sqlite3.Error, path: Path) -> MigrationError:
    """Return the MigrationError that an error of SQLite stands for."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseLocked(path)
    if name == "SQLITE_NOTADB":
        return NotSqliteFile(path)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return _build_permission_error(path)
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return DatabaseNotAccessible(
            f"{path}: the disk is full or not responding ({error}). Free some space and try again."
        )
    return DatabaseDamaged(path, str(error))


def enable_wal(connection: sqlite3.Connection) -> None:
    """Set the journal mode that the app uses; wait while another process sets it too."""
    # SQLite's own time-out does not cover a change of the journal mode.
    deadline = time.monotonic() + WRITE_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
        time.sleep(BUSY_RETRY_SECONDS)
