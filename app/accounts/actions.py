"""Making, changing and deleting users; counting wrong tries."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import case, delete, func, literal, null, or_, update
from sqlalchemy.dialects.sqlite import insert

from app.accounts import queries
from app.accounts.models import AppUser, LoginAttempt
from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import NotFound, UniqueViolation, db, execute_and_count_rows
from app.domain.accounts.roles import Role

LOCKOUT_WINDOW = timedelta(minutes=15)
MAX_ATTEMPTS_PER_ADDRESS, MAX_ATTEMPTS_PER_ACCOUNT = 10, 20
LOGIN_ATTEMPT_RETENTION = timedelta(days=1)


class LastAdminError(Exception):
    """Without this user nobody could change anything any more."""


class CannotDeleteSelf(Exception):
    """Nobody deletes themselves."""


def create_user(
    username: str, password_hash: str, role: Role, *, must_change: bool = False
) -> AppUser:
    """A new user. Raises Taken when somebody has the name, in capitals or not."""
    _reject_taken_username(username)
    person = AppUser(
        username=username,
        password_hash=password_hash,
        role=role,
        must_change_password=must_change,
        session_key=secrets.token_hex(16),
    )
    db.session.add(person)
    db.session.flush()
    return person


def create_admin_if_no_users(username: str, password_hash: str) -> AppUser | None:
    """The first user, an admin; None when somebody else was quicker."""
    return None if queries.has_users() else create_user(username, password_hash, Role.ADMIN)


def update_user(user_id: int, username: str, role: Role, *, must_change: bool = False) -> None:
    """Another name or role; `must_change`: a new password at the next page.

    Raises LastAdmin, Taken, Gone.
    """
    _reject_taken_username(username, but=user_id)
    guarded = update(AppUser).where(AppUser.id == user_id)
    if role != Role.ADMIN:
        guarded = guarded.where(or_(AppUser.role != Role.ADMIN, queries.has_other_admin(user_id)))
    _execute_on_existing_user(
        user_id,
        guarded.values(username=username, role=role, must_change_password=must_change),
    )


def delete_user(user_id: int, *, by: int) -> None:
    """No more user; their open sessions end. Raises Oneself, LastAdmin, Gone."""
    if user_id == by:
        raise CannotDeleteSelf
    guarded = delete(AppUser).where(AppUser.id == user_id)
    _execute_on_existing_user(
        user_id,
        guarded.where(or_(AppUser.role != Role.ADMIN, queries.has_other_admin(user_id))),
    )


def set_user_password(user_id: int, password_hash: str, *, must_change: bool) -> None:
    """Another password; every session of this user ends. Raises Gone."""
    values = {"password_hash": password_hash, "must_change_password": must_change}
    changed = (
        update(AppUser)
        .where(AppUser.id == user_id)
        .values(session_key=secrets.token_hex(16), **values)
    )
    _execute_on_existing_user(user_id, changed)


def set_user_theme(user_id: int, theme: str) -> None:
    """light, dark, or "" for what the device says."""
    db.session.execute(update(AppUser).where(AppUser.id == user_id).values(theme=theme))


def _execute_on_existing_user(user_id: int, statement: Any) -> None:
    """Run a guarded statement on one user; say why it changed nobody."""
    if execute_and_count_rows(statement.execution_options(synchronize_session=False)):
        db.session.expire_all()
        return
    if queries.find_user(user_id) is None:
        raise NotFound
    raise LastAdminError


def _reject_taken_username(username: str, but: int | None = None) -> None:
    """The database's own rule folds the case of ASCII only."""
    holder = queries.find_user_by_name(username)
    if holder is not None and holder.id != but:
        raise UniqueViolation("users.username")


def record_failed_login(address_key: str, account_key: str) -> None:
    """Count a wrong password for both; too many within WINDOW lock for as long."""
    for key, most in (
        (address_key, MAX_ATTEMPTS_PER_ADDRESS),
        (account_key, MAX_ATTEMPTS_PER_ACCOUNT),
    ):
        db.session.execute(_build_login_attempt_upsert(key, most))


def clear_failed_logins(address_key: str) -> None:
    """A right password: what came from this address before is forgotten, and so is everything
    old.
    """
    old = or_(LoginAttempt.locked_until.is_(None), LoginAttempt.locked_until < now())
    long_ago = (LoginAttempt.first_attempt_at < now() - LOGIN_ATTEMPT_RETENTION) & old
    db.session.execute(
        delete(LoginAttempt).where(or_(LoginAttempt.client_ip == address_key, long_ago))
    )


def _build_login_attempt_upsert(key: str, most: int) -> Any:
    """One atomic statement, so that tries through several workers at once are all counted."""
    row, moment = LoginAttempt, literal(now(), UtcDateTime)
    afresh = or_(
        row.first_attempt_at <= literal(now() - LOCKOUT_WINDOW, UtcDateTime),
        row.locked_until <= moment,
    )
    lock = func.coalesce(row.locked_until, literal(now() + LOCKOUT_WINDOW, UtcDateTime))
    return (
        insert(row)
        .values(client_ip=key, attempt_count=1, first_attempt_at=moment)
        .on_conflict_do_update(
            ["client_ip"],
            set_={
                "attempt_count": case((afresh, 1), else_=row.attempt_count + 1),
                "first_attempt_at": case((afresh, moment), else_=row.first_attempt_at),
                "locked_until": case(
                    (afresh, null()),
                    (row.attempt_count + 1 >= most, lock),
                    else_=null(),
                ),
            },
        )
    )
