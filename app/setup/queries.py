"""Checks the tokens of the setup page."""

import hashlib
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, select

from app.core.clock import now
from app.core.db import db
from app.demo_year.beginnings import find_demo_admin as find_demo_admin
from app.setup.models import SetupToken

DEMO_TOKEN_LIFETIME = timedelta(days=1)


def hash_setup_token(token: str) -> str:
    """Return the hash of a token as it is stored."""
    # Not scrypt: a token is long and random, so guessing it is hopeless with a fast hash as well.
    return hashlib.sha256(token.encode()).hexdigest()


def match_demo_token(token: str) -> ColumnElement[bool]:
    """Return the condition for the row of a token that may open the demo.

    A link from an old log opens nothing: people may have imported their own list since.
    """
    is_token = SetupToken.token_hash == hash_setup_token(token)
    return and_(is_token, SetupToken.created_at > now() - DEMO_TOKEN_LIFETIME)


def is_demo_token_valid(token: str) -> bool:
    """Whether the latest start has printed this token for the demo, within a day."""
    return bool(db.session.scalar(select(exists().where(match_demo_token(token)))))


def is_setup_token_valid(token: str) -> bool:
    """Whether a start of this installation has printed this token."""
    has_token = exists().where(SetupToken.token_hash == hash_setup_token(token))
    return bool(db.session.scalar(select(has_token)))
