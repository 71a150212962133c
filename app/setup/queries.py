"""Checks the tokens of the setup page."""

import hashlib

from sqlalchemy import exists, select

from app.core.db import db
from app.demo_year.beginnings import find_demo_admin as find_demo_admin
from app.setup.models import SetupToken


def hash_setup_token(token: str) -> str:
    """Return the hash of a token as it is stored."""
    # Not scrypt: a token is long and random, so guessing it is hopeless with a fast hash as well.
    return hashlib.sha256(token.encode()).hexdigest()


def is_setup_token_valid(token: str) -> bool:
    """Whether a start of this installation has printed this token."""
    has_token = exists().where(SetupToken.token_hash == hash_setup_token(token))
    return bool(db.session.scalar(select(has_token)))
