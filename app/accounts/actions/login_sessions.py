"""Begins, renews and ends sessions: one row for each sign-in on a device. Inside write()."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.accounts.models import AppUser, LoginSession, hash_session_token
from app.core.clock import now
from app.core.db import db, execute_and_count_rows, update_row
from app.domain.accounts.device_labels import DeviceDetails

SESSION_LIFETIME = timedelta(hours=24)
REMEMBERED_LIFETIME = timedelta(days=30)
# Pages that a browser opens together at its start all send the token of before.
PREVIOUS_TOKEN_GRACE = timedelta(minutes=1)


def begin_session(
    user: AppUser, device: DeviceDetails, *, remember: bool, by_proxy: bool = False
) -> str:
    """Begin a session and return its token, which only the cookie keeps.

    `by_proxy`: it goes on only while the proxy names the user.
    """
    token = secrets.token_urlsafe(32)
    lifetime = SESSION_LIFETIME
    if remember:
        lifetime = REMEMBERED_LIFETIME
    _delete_ended_sessions()
    db.session.add(
        LoginSession(
            user_id=user.id,
            token_hash=hash_session_token(token),
            session_key=user.session_key,
            device=device.label,
            client_ip=device.address,
            remembered=remember,
            seen_at=now(),
            confirmed_at=now(),
            is_new_device=device.is_new,
            by_proxy=by_proxy,
            ends_at=now() + lifetime,
        )
    )
    return token


def record_sign_in(user_id: int) -> None:
    """Note when a user signed in, and that wrong tries of before were told."""
    values = {"wrong_tries": 0, "factor_removed_at": None}
    moments = {"signed_in_at": now(), "last_seen_at": now()}
    update_row(AppUser, user_id, values | moments)


def count_wrong_try(username: str) -> int | None:
    """Count a wrong password or code for the user of this name, until the next sign-in.

    Returns the user's id; None for an unknown name.
    """
    # Unknown names cause the same statement: the time that it takes tells nothing.
    statement = update(AppUser).where(AppUser.username == username)
    statement = statement.values(wrong_tries=AppUser.wrong_tries + 1)
    return db.session.scalar(
        statement.returning(AppUser.id).execution_options(synchronize_session=False)
    )


def _delete_ended_sessions() -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.ends_at <= now()))


def renew_session(session_id: int, token: str, device: DeviceDetails) -> str | None:
    """Give a remembered session another token; return None when somebody else just did.

    The end of the session stays: it is remembered for 30 days after the sign-in. Delicate pages
    ask for the password again, for who has the cookie may have found the device.
    """
    values = {
        "device": device.label,
        "client_ip": device.address,
        "seen_at": now(),
        "confirmed_at": None,
    }
    return _exchange_token(session_id, token, values)


def confirm_session(session_id: int, token: str) -> str | None:
    """Note that the password was entered again; return another token, or None as above."""
    values = {"confirmed_at": now()}
    new_token = _exchange_token(session_id, token, values)
    if new_token is None:
        # Another page of this browser has just changed it: the one of before still counts.
        update_row(LoginSession, session_id, values)
    return new_token


def _exchange_token(session_id: int, token: str, values: Mapping[str, object]) -> str | None:
    new_token = secrets.token_urlsafe(32)
    old_hash = hash_session_token(token)
    statement = update(LoginSession).where(
        LoginSession.id == session_id, LoginSession.token_hash == old_hash
    )
    changes = {
        "token_hash": hash_session_token(new_token),
        "previous_hash": old_hash,
        "previous_until": now() + PREVIOUS_TOKEN_GRACE,
    }
    if not execute_and_count_rows(statement.values({**changes, **values})):
        return None
    return new_token


def record_session_use(session_id: int, moment: datetime, flashes: str | None = None) -> bool:
    """Note that a session was used at this moment, and what its next page says.

    Return whether there is such a session.
    """
    statement = update(LoginSession).where(LoginSession.id == session_id)
    if not execute_and_count_rows(statement.values(seen_at=moment, flashes=flashes)):
        return False
    user_id = select(LoginSession.user_id).where(LoginSession.id == session_id)
    statement = update(AppUser).where(AppUser.id == user_id.scalar_subquery())
    statement = statement.values(last_seen_at=moment)
    db.session.execute(statement.execution_options(synchronize_session=False))
    return True


def end_session(session_id: int, user_id: int) -> bool:
    """End a session of this user; return whether there was one."""
    owned = (LoginSession.id == session_id, LoginSession.user_id == user_id)
    return bool(execute_and_count_rows(delete(LoginSession).where(*owned)))


def end_sessions(user_id: int) -> int:
    """End every session of this user; return how many there were."""
    return execute_and_count_rows(delete(LoginSession).where(LoginSession.user_id == user_id))
