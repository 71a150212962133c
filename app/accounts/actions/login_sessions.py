"""Begins, renews and ends sessions: one row for each sign-in on a device. Inside write()."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from app.accounts.models import AppUser, LoginSession, hash_session_token
from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.domain.accounts.device_labels import DeviceDetails

SESSION_LIFETIME = timedelta(hours=12)
REMEMBERED_LIFETIME = timedelta(days=30)
# Pages that a browser opens together at its start all send the token of before.
PREVIOUS_TOKEN_GRACE = timedelta(minutes=1)


def begin_session(user: AppUser, device: DeviceDetails, *, remember: bool) -> str:
    """Begin a session and return its token, which only the cookie keeps."""
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
            ends_at=now() + lifetime,
        )
    )
    return token


def _delete_ended_sessions() -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.ends_at <= now()))


def renew_session(session_id: int, token: str, device: DeviceDetails) -> str | None:
    """Give a remembered session another token; return None when somebody else just did.

    The end of the session stays: it is remembered for 30 days after the sign-in.
    """
    new_token = secrets.token_urlsafe(32)
    old_hash = hash_session_token(token)
    statement = (
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.token_hash == old_hash)
        .values(
            token_hash=hash_session_token(new_token),
            previous_hash=old_hash,
            previous_until=now() + PREVIOUS_TOKEN_GRACE,
            device=device.label,
            client_ip=device.address,
            seen_at=now(),
        )
    )
    if not execute_and_count_rows(statement):
        return None
    return new_token


def record_session_use(session_id: int, moment: datetime) -> None:
    """Note that a session was used at this moment."""
    statement = update(LoginSession).where(LoginSession.id == session_id)
    db.session.execute(statement.values(seen_at=moment))


def end_session(session_id: int, user_id: int) -> bool:
    """End a session of this user; return whether there was one."""
    owned = (LoginSession.id == session_id, LoginSession.user_id == user_id)
    return bool(execute_and_count_rows(delete(LoginSession).where(*owned)))


def end_sessions(user_id: int) -> int:
    """End every session of this user; return how many there were."""
    return execute_and_count_rows(delete(LoginSession).where(LoginSession.user_id == user_id))
