"""Reads second factors: who has one and who must, recovery codes, sign-ins that wait for a code.

Only this file encrypts and decrypts the secrets of second factors.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.accounts.models import AppUser, hash_session_token
from app.accounts.second_factor_models import PendingSignIn, RecoveryCode
from app.core.clock import now
from app.core.db import db
from app.core.encryption import CannotDecrypt, decrypt_text, encrypt_text
from app.domain.accounts.one_time_codes import SecondFactorRule
from app.organisation import queries as organisation

# Its page shows the secret: who finds it open later must not make their own app count.
SETUP_TIME = timedelta(minutes=15)


def count_recovery_codes(user_id: int) -> int:
    """Return how many recovery codes a user has left."""
    statement = select(func.count()).where(RecoveryCode.user_id == user_id)
    return db.session.scalar(statement) or 0


def find_pending_sign_in(token: str) -> tuple[PendingSignIn, AppUser] | None:
    """Return the sign-in of a cookie's token and its user; None if it has ended."""
    is_same_key = PendingSignIn.session_key == AppUser.session_key
    statement = (
        select(PendingSignIn, AppUser)
        .join(AppUser, AppUser.id == PendingSignIn.user_id)
        .where(
            PendingSignIn.token_hash == hash_session_token(token),
            PendingSignIn.ends_at > now(),
            AppUser.disabled_at.is_(None),
            is_same_key,
        )
    )
    row = db.session.execute(statement).first()
    return None if row is None else (row[0], row[1])


def _build_secret_purpose(user_id: int) -> str:
    """Return what a user's secret is encrypted for: it is worth nothing in another user's row."""
    return f"second factor of user {user_id}"


def encrypt_secret(secret: str, user_id: int) -> str:
    """Return a user's secret as it is stored."""
    return encrypt_text(secret, _build_secret_purpose(user_id))


def encrypt_pending_secret(secret: str, user_id: int, moment: datetime) -> str:
    """Return a secret that is being set up since `moment`, as it is stored."""
    return encrypt_secret(f"{secret} {int(moment.timestamp())}", user_id)


def read_pending_secret(stored: str | None, user_id: int, moment: datetime) -> str | None:
    """Return the secret that is being set up; None where there is none, or SETUP_TIME is over."""
    secret, _, began = (read_secret(stored, user_id) or "").partition(" ")
    if not began.isdecimal() or int(began) < (moment - SETUP_TIME).timestamp():
        return None
    return secret


def read_secret(stored: str | None, user_id: int) -> str | None:
    """Return a stored secret; None where there is none, or SECRET_KEY has changed since."""
    if stored is None:
        return None
    try:
        return decrypt_text(stored, _build_secret_purpose(user_id))
    except CannotDecrypt:
        return None


def must_set_up_second_factor(user: AppUser) -> bool:
    """Whether the organisation wants the user to have a second factor, and there is none."""
    rule = organisation.get_organisation().second_factor_for
    if user.has_second_factor or rule == SecondFactorRule.NOBODY:
        return False
    return rule == SecondFactorRule.EVERYONE or user.is_admin
