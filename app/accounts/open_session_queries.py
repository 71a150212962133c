"""How many people are signed in."""

from datetime import datetime

from sqlalchemy import func, select

from app.accounts.models import LoginSession
from app.core.db import db


def count_open_sessions(moment: datetime) -> int:
    """Return the number of sessions that have not ended at this moment (UTC)."""
    statement = select(func.count()).where(LoginSession.ends_at > moment)
    return db.session.scalar(statement) or 0
