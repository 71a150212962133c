"""SQLite files beside the database, opened for one use: their engine, version and columns."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn

WAIT_SECONDS = 10
# Such a file cannot be read or written now: it is missing, locked, damaged or read-only.
SEPARATE_FILE_ERRORS = (sqlite3.DatabaseError, DatabaseError, OSError)


class NewerFile(sqlite3.DatabaseError):
    """A later version of the program wrote this file; this one must not write to it."""


@contextlib.contextmanager
def read_separate_file(path: Path) -> Iterator[Connection]:
    """Open a file to read it. Raises SEPARATE_FILE_ERRORS."""
    with (
        open_separate_file(path, is_writable=False) as engine,
        engine.connect() as connection,
    ):
        yield connection


@contextlib.contextmanager
def write_separate_file(path: Path, metadata: MetaData, version: int) -> Iterator[Connection]:
    """Open a file with these tables for one transaction, on the disk when the block has ended.

    Makes the file where there is none; only its owner may read it. Raises SEPARATE_FILE_ERRORS.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with open_separate_file(path, is_writable=True) as engine:
        _prepare_tables(engine, metadata, version)
        with engine.begin() as connection:
            yield connection
    _sync_folder(path.parent)


def _prepare_tables(engine: Engine, metadata: MetaData, version: int) -> None:
    with engine.begin() as connection:
        file_version = _read_file_version(connection)
        if file_version > version:
            raise NewerFile(f"version {file_version}")
        metadata.create_all(connection)
        _add_missing_columns(connection, metadata)
        if file_version < version:
            connection.exec_driver_sql(f"PRAGMA user_version={version:d}")


def _sync_folder(folder: Path) -> None:
    """Write the folder's own entry to the disk: a new file in it is else not there for sure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def open_separate_file(path: Path, *, is_writable: bool) -> Iterator[Engine]:
    """Open an existing file; what is committed in it is on the disk, what is deleted overwritten.

    It has a rollback journal: a file that nobody writes is one file, which can be copied. Raises
    sqlite3.Error and OSError.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    address = f"{path.resolve().as_uri()}?mode={'rw' if is_writable else 'ro'}"
    raw = sqlite3.connect(
        address, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    with contextlib.closing(raw):
        for pragma in ("synchronous=FULL", "secure_delete=ON"):
            raw.execute(f"PRAGMA {pragma}").close()
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        event.listen(engine, "begin", _begin)
        yield engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _read_file_version(connection: Connection) -> int:
    """Return the version that a program gave this file; 0: none."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _add_missing_columns(connection: Connection, metadata: MetaData) -> None:
    """Add the columns that the tables of a file lack: the models got them since it was made."""
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        names = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in names:
                # No value of a user: the name and type of a column of our own models.
                definition = CreateColumn(column).compile(connection.engine)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
