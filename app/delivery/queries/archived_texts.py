"""The texts in the archives: how many a number has, and to read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.delivery.archive_file import (
    ArchiveUnusable,
    archived_messages,
    list_archive_years,
    open_archive,
)
from app.delivery.models import Message
from app.domain.accounts.phone_codes import hide_code
from app.domain.delivery.message_statuses import MessageDirection, MessageStatus

texts_c = archived_messages.c
# One page of a year; nobody reads more of one person at once.
MAX_SHOWN_TEXTS = 500


@dataclass(frozen=True)
class ArchivedText:
    """One text of an archive, as a page shows it."""

    id: int
    created_at: datetime
    is_inbound: bool
    body: str
    status: MessageStatus
    written_by: str | None
    message_log_id: int | None


@dataclass(frozen=True)
class ArchivedYear:
    """How many texts of somebody the archive of a year holds; None: it cannot be read now."""

    year: int
    count: int | None


def count_archived_texts(database: Path, phones: Sequence[str]) -> list[ArchivedYear]:
    """Return each year whose archive has texts of these numbers, or cannot be read."""
    years = []
    for year in list_archive_years(database):
        try:
            with open_archive(database, year) as archive:
                ids = archive.scalars(select(texts_c.id).where(texts_c.phone.in_(phones))).all()
            count = len(ids) - len(_find_here(ids))
        except ArchiveUnusable:
            count = None
        if count != 0:
            years.append(ArchivedYear(year, count))
    return years


def list_archived_texts(database: Path, year: int, phones: Sequence[str]) -> list[ArchivedText]:
    """Return the newest texts of these numbers in an archive, the oldest first.

    Those that are still in the database too are left out. Raises ArchiveUnusable.
    """
    columns = (
        texts_c.id,
        texts_c.created_at,
        texts_c.direction,
        texts_c.body,
        texts_c.status,
        texts_c.written_by,
        texts_c.message_log_id,
    )
    newest = select(*columns).where(texts_c.phone.in_(phones)).order_by(texts_c.id.desc())
    with open_archive(database, year) as archive:
        rows = archive.execute(newest.limit(MAX_SHOWN_TEXTS)).all()
    unarchived_ids = _find_here([row.id for row in rows])
    texts = []
    for row in reversed(rows):
        if row.id in unarchived_ids:
            continue
        is_inbound = row.direction is MessageDirection.INBOUND
        texts.append(
            ArchivedText(
                row.id,
                row.created_at,
                is_inbound,
                row.body if is_inbound else hide_code(row.body),
                row.status,
                row.written_by,
                row.message_log_id,
            )
        )
    return texts


def _find_here(ids: Sequence[int]) -> set[int]:
    """Return those of these texts that are in the database too: the database is right."""
    listed = select(build_listed_column(ids))
    return set(db.session.scalars(select(Message.id).where(Message.id.in_(listed))))
