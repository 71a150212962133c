"""Who can be told of something, and what happened to sign-ins that their owner should know."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import AppUser, LoginSession
from app.core.db import db

# So many wrong passwords and codes for one name are no slip of its owner.
MANY_WRONG_TRIES = 20


def list_told_users() -> Sequence[AppUser]:
    """Return every user who is not disabled, with their permission sets, by id."""
    statement = select(AppUser).where(AppUser.disabled_at.is_(None)).order_by(AppUser.id)
    return db.session.scalars(statement.options(joinedload(AppUser.permission_set))).all()


def select_newest_session_time() -> ColumnElement[datetime]:
    """Return when the newest session began, for any select."""
    return select(func.max(LoginSession.created_at)).scalar_subquery()


def list_new_device_sign_ins(after: datetime) -> Sequence[Row[int, int, datetime]]:
    """Return (id, user_id, created_at) of the sign-ins on new devices after a moment."""
    statement = select(LoginSession.id, LoginSession.user_id, LoginSession.created_at).where(
        LoginSession.is_new_device, LoginSession.created_at > after
    )
    return db.session.execute(statement).all()


def select_many_wrong_tries() -> ColumnElement[int]:
    """Return a number that grows while someone guesses passwords, for any select."""
    total = select(func.sum(AppUser.wrong_tries)).where(AppUser.wrong_tries >= MANY_WRONG_TRIES)
    return total.scalar_subquery()


def list_guessed_users() -> Sequence[Row[int, int]]:
    """Return (id, wrong_tries) of the users for whose names many wrong passwords came."""
    statement = select(AppUser.id, AppUser.wrong_tries).where(
        AppUser.wrong_tries >= MANY_WRONG_TRIES
    )
    return db.session.execute(statement).all()
