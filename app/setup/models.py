"""The table of setup tokens."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import primary_key, timestamp_default_now
from app.core.db import Model


class SetupToken(Model):
    """The hash of the token in a setup URL that a start printed while there was no user."""

    __tablename__ = "setup_tokens"
    __column_classes__ = ColumnClasses(secret="token_hash")

    id: Mapped[primary_key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[timestamp_default_now]
