"""Gives users a second factor without the pages, and computes the codes of their app."""

import pyotp

from app.accounts.actions import second_factors
from app.accounts.models import AppUser
from app.accounts.second_factor_queries import encrypt_secret
from app.core.clock import now
from app.core.db import db, write
from app.domain.accounts.one_time_codes import STEP_SECONDS, build_recovery_codes

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_second_factor(app, username="ada"):
    """Let this user have SECRET as second factor; return the recovery codes."""
    codes = build_recovery_codes()
    with app.app_context():
        user_id = db.session.scalar(db.select(AppUser.id).where(AppUser.username == username))
        encrypted = encrypt_secret(SECRET, user_id)
        with write():
            second_factors.begin_setup(user_id, encrypted)
            second_factors.finish_setup(user_id, encrypted, encrypted, 0, codes)
    return codes


def build_code(steps=0, secret=SECRET):
    """Return the code that the app shows now, or so many half minutes later."""
    return pyotp.TOTP(secret).at(now().timestamp() + steps * STEP_SECONDS)
