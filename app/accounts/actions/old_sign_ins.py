"""Deleting what is kept of sign-ins that are over: ended sessions and counted tries."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import LoginAttempt, LoginSession
from app.core.clock import now
from app.core.db import db, execute_and_count_rows


def count_old_sign_ins(before: datetime) -> tuple[int, datetime | None]:
    """Return how many rows are from before a moment, and the time of the oldest."""
    sessions = _select_count_and_oldest(LoginSession.ends_at).where(LoginSession.ends_at < before)
    tries = _select_count_and_oldest(LoginAttempt.first_attempt_at).where(_is_old_try(before))
    total, oldest = 0, None
    for statement in (sessions, tries):
        count, first = db.session.execute(statement).one()
        total += count
        oldest = min(filter(None, (oldest, first)), default=None)
    return total, oldest


def delete_old_sign_ins(before: datetime, limit: int) -> int:
    """Delete at most so many of either; return how many. Inside write()."""
    sessions = select(LoginSession.id).where(LoginSession.ends_at < before).limit(limit)
    tries = select(LoginAttempt.id).where(_is_old_try(before)).limit(limit)
    count = execute_and_count_rows(delete(LoginSession).where(LoginSession.id.in_(sessions)))
    return count + execute_and_count_rows(delete(LoginAttempt).where(LoginAttempt.id.in_(tries)))


def _select_count_and_oldest(moment: InstrumentedAttribute[datetime]) -> Select[int, datetime]:
    return select(func.count(), func.min(moment))


def _is_old_try(before: datetime) -> ColumnElement[bool]:
    is_unlocked = or_(LoginAttempt.locked_until.is_(None), LoginAttempt.locked_until < now())
    return and_(LoginAttempt.first_attempt_at < before, is_unlocked)
