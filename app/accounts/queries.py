"""Reading users, and who is locked out."""

from sqlalchemy import exists, select

from app.accounts.models import AppUser
from app.kit.db import db


def anybody() -> bool:
    """Whether there is any user yet."""
    return bool(db.session.scalar(select(exists().where(AppUser.id.is_not(None)))))
