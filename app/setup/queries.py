"""Who may open the setup page."""

import hashlib

from sqlalchemy import exists, select

from app.accounts.models import SetupToken
from app.core.db import db


def hash_setup_token(token: str) -> str:
    """What is kept of a token. It is long and random, so a quick hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_setup_token_valid(token: str) -> bool:
    """Whether this token was printed by a start of this installation."""
    return bool(
        db.session.scalar(select(exists().where(SetupToken.token_hash == hash_setup_token(token))))
    )
