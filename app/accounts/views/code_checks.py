"""Checks a typed code: of the authenticator app, or a recovery code."""

from app.accounts.actions.second_factors import use_recovery_code, use_step
from app.accounts.models import AppUser
from app.accounts.second_factor_queries import read_secret
from app.core.clock import now
from app.core.db import write
from app.domain.accounts.one_time_codes import find_matching_step, is_recovery_code_shape

APP_CODE, RECOVERY_CODE = "code", "recovery code"


def is_secret_lost(user: AppUser) -> bool:
    """Whether the user's secret cannot be read: SECRET_KEY was changed without the old one."""
    return user.has_second_factor and read_secret(user.totp_secret, user.id) is None


def accept_code(user: AppUser, typed: str) -> str:
    """Use up a typed code; return APP_CODE or RECOVERY_CODE, or "" when it is wrong.

    A code counts once, also of two requests at the same time.
    """
    user_id = user.id
    if is_recovery_code_shape(typed):
        with write():
            return RECOVERY_CODE if use_recovery_code(user_id, typed) else ""
    secret = read_secret(user.totp_secret, user_id)
    step = find_matching_step(secret, typed, now()) if secret else None
    if step is None:
        return ""
    with write():
        return APP_CODE if use_step(user_id, step) else ""
