"""The archives: one SQLite file a year beside the database, with texts that moved there.

An archive is written by one slice at a time and read without being changed. Its tables are those of
the database when it was made; a column that came later is added before the next slice.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Connection, DateTime, Index, Integer, MetaData, String, Table

from app.core.column_types import UtcDateTime
from app.core.separate_database import (
    SEPARATE_FILE_ERRORS,
    read_separate_file,
    write_separate_file,
)
from app.delivery.engine_models import attempts
from app.delivery.models import messages

# PRAGMA user_version of an archive; a program that knows only smaller ones does not write to it.
ARCHIVE_VERSION = 1
FOLDER_NAME = "archive"

archive_metadata = MetaData()


def _copy_table(table: Table) -> Table:
    """Return a table with the same columns, but none of the rules and keys of the database."""
    columns = []
    for column in table.columns:
        # The type of a key is that of its parent, whose model may not have been imported yet.
        kind = Integer() if column.foreign_keys else column.type
        columns.append(Column(column.name, kind, primary_key=column.primary_key))
    return Table(table.name, archive_metadata, *columns)


archived_messages = _copy_table(messages)
archived_attempts = _copy_table(attempts)
Index("ix_messages_phone", archived_messages.c.phone, archived_messages.c.id)
Index("ix_messages_log", archived_messages.c.message_log_id, archived_messages.c.id)
Index("ix_attempts_message_id", archived_attempts.c.message_id)
# Erasures that this file has obeyed: by the keyed hash, as the database has them.
applied_erasures = Table(
    "applied_erasures",
    archive_metadata,
    Column("phone_hash", String(64), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("applied_at", DateTime),
)


class ArchiveUnusable(Exception):
    """An archive cannot be read or written now: it is missing, locked, damaged or read-only."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the archive of {year} cannot be used")
        self.year = year


def get_archive_file(database: Path, year: int) -> Path:
    """Return the path of the archive of a year, which may not exist."""
    return database.parent / FOLDER_NAME / f"{year}.db"


def list_archive_years(database: Path) -> list[int]:
    """Return the years that have an archive, the newest first."""
    names = [path.stem for path in (database.parent / FOLDER_NAME).glob("[0-9][0-9][0-9][0-9].db")]
    return sorted(map(int, names), reverse=True)


@contextlib.contextmanager
def open_archive(database: Path, year: int) -> Iterator[Connection]:
    """Open an archive to read it. Raises ArchiveUnusable."""
    path = get_archive_file(database, year)
    with _translate_errors(year), read_separate_file(path) as connection:
        yield connection


@contextlib.contextmanager
def write_archive(database: Path, year: int) -> Iterator[Connection]:
    """Open an archive for one transaction, which is on the disk when the block has ended.

    Makes the file where there is none; only its owner may read it. Raises ArchiveUnusable.
    """
    path = get_archive_file(database, year)
    with (
        _translate_errors(year),
        write_separate_file(path, archive_metadata, ARCHIVE_VERSION) as connection,
    ):
        yield connection


@contextlib.contextmanager
def _translate_errors(year: int) -> Iterator[None]:
    try:
        yield
    except SEPARATE_FILE_ERRORS as error:
        raise ArchiveUnusable(year) from error
