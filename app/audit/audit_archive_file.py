"""The audit's archives: one SQLite file a year beside the database, with rows that moved there.

Values are stored exactly as the database has them: the mac of a row is over these.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    select,
)
from sqlalchemy.types import TypeEngine

from app.audit.models import AuditEvent
from app.core.column_types import UtcDateTime, datetime_from_db
from app.core.separate_database import read_separate_file

# PRAGMA user_version of an archive; a program that knows only smaller ones does not write to it.
AUDIT_ARCHIVE_VERSION = 1
FOLDER_NAME = "archive"

audit_archive_metadata = MetaData()


def _copy_columns() -> list[Column[Any]]:
    """Return the columns of the audit, without the type that would convert its times."""
    columns = []
    for column in AuditEvent.__table__.columns:
        is_number = isinstance(column.type, Integer)
        kind: TypeEngine[Any] = Integer() if is_number else Text()
        columns.append(Column(column.name, kind, primary_key=column.primary_key))
    return columns


# The name that it has in the database: the chain is verified by the same statements.
archived_events = Table("audit_events", audit_archive_metadata, *_copy_columns())
archived_people = Table(
    "audit_people",
    audit_archive_metadata,
    Column("phone_hash", String(64), primary_key=True),
    Column("audit_event_id", Integer, primary_key=True, autoincrement=False),
)
Index("ix_audit_people_audit_event_id", archived_people.c.audit_event_id)
# Erasures that this file has obeyed: by the keyed hash, as the database has them.
obeyed_erasures = Table(
    "applied_erasures",
    audit_archive_metadata,
    Column("phone_hash", String(64), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("applied_at", DateTime),
)


def get_audit_archive(database: Path, year: int) -> Path:
    """Return the path of the audit's archive of a year, which may not exist."""
    return database.parent / FOLDER_NAME / f"audit-{year}.db"


def list_audit_archive_years(database: Path) -> list[int]:
    """Return the years that have an archive of the audit, the oldest first."""
    paths = (database.parent / FOLDER_NAME).glob("audit-[0-9][0-9][0-9][0-9].db")
    return sorted(int(path.stem.removeprefix("audit-")) for path in paths)


def list_audit_archives(database: Path) -> list[Path]:
    """Return the archives of the audit, the oldest first."""
    return [get_audit_archive(database, year) for year in list_audit_archive_years(database)]


def fetch_archived_rows(
    database: Path, year: int, after_id: int, limit: int
) -> Sequence[AuditEvent]:
    """Return the next rows of an archive, the oldest first. Raises SEPARATE_FILE_ERRORS."""
    rows = select(archived_events).where(archived_events.c.id > after_id).limit(limit)
    return _fetch_rows(database, year, rows)


def fetch_archived_rows_about(
    database: Path, year: int, phone_hashes: Sequence[str]
) -> Sequence[AuditEvent]:
    """Return the rows of an archive that are about a person. Raises SEPARATE_FILE_ERRORS."""
    people = archived_people.c
    ids = select(people.audit_event_id).where(people.phone_hash.in_(phone_hashes))
    return _fetch_rows(database, year, select(archived_events).where(archived_events.c.id.in_(ids)))


def _fetch_rows(database: Path, year: int, rows: Select[Any]) -> Sequence[AuditEvent]:
    with read_separate_file(get_audit_archive(database, year)) as archive:
        stored = archive.execute(rows.order_by(archived_events.c.id)).all()
    # Of no session: they are shown, and never stored.
    return [AuditEvent(**{**row._mapping, "at": datetime_from_db(row.at)}) for row in stored]
