"""Deleting drafts that nobody has changed for long."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from app.blasts.models import StoredDraft
from app.core.db import db, execute_and_count_rows


def count_old_drafts(before: datetime) -> tuple[int, datetime | None]:
    """Return how many drafts were last changed before a moment, and when the oldest was."""
    statement = select(func.count(), func.min(StoredDraft.updated_at)).where(_is_old(before))
    count, oldest = db.session.execute(statement).one()
    return count, oldest


def delete_old_drafts(before: datetime, limit: int) -> int:
    """Delete at most so many of them; return how many. Inside write()."""
    ids = select(StoredDraft.id).where(_is_old(before)).limit(limit)
    statement = delete(StoredDraft).where(StoredDraft.id.in_(ids))
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))


def _is_old(before: datetime) -> ColumnElement[bool]:
    # The changes of a scheduled blast wait for somebody: they are no forgotten draft.
    return and_(StoredDraft.updated_at < before, StoredDraft.scheduled_id.is_(None))
