"""Reads users and their sessions, checks passwords, and finds lockouts."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager

from app.accounts.models import (
    LOCKOUT_WINDOW,
    AppUser,
    LoginAttempt,
    LoginSession,
    hash_session_token,
)
from app.accounts.password_hashes import build_dummy_hash, verify_password
from app.core.client_networks import find_client_network
from app.core.clock import now
from app.core.db import db
from app.domain.accounts.roles import Role
from app.domain.texts.text_cleaning import clean_name
from app.domain.texts.whole_numbers import parse_id
from app.organisation import queries as organisation

# A session that is not remembered ends when it is not used for so long.
MAX_IDLE_TIME = timedelta(hours=8)


@dataclass(frozen=True)
class OpenSession:
    """The session of a request: its row's values, which outlive the read of the row.

    `confirmed_at`: when the password was last entered in it. `flashes`: what the next page says.
    """

    id: int
    seen_at: datetime
    ends_at: datetime
    remembered: bool
    confirmed_at: datetime | None
    by_proxy: bool
    flashes: str | None


def has_users() -> bool:
    """Whether there is any user."""
    return bool(db.session.scalar(select(exists().where(AppUser.id.is_not(None)))))


def find_user(user_id: int) -> AppUser | None:
    """Return the user with this id, or None."""
    return db.session.get(AppUser, user_id)


def load_session(cookie_id: str) -> tuple[AppUser, OpenSession] | None:
    """Return the user and the session of a cookie's "user id:token"; None if it has ended.

    One statement reads both, the user's permission set and the organisation's row, which every
    page needs.
    """
    id_text, _, token = cookie_id.partition(":")
    user_id = parse_id(id_text)
    if user_id is None or not token:
        return None
    statement: Any = select(AppUser, LoginSession).join(LoginSession, _is_of_user())
    statement = statement.outerjoin(AppUser.permission_set)
    statement = statement.options(contains_eager(AppUser.permission_set))
    statement = statement.where(AppUser.id == user_id, _is_open_with(hash_session_token(token)))
    row = db.session.execute(organisation.join_organisation(statement)).first()
    if row is None:
        return None
    user, session, organisation_row = row
    organisation.cache_organisation(organisation_row)
    return user, _copy_session(session, is_newest=session.token_hash == hash_session_token(token))


def _copy_session(row: LoginSession, *, is_newest: bool) -> OpenSession:
    return OpenSession(
        row.id,
        row.seen_at,
        row.ends_at,
        row.remembered,
        # Whoever copied the cookie of before the password was entered has not entered it.
        row.confirmed_at if is_newest else None,
        row.by_proxy,
        row.flashes,
    )


def _is_of_user() -> ColumnElement[bool]:
    is_same_key = LoginSession.session_key == AppUser.session_key
    return and_(LoginSession.user_id == AppUser.id, is_same_key, AppUser.disabled_at.is_(None))


def _is_open_with(token_hash: str) -> ColumnElement[bool]:
    is_previous = and_(
        LoginSession.previous_hash == token_hash, LoginSession.previous_until > now()
    )
    return and_(_is_open(), or_(LoginSession.token_hash == token_hash, is_previous))


def _is_open() -> ColumnElement[bool]:
    is_used = or_(LoginSession.remembered, LoginSession.seen_at > now() - MAX_IDLE_TIME)
    return and_(LoginSession.ends_at > now(), is_used)


def list_open_sessions(user: AppUser) -> Sequence[LoginSession]:
    """Return the user's sessions that have not ended, the last used first."""
    statement = select(LoginSession).where(
        LoginSession.user_id == user.id, LoginSession.session_key == user.session_key, _is_open()
    )
    newest_first = (LoginSession.seen_at.desc(), LoginSession.id.desc())
    return db.session.scalars(statement.order_by(*newest_first)).all()


def clean_username(text: str | None) -> str:
    """Return a typed user name as it is stored.

    It has one line, single spaces, no control characters, and letters in Unicode's NFC form.
    """
    return clean_name(unicodedata.normalize("NFC", text or "")) or ""


def find_user_by_name(username: str) -> AppUser | None:
    """Return the user of this name in upper or lower case, or None."""
    user = db.session.scalar(select(AppUser).where(AppUser.username == username))
    if user is not None or username.isascii():
        return user
    # The column's NOCASE collation folds the case of ASCII letters only.
    folded_name = username.casefold()
    for user in db.session.scalars(select(AppUser)):
        if user.username.casefold() == folded_name:
            return user
    return None


def find_user_id(username: str) -> int | None:
    """Return the id of the user of this name, or None."""
    user = find_user_by_name(username)
    return user.id if user is not None else None


def find_author(user_id: int | None, username: str | None) -> AppUser | None:
    """Return who a row names by id and by the name of that time; None where they are deleted.

    A new name changes nothing: the name counts only where no id is stored.
    """
    if user_id is not None:
        return find_user(user_id)
    return find_user_by_name(username or "")


def authenticate_user(username: str, password: str) -> AppUser | None:
    """Return the user with this name and password; None also for one who is disabled.

    Takes as long for an unknown name.
    """
    user = find_user_by_name(username)
    if user is None:
        verify_password(build_dummy_hash(), password)
        return None
    if not user.check_password(password) or user.disabled_at is not None:
        return None
    return user


def is_last_admin(candidate: AppUser) -> bool:
    """Whether no other admin may sign in. For the page only: actions use guarded statements."""
    return candidate.is_admin and not db.session.scalar(select(has_other_admin(candidate.id)))


def has_other_admin(user_id: int) -> ColumnElement[bool]:
    """Return the condition, for guarded statements, that another admin may sign in."""
    admins = AppUser.__table__.alias()
    is_other_admin = exists().where(
        admins.c.role == Role.ADMIN, admins.c.id != user_id, admins.c.disabled_at.is_(None)
    )
    return is_other_admin.correlate_except(admins)


def list_admin_names() -> Sequence[str]:
    """Return what pages call the admins who may sign in, in the order of their user names."""
    admins = select(AppUser).where(AppUser.role == Role.ADMIN, AppUser.disabled_at.is_(None))
    ordered = admins.order_by(AppUser.username)
    return [admin.shown_name for admin in db.session.scalars(ordered)]


def list_users() -> Sequence[AppUser]:
    """Return every user, by name."""
    return db.session.scalars(select(AppUser).order_by(AppUser.username)).all()


def find_shown_names() -> dict[str, str]:
    """Return what pages call each user, by user name."""
    return {user.username: user.shown_name for user in list_users()}


def list_usernames() -> Sequence[str]:
    """Return the names of all users in alphabetical order."""
    return db.session.scalars(select(AppUser.username).order_by(func.lower(AppUser.username))).all()


def build_address_key(address: str | None) -> str:
    """Return the key under which failed logins of a network address are counted."""
    return find_client_network(address)


def build_account_key(username: str) -> str:
    """Return the key under which failed logins of a user name, existing or not, are counted."""
    # A hash: people type passwords into the wrong field, and those must not be stored.
    return "account:" + hashlib.sha256(username.casefold().encode()).hexdigest()[:32]


def build_day_key(username: str) -> str:
    """Return the key under which failed logins of a user name are counted for a day."""
    return build_account_key(username).replace("account:", "day:")


def build_device_key(device_id: str) -> str:
    """Return the key under which failed logins of a known device are counted."""
    return "device:" + hashlib.sha256(device_id.encode()).hexdigest()[:32]


def find_lockout_end(origin_key: str) -> datetime | None:
    """Return when the lockout of an address, device or session ends; None when it is not locked."""
    by_key = select(LoginAttempt.locked_until).where(LoginAttempt.client_ip == origin_key)
    locked_until = db.session.scalar(by_key)
    if locked_until is None or locked_until <= now():
        return None
    return locked_until


def count_recent_attempts(account_key: str) -> int:
    """Return how many wrong passwords came for a user name lately."""
    statement = select(LoginAttempt.attempt_count).where(
        LoginAttempt.client_ip == account_key,
        LoginAttempt.first_attempt_at > now() - LOCKOUT_WINDOW,
    )
    return db.session.scalar(statement) or 0


def find_first_admin_username() -> str | None:
    """Return the name of the admin who has been here longest, or None before the first."""
    is_admin = (AppUser.role == Role.ADMIN, AppUser.disabled_at.is_(None))
    statement = select(AppUser.username).where(*is_admin)
    return db.session.scalar(statement.order_by(AppUser.id).limit(1))
