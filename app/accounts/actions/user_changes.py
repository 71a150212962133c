"""Creates, changes and deletes users."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, or_, update

from app.accounts import queries
from app.accounts.link_models import AccountLink
from app.accounts.models import AppUser, LoginSession
from app.accounts.name_queries import find_similar_user
from app.accounts.password_hashes import NO_PASSWORD_HASH
from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import NotFound, UniqueViolation, db, execute_and_count_rows, update_row
from app.domain.accounts.roles import Role


class LastAdminError(Exception):
    """The change would leave no admin."""


class OwnAccountError(Exception):
    """Users can neither delete nor disable themselves."""


def create_user(
    username: str, password_hash: str, role: Role, *, must_change: bool = False
) -> AppUser:
    """Create a user. Raises UniqueViolation when the name exists in upper or lower case."""
    _reject_taken_username(username)
    user = AppUser(
        username=username,
        password_hash=password_hash,
        role=role,
        must_change_password=must_change,
        session_key=secrets.token_hex(16),
    )
    db.session.add(user)
    db.session.flush()
    return user


def create_admin_if_no_users(username: str, password_hash: str) -> AppUser | None:
    """Create the first user, an admin; return None when there is a user already."""
    if queries.has_users():
        return None
    return create_user(username, password_hash, Role.ADMIN)


def create_demo_user(username: str, display_name: str, role: Role) -> AppUser:
    """Create a user to whom no password belongs: only the demo's own link signs in."""
    user = create_user(username, NO_PASSWORD_HASH, role)
    user.display_name = display_name
    db.session.flush()
    return user


def set_display_name(user_id: int, display_name: str | None) -> None:
    """Store how pages call a user; None: by the user name. Inside write()."""
    values = {"display_name": display_name}
    update_row(AppUser, user_id, values)


def hide_first_steps(user_id: int) -> None:
    """Show a user the first steps on Home no more. Inside write()."""
    values = {"hides_first_steps": True}
    update_row(AppUser, user_id, values)


def remember_member_columns(user_id: int, keys: Sequence[str] | None) -> None:
    """Store which columns a user wants the community's list to have. Inside write().

    None: the usual ones.
    """
    values = {"member_columns": None if keys is None else " ".join(keys)}
    update_row(AppUser, user_id, values)


def update_user(
    user_id: int,
    username: str,
    role: Role,
    *,
    must_change: bool = False,
) -> None:
    """Store another name and role; `must_change`: the user must choose a new password.

    Raises LastAdminError, UniqueViolation and NotFound.
    """
    _reject_taken_username(username, except_user_id=user_id)
    statement = update(AppUser).where(AppUser.id == user_id)
    # The guard is in the UPDATE itself: two admins may demote each other at the same time.
    if role != Role.ADMIN:
        statement = statement.where(_is_not_last_admin(user_id))
    values = {"username": username, "role": role, "must_change_password": must_change}
    _execute_on_existing_user(user_id, statement.values(values))


def delete_user(user_id: int, *, by: int) -> None:
    """Delete the user, which ends their sessions. `by` is the id of the user who does it.

    Raises OwnAccountError, LastAdminError and NotFound.
    """
    if user_id == by:
        raise OwnAccountError
    statement = delete(AppUser).where(AppUser.id == user_id, _is_not_last_admin(user_id))
    _execute_on_existing_user(user_id, statement)


def _is_not_last_admin(user_id: int) -> ColumnElement[bool]:
    return or_(AppUser.role != Role.ADMIN, queries.has_other_admin(user_id))


def set_user_password(user_id: int, password_hash: str, *, must_change: bool) -> None:
    """Store another password and end every session of this user. Raises NotFound.

    A link by which the user could have chosen another one ends.
    """
    db.session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
    delete_unused_links(user_id)
    statement = update(AppUser).where(AppUser.id == user_id)
    statement = statement.values(
        password_hash=password_hash,
        must_change_password=must_change,
        session_key=secrets.token_hex(16),
    )
    _execute_on_existing_user(user_id, statement)


def delete_unused_links(user_id: int) -> None:
    """End the one-time link that a user has not used, if there is one."""
    is_unused = (AccountLink.user_id == user_id, AccountLink.used_at.is_(None))
    db.session.execute(delete(AccountLink).where(*is_unused))


def disable_user(user_id: int, *, by: int) -> None:
    """Shut a user out: their sessions and an unused link end, everything they did stays.

    `by` is the id of the user who does it. Raises OwnAccountError, LastAdminError and NotFound.
    """
    if user_id == by:
        raise OwnAccountError
    statement = update(AppUser).where(AppUser.id == user_id, _is_not_last_admin(user_id))
    values = {
        "disabled_at": func.coalesce(AppUser.disabled_at, literal(now(), UtcDateTime)),
        "session_key": secrets.token_hex(16),
    }
    _execute_on_existing_user(user_id, statement.values(values))
    db.session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
    delete_unused_links(user_id)


def enable_user(user_id: int) -> None:
    """Let a user sign in again, with the password of before. Raises NotFound."""
    statement = update(AppUser).where(AppUser.id == user_id).values(disabled_at=None)
    _execute_on_existing_user(user_id, statement)


def set_user_email(user_id: int, email: str | None) -> bool:
    """Store the e-mail address of a user; return whether it is another one, not verified yet.

    Raises UniqueViolation when another user has it, in upper or lower case.
    """
    user = queries.find_user(user_id)
    if user is None or user.email == email:
        return False
    values = {"email": email, "email_verified_at": None}
    update_row(AppUser, user_id, values)
    db.session.expire_all()
    return True


def verify_user_email(user_id: int, email: str) -> bool:
    """Note that an address belongs to the user; False when they have another one by now."""
    has_address = (AppUser.id == user_id, AppUser.email == email)
    statement = update(AppUser).where(*has_address).values(email_verified_at=now())
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    return bool(count)


def renew_password_hash(user_id: int, old_hash: str, new_hash: str) -> None:
    """Store a hash of the same password by today's method, unless the password was changed."""
    is_unchanged = (AppUser.id == user_id, AppUser.password_hash == old_hash)
    statement = update(AppUser).where(*is_unchanged).values(password_hash=new_hash)
    db.session.execute(statement.execution_options(synchronize_session=False))


def set_user_theme(user_id: int, theme: str) -> None:
    """Store the colours of the pages: "light", "dark", or "" for the device's setting."""
    update_row(AppUser, user_id, {"theme": theme})


def _execute_on_existing_user(user_id: int, statement: Any) -> None:
    """Execute a guarded statement; raise NotFound or LastAdminError when it changed no row."""
    if execute_and_count_rows(statement.execution_options(synchronize_session=False)):
        db.session.expire_all()
        return
    if queries.find_user(user_id) is None:
        raise NotFound
    raise LastAdminError


def _reject_taken_username(username: str, except_user_id: int | None = None) -> None:
    """Raise UniqueViolation when another user has the name, or one that looks like it."""
    # The unique index folds the case of ASCII letters only.
    user = queries.find_user_by_name(username)
    if user is not None and user.id == except_user_id:
        return
    if user is not None or find_similar_user(username, except_user_id) is not None:
        raise UniqueViolation("users.username")
