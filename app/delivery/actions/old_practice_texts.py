"""Deleting old texts of practice phones, at the sandbox carrier."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from app.core.db import db, execute_and_count_rows
from app.delivery.carriers.sandbox_models import SandboxMessage


def count_old_practice_texts(before: datetime) -> tuple[int, datetime | None]:
    """Return how many there are from before a moment, and the time of the oldest."""
    statement = select(func.count(), func.min(SandboxMessage.created_at)).where(_is_old(before))
    count, oldest = db.session.execute(statement).one()
    return count, oldest


def delete_old_practice_texts(before: datetime, limit: int) -> int:
    """Delete at most so many of them; return how many. Inside write()."""
    ids = select(SandboxMessage.id).where(_is_old(before)).limit(limit)
    statement = delete(SandboxMessage).where(SandboxMessage.id.in_(ids))
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))


def _is_old(before: datetime) -> ColumnElement[bool]:
    # One whose receipt or reply is still to be posted stays.
    return and_(SandboxMessage.created_at < before, SandboxMessage.next_at.is_(None))
