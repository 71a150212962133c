"""Sign-ins whose password was right, until the code is entered. Inside write()."""

import secrets
from datetime import timedelta

from sqlalchemy import delete

from app.accounts.models import AppUser, hash_session_token
from app.accounts.second_factor_models import PendingSignIn
from app.core.clock import now
from app.core.db import db, execute_and_count_rows

PENDING_LIFETIME = timedelta(minutes=5)


def begin_pending_sign_in(user: AppUser, *, remember: bool) -> str:
    """Store that the password was right; return the token that only the cookie keeps."""
    token = secrets.token_urlsafe(32)
    db.session.execute(delete(PendingSignIn).where(PendingSignIn.ends_at <= now()))
    db.session.add(
        PendingSignIn(
            user_id=user.id,
            token_hash=hash_session_token(token),
            session_key=user.session_key,
            remembered=remember,
            ends_at=now() + PENDING_LIFETIME,
        )
    )
    return token


def end_pending_sign_in(pending_id: int) -> bool:
    """End a pending sign-in; False when it was used or has ended: it signs in once."""
    statement = delete(PendingSignIn).where(PendingSignIn.id == pending_id)
    return bool(execute_and_count_rows(statement))
