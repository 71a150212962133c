"""SQLite files beside the database, opened for one use: their engine, version and columns."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn

WAIT_SECONDS = 10


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


def read_file_version(connection: Connection) -> int:
    """Return the version that a program gave this file; 0: none."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def write_file_version(connection: Connection, version: int) -> None:
    """Give this file a version."""
    connection.exec_driver_sql(f"PRAGMA user_version={version:d}")


def add_missing_columns(connection: Connection, metadata: MetaData) -> None:
    """Add the columns that the tables of a file lack: the models got them since it was made."""
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        names = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in names:
                # No value of a user: the name and type of a column of our own models.
                definition = CreateColumn(column).compile(connection.engine)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
