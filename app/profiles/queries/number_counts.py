"""How many numbers people have today."""

from sqlalchemy import func, select

from app.core.db import db
from app.profiles.models import PersonPhone


def count_numbers_in_use() -> int:
    """Return how many numbers are somebody's today; mostly each person has one."""
    statement = select(func.count()).where(PersonPhone.until.is_(None))
    return db.session.scalar(statement) or 0
