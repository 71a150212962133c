"""Moves the oldest rows of the audit into the archive of their year; the chain begins after them.

Rows are copied, compared, and only then deleted here, as texts are. A crash leaves each row in at
least one of the two files.
"""

import json
import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
)

from app.audit.audit_archive_file import (
    AUDIT_ARCHIVE_VERSION,
    archived_events,
    archived_people,
    audit_archive_metadata,
    get_audit_archive,
    list_audit_archive_years,
)
from app.audit.audit_chain import add_anchor, find_chain_key
from app.audit.models import ERASED_PEOPLE, AnchorKind, AuditAnchor, AuditEvent, AuditPerson
from app.audit.sql import PreparedRunner
from app.core.column_types import datetime_to_db
from app.core.db import db, write
from app.core.separate_database import (
    SEPARATE_FILE_ERRORS,
    read_separate_file,
    write_separate_file,
)
from app.core.settings import current_settings
from app.core.sql import overwrite_deleted

log = logging.getLogger(__name__)
# Nobody else can write for some 20 ms.
SLICE_ROWS = 250
Rows = Sequence[Row[Any]]
People = Sequence[tuple[str, int]]
events = AuditEvent.__table__
audit_people = cast("Table", AuditPerson.__table__)
# As they are stored: the mac is over the text of a time, not over the moment.
RAW_COLUMNS: list[Any] = list(events.columns)
RAW_COLUMNS[events.columns.keys().index("at")] = type_coerce(events.c.at, String).label("at")


def find_last_archivable_moment(before: datetime) -> datetime:
    """Return the beginning of the year of `before`: only whole years move."""
    return datetime(before.year, 1, 1, tzinfo=UTC)


def count_old_audit_rows(before: datetime) -> tuple[int, datetime | None]:
    """Return how many rows are from a year that was over before a moment, and the oldest time."""
    end = find_last_archivable_moment(before)
    statement = select(func.count(), func.min(AuditEvent.at)).where(AuditEvent.at < end)
    count, oldest = db.session.execute(statement).one()
    return int(count), oldest


def move_old_audit_rows(before: datetime) -> int:
    """Move a slice of the oldest rows into the archive of their year; return how many.

    Opens its own write(). Rows go in the order of their ids, so that each archive continues the
    chain of the one before; the first one that is too young ends it. Returns 0 as well when the
    archive cannot be written: then all rows are still here. Call it until it returns 0.
    """
    database = current_settings().database_path
    year, rows = _read_oldest(database, find_last_archivable_moment(before))
    people = _read_people(rows)
    db.session.rollback()
    if not rows:
        return 0
    try:
        is_copied = _copy_rows(get_audit_archive(database, year), rows, people)
    except SEPARATE_FILE_ERRORS:
        is_copied = False
    if not is_copied:
        log.warning("the audit's archive of %s cannot be written; its rows stay here", year)
        return 0
    with write(), overwrite_deleted():
        return _delete_copied(database, rows, people)


def _read_oldest(database: Path, end: datetime) -> tuple[int, Rows]:
    """Return the year whose archive is next, and the rows from before `end` that belong there."""
    if db.session.scalar(select(AuditAnchor.id).limit(1)) is None:
        return 0, []
    oldest = select(*RAW_COLUMNS).order_by(events.c.id).limit(SLICE_ROWS)
    candidates = db.session.execute(oldest).all()
    if not candidates:
        return 0, []
    # Never back to an earlier one: the archives follow each other as the chain does.
    year = max([int(candidates[0].at[:4]), *list_audit_archive_years(database)[-1:]])
    limit = min(datetime_to_db(end), f"{year + 1}-01-01")
    rows = []
    for row in candidates:
        # Without its mac a row was inserted by another program: it stays for the doctor to see.
        if row.at >= limit or row.mac is None:
            break
        rows.append(row)
    return year, rows


def _read_people(rows: Rows) -> list[tuple[str, int]]:
    """Return (hash of a number, id of a row) of everybody whom these rows are about."""
    people: list[Any] = []
    erased_ids = []
    for row in rows:
        if row.people == ERASED_PEOPLE:
            erased_ids.append(row.id)
        elif row.people:
            hashes = json.loads(row.people)["hashes"]
            people += zip(hashes, repeat(row.id))
    if erased_ids:
        # Others may be named beside the one who was erased. This reads the whole table.
        links = select(AuditPerson.phone_hash, AuditPerson.audit_event_id)
        is_listed = AuditPerson.audit_event_id.in_(erased_ids)
        people += map(tuple, db.session.execute(links.where(is_listed)))
    return list(dict.fromkeys(people))


def _is_between(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """Match the ids of a slice: rows of the audit follow each other without a gap."""
    condition: ColumnElement[bool] = column.between(min(ids, default=0), max(ids, default=0))
    return condition


def _list_ids(rows: Rows) -> list[int]:
    return [row.id for row in rows]


def _copy_rows(path: Path, rows: Rows, people: People) -> bool:
    """Write the rows, read them from the file again, and return whether they are the same.

    What an earlier try left is replaced: it may name somebody who was erased since.
    """
    ids = _list_ids(rows)
    with write_separate_file(path, audit_archive_metadata, AUDIT_ARCHIVE_VERSION) as archive:
        archive.execute(
            delete(archived_people).where(_is_between(archived_people.c.audit_event_id, ids))
        )
        archive.execute(insert(archived_events).prefix_with("OR REPLACE"), _list_values(rows))
        if people:
            archive.execute(insert(archived_people), _list_links(people))
    copied = select(archived_events).where(_is_between(archived_events.c.id, ids))
    with read_separate_file(path) as archive:
        copies = archive.execute(copied.order_by(archived_events.c.id)).all()
    return list(map(tuple, copies)) == list(map(tuple, rows))


def _list_values(rows: Rows) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in rows]


def _list_links(people: People) -> list[dict[str, Any]]:
    return [{"phone_hash": phone_hash, "audit_event_id": id_} for phone_hash, id_ in people]


def _delete_copied(database: Path, rows: Rows, people: People) -> int:
    """Delete the rows, unless somebody was erased from one since; return how many."""
    ids = _list_ids(rows)
    stored = select(*RAW_COLUMNS).where(_is_between(events.c.id, ids)).order_by(events.c.id)
    if db.session.execute(stored).all() != rows:
        return 0
    last, runner = rows[-1], PreparedRunner()
    # The anchor carries the mac of the last one: the archive and what is left can be verified.
    add_anchor(runner, find_chain_key(runner, database), AnchorKind.ARCHIVED, last.id, last.mac)
    if people:
        # By their key: the table has no index on the row.
        link = delete(audit_people).where(
            AuditPerson.phone_hash == bindparam("phone_hash"),
            AuditPerson.audit_event_id == bindparam("audit_event_id"),
        )
        db.session.connection().execute(link, _list_links(people))
    db.session.execute(delete(AuditEvent).where(AuditEvent.id <= last.id))
    return len(rows)
