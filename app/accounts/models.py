"""Users, wrong tries, and the addresses for the very first start."""

from flask_login import UserMixin
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash

from app.domain.permission import Role
from app.kit.columns import flag, key, moment, stamp, words
from app.kit.db import Model


class AppUser(UserMixin, Model):
    """Somebody who signs in. `session_key` is in every session of theirs: a new one ends them all."""

    __tablename__ = "users"

    id: Mapped[key]
    username: Mapped[str] = mapped_column(String(80, collation="NOCASE"), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(words(Role), default=Role.ADMIN, server_default=Role.ADMIN)
    must_change_password: Mapped[flag]
    session_key: Mapped[str] = mapped_column(String(32), server_default="")
    theme: Mapped[str] = mapped_column(String(5), default="", server_default="")
    created_at: Mapped[stamp]

    def set_password(self, password: str) -> None:
        """Keep a slow hash (scrypt) of `password`. Takes ~0.15 s: never call it inside write()."""
        self.password_hash = generate_password_hash(password)

    def check_password(self, password: str) -> bool:
        """True for the right password. Takes ~0.15 s; a damaged hash is simply wrong."""
        try:
            return check_password_hash(self.password_hash, password)
        except (ValueError, AttributeError, TypeError):
            return False

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
    """Wrong tries from one address (or, under "account:…", for one user name), shared by all workers."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_client_ip", "client_ip", unique=True),)

    id: Mapped[key]
    client_ip: Mapped[str] = mapped_column(String(45))
    attempt_count: Mapped[int] = mapped_column(default=1, server_default="1")
    first_attempt_at: Mapped[stamp]
    locked_until: Mapped[moment | None]


class SetupToken(Model):
    """The hash of a one-time address printed at a start while there was no user."""

    __tablename__ = "setup_tokens"

    id: Mapped[key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[stamp]
