"""Users, wrong tries, and the addresses for the very first start."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any

from flask_login import UserMixin
from sqlalchemy import Dialect, Enum, Index, String
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash

from app.core.column_types import (
    bool_default_false,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.domain.accounts.roles import Role

# A hash needs 32 MB: whoever tries many passwords at once waits, and the box keeps its memory.
HASHING_SLOTS = BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """A slow hash (scrypt) of `password`, to be kept.

    Takes ~0.15 s: never call it inside write().
    """
    with HASHING_SLOTS:
        return generate_password_hash(password)


def verify_password(kept: str, password: str) -> bool:
    """Whether `password` is what this hash was made of. As slow. A damaged hash is simply wrong."""
    with HASHING_SLOTS:
        try:
            return check_password_hash(kept, password)
        except (ValueError, AttributeError, TypeError):
            return False


class RoleColumnType(Enum):
    """A role's column.

    A word that is no role (put there by hand) reads as None, which opens no door.
    """

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        read: Callable[[Any], Any] = super().result_processor(dialect, coltype)

        def read_or_none(value: Any) -> Any:
            try:
                return read(value)
            except LookupError:
                return None

        return read_or_none


def _build_role_column_type() -> RoleColumnType:
    return RoleColumnType(
        Role,
        native_enum=False,
        create_constraint=True,
        length=20,
        name="role",
        values_callable=lambda members: [member.value for member in members],
    )


class AppUser(UserMixin, Model):
    """Somebody who signs in.

    `session_key` is in every session of theirs: a new one ends them all.
    """

    __tablename__ = "users"

    id: Mapped[primary_key]
    username: Mapped[str] = mapped_column(String(80, collation="NOCASE"), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(
        _build_role_column_type(), default=Role.ADMIN, server_default=Role.ADMIN
    )
    must_change_password: Mapped[bool_default_false]
    session_key: Mapped[str] = mapped_column(String(32), server_default="")
    theme: Mapped[str] = mapped_column(String(5), default="", server_default="")
    created_at: Mapped[timestamp_default_now]

    def set_password(self, password: str) -> None:
        """Keep a hash of `password`. Slow: never call it inside write()."""
        self.password_hash = hash_password(password)

    def check_password(self, password: str) -> bool:
        """True for the right password. Takes ~0.15 s; a damaged hash is simply wrong."""
        return verify_password(self.password_hash, password)

    @property
    def is_admin(self) -> bool:
        """May do everything."""
        return self.role == Role.ADMIN

    @property
    def is_social_manager(self) -> bool:
        """May write, send and read."""
        return self.role == Role.SOCIAL_MANAGER

    def get_id(self) -> str:
        """What the session cookie carries: a changed password makes old cookies worthless."""
        return f"{self.id}:{self.session_key}"


class LoginAttempt(Model):
    """Wrong tries from one address (or, under "account:…", for one user name), shared by all
    workers.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_client_ip", "client_ip", unique=True),)

    id: Mapped[primary_key]
    client_ip: Mapped[str] = mapped_column(String(45))
    attempt_count: Mapped[int] = mapped_column(default=1, server_default="1")
    first_attempt_at: Mapped[timestamp_default_now]
    locked_until: Mapped[timestamp | None]


class SetupToken(Model):
    """The hash of a one-time address printed at a start while there was no user."""

    __tablename__ = "setup_tokens"

    id: Mapped[primary_key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[timestamp_default_now]
