"""Tables of recovery codes, and of sign-ins that wait for a code."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    bool_default_false,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model


class RecoveryCode(Model):
    """A code that replaces an authenticator app once. Using it deletes the row."""

    __tablename__ = "recovery_codes"
    __column_classes__ = ColumnClasses(secret="code_hash")

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[timestamp_default_now]


class PendingSignIn(Model):
    """A sign-in whose password was right, until the code is entered; it opens no page.

    The cookie holds a random token, the row only its hash. It counts only while `session_key` is
    the user's.
    """

    __tablename__ = "pending_sign_ins"
    __column_classes__ = ColumnClasses(secret="token_hash session_key")

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    session_key: Mapped[str] = mapped_column(String(32))
    remembered: Mapped[bool_default_false]
    created_at: Mapped[timestamp_default_now]
    ends_at: Mapped[timestamp]
