"""Moving texts into the archive of their year: copied, compared, and only then deleted here.

A crash leaves each text in at least one of the two files; who reads both takes the one here.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.db import db, execute_and_count_rows, write
from app.core.failpoint import crash_if_armed
from app.core.listed_values import build_listed_column
from app.core.sql import overwrite_deleted
from app.delivery.archive_file import (
    archived_attempts,
    archived_messages,
    open_archive,
    write_archive,
)
from app.delivery.archive_models import ArchivedCount
from app.delivery.engine_models import attempts
from app.delivery.last_text_models import LastText
from app.delivery.models import messages
from app.delivery.queries.archivable_texts import list_ids_over

FindPinned = Callable[[Collection[int]], set[int]]
Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class MovedSlice:
    """How many texts moved, and how long nobody else could write to the database."""

    count: int = 0
    write_seconds: float = 0.0


class CopyDiffers(Exception):
    """The archive does not hold what was written to it; nothing was deleted here."""


def move_texts(
    database: Path, year: int, ids: Collection[int], find_pinned: FindPinned
) -> MovedSlice:
    """Move these texts of a year, with their attempts.

    `find_pinned` returns those that other features point at: they stay. Opens its own write().
    Raises ArchiveUnusable and CopyDiffers: then all of them are still here. Idempotent.
    """
    moving = set(ids) - find_pinned(ids)
    if not moving:
        return MovedSlice()
    texts = _read_rows(messages, messages.c.id, moving)
    tries = _read_rows(attempts, attempts.c.message_id, moving)
    db.session.rollback()
    with write_archive(database, year) as archive:
        _copy_rows(archive, archived_messages, texts)
        _copy_rows(archive, archived_attempts, tries)
    _compare_copy(database, year, texts, tries)
    crash_if_armed("archive_copied")
    # An erasure finds nothing of what moved: no bytes of it may stay in free pages.
    with write(), overwrite_deleted():
        start = time.monotonic()
        count = _delete_copied(year, texts)
    return MovedSlice(count, time.monotonic() - start)


def _read_rows(table: Table, column: Any, ids: Collection[int]) -> Rows:
    statement = select(table).where(_is_listed(column, ids)).order_by(table.c.id)
    return db.session.execute(statement).all()


def _is_listed(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.in_(select(build_listed_column(values)))
    return condition


def _copy_rows(archive: Any, table: Table, rows: Rows) -> None:
    # A slice that was copied and not deleted before a crash is copied again, as it is now.
    if rows:
        archive.execute(insert(table).prefix_with("OR REPLACE"), _list_values(rows))


def _list_values(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in rows]


def _list_ids(rows: Rows) -> list[int]:
    return [row.id for row in rows]


def _compare_copy(database: Path, year: int, texts: Rows, tries: Rows) -> None:
    """Read the copy from the file again and compare every value of every row."""
    with open_archive(database, year) as archive:
        for table, rows in ((archived_messages, texts), (archived_attempts, tries)):
            of_rows = select(table).where(_is_listed(table.c.id, _list_ids(rows)))
            copied = archive.execute(of_rows.order_by(table.c.id)).all()
            if list(map(tuple, copied)) != list(map(tuple, rows)):
                raise CopyDiffers


def _delete_copied(year: int, texts: Rows) -> int:
    """Delete the copied rows that are still as they were, and count them for their blasts."""
    # Nothing begins to point at a text a year old, so that pins need no second look here.
    over = list_ids_over(_list_ids(texts))
    rows_here = {row.id: row for row in _read_rows(messages, messages.c.id, over)}
    unchanged = [row for row in texts if rows_here.get(row.id) == row]
    moved_ids = _list_ids(unchanged)
    kept_times = _read_last_texts({row.phone for row in unchanged})
    _count_for_blasts(year, moved_ids)
    count = execute_and_count_rows(delete(messages).where(_is_listed(messages.c.id, moved_ids)))
    _restore_last_texts(kept_times)
    return count


def _read_last_texts(phones: Collection[str]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(LastText.phone, LastText.texted_at).where(_is_listed(LastText.phone, phones))
    )
    return _list_values(rows.all())


def _restore_last_texts(kept_times: Sequence[dict[str, Any]]) -> None:
    """Write again when each number was texted last: a trigger takes it with the text."""
    if not kept_times:
        return
    statement = upsert(LastText).on_conflict_do_update(
        index_elements=[LastText.phone], set_={"texted_at": upsert(LastText).excluded.texted_at}
    )
    db.session.execute(statement, kept_times)


def _count_for_blasts(year: int, ids: Collection[int]) -> None:
    """Add the texts that leave to what the pages of their blasts count."""
    counts = db.session.execute(
        select(
            messages.c.message_log_id,
            messages.c.status,
            func.count().label("texts"),
            func.sum(messages.c.segments).label("segments"),
        )
        .where(
            _is_listed(messages.c.id, ids),
            messages.c.message_log_id.is_not(None),
        )
        .group_by(messages.c.message_log_id, messages.c.status)
    ).all()
    if not counts:
        return
    new = upsert(ArchivedCount)
    statement = new.on_conflict_do_update(
        index_elements=["message_log_id", "year", "status"],
        set_={
            "texts": ArchivedCount.texts + new.excluded.texts,
            "segments": ArchivedCount.segments + new.excluded.segments,
        },
    )
    rows = [{**row._mapping, "status": str(row.status.value), "year": year} for row in counts]
    db.session.execute(statement, rows)
