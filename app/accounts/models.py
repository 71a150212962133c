"""Tables of users, their sessions and failed logins."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, Dialect, Enum, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.password_hashes import hash_password, verify_password
from app.accounts.permission_set_models import PermissionSet
from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    build_e164_check,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.core.held_data import HeldAs
from app.domain.accounts.permissions import Permission, list_role_permissions
from app.domain.accounts.roles import Role
from app.domain.texts.text_cleaning import capitalize_first

# Wrong passwords are counted, and what they lock is locked, for as long.
LOCKOUT_WINDOW = timedelta(minutes=15)


def hash_session_token(token: str) -> str:
    """Return the hash under which a token is stored. It is random, so it needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class RoleColumnType(Enum):
    """Column type of a role. A stored word that is no role reads as None, which permits nothing."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        convert: Callable[[Any], Any] = super().result_processor(dialect, coltype)

        def convert_or_none(value: Any) -> Any:
            try:
                return convert(value)
            except LookupError:
                return None

        return convert_or_none


def _build_role_column_type() -> RoleColumnType:
    return RoleColumnType(
        Role,
        native_enum=False,
        create_constraint=True,
        length=30,
        name="role",
        values_callable=lambda members: [member.value for member in members],
    )


class AppUser(UserMixin, Model):
    """A person who may sign in. A new `session_key` ends every session of this user."""

    __tablename__ = "users"
    __column_classes__ = ColumnClasses(
        administrative="theme member_columns",
        personal="username phone pending_phone display_name email",
        secret="password_hash session_key phone_code_hash totp_secret pending_totp_secret",
    )
    __held_as__ = HeldAs("Signs in here, and has this phone", "phone pending_phone")
    __table_args__ = (
        CheckConstraint(build_e164_check("phone"), name="phone_is_e164"),
        CheckConstraint(build_e164_check("pending_phone"), name="pending_phone_is_e164"),
        Index("ix_users_email", "email", unique=True),
        # The audit names users by id: the id of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

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
    # where tests go: the user showed by a code that it is theirs
    phone: Mapped[str | None] = mapped_column(String(20))
    # the number that is being verified, with the hash of the code that was texted to it
    pending_phone: Mapped[str | None] = mapped_column(String(20))
    phone_code_hash: Mapped[str | None] = mapped_column(String(64))
    phone_code_ends_at: Mapped[timestamp | None]
    phone_code_tries: Mapped[int_default_zero]
    # how pages call them; null: by their user name
    display_name: Mapped[str | None] = mapped_column(String(80))
    # True: Home shows the first steps no more
    hides_first_steps: Mapped[bool_default_false]
    # keys of the columns of the community's list with spaces between; null: the usual ones
    member_columns: Mapped[str | None] = mapped_column(Text)
    # where links and notices go; null: none
    email: Mapped[str | None] = mapped_column(String(254, collation="NOCASE"))
    # null: nobody has shown yet, by a link in a mail, that the address is theirs
    email_verified_at: Mapped[timestamp | None]
    # null: may sign in. Disabling keeps all that the user did, and ends every session
    disabled_at: Mapped[timestamp | None]
    # the last use of any session, to the minute; their rows go when they end
    last_seen_at: Mapped[timestamp | None]
    # null: what the role permits. A set that somebody has is not deleted: they would gain rights
    permission_set_id: Mapped[int | None] = mapped_column(
        ForeignKey("permission_sets.id", ondelete="RESTRICT"), index=True
    )
    permission_set: Mapped[PermissionSet | None] = relationship()
    # of the authenticator app, encrypted; null: no second factor
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    # is being set up: it counts once a code of it was entered
    pending_totp_secret: Mapped[str | None] = mapped_column(String(200))
    # of the last code that was accepted: none counts twice
    totp_last_step: Mapped[int | None]
    # when an admin removed the second factor; the user is told at the next sign-in
    factor_removed_at: Mapped[timestamp | None]
    # the last sign-in, and how many wrong passwords and codes came for the name since
    signed_in_at: Mapped[timestamp | None]
    wrong_tries: Mapped[int_default_zero]

    def set_password(self, password: str) -> None:
        """Store a hash of the password. Takes about 0.3 s: never call it inside write()."""
        self.password_hash = hash_password(password)

    def check_password(self, password: str) -> bool:
        """Whether this is the user's password. Takes about 0.3 s."""
        return verify_password(self.password_hash, password)

    @property
    def is_admin(self) -> bool:
        """Whether the user has every permission."""
        return self.role == Role.ADMIN

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the user may do: everything as an admin, what the set says, else what the role does.

        A word that is no role permits nothing, whatever the set says.
        """
        if self.role is Role.SOCIAL_MANAGER and self.permission_set is not None:
            return self.permission_set.allowed
        return list_role_permissions(self.role)

    def may(self, permission: Permission) -> bool:
        """Whether the user has a permission now."""
        return permission in self.permissions

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a code, too."""
        return self.totp_secret is not None

    @property
    def shown_name(self) -> str:
        """The name by which pages call the user: "Ada" for the user name "ada"."""
        return self.display_name or capitalize_first(self.username)

    def get_id(self) -> str:
        """Return the beginning of a cookie's "user id:token"; alone it opens nothing."""
        return f"{self.id}:"


class LoginSession(Model):
    """One sign-in of a user on one device, until it ends.

    The cookie holds a random token, the row only its hash: whoever reads the database cannot
    sign in with it. A row counts only while `session_key` is the user's. `previous_hash` is the
    token before a remembered session was used again; it counts until `previous_until`.
    """

    __tablename__ = "sessions"
    __column_classes__ = ColumnClasses(
        personal="device client_ip",
        sensitive="flashes",
        secret="token_hash previous_hash session_key",
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    previous_until: Mapped[timestamp | None]
    session_key: Mapped[str] = mapped_column(String(32))
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")
    client_ip: Mapped[str] = mapped_column(String(45), default="", server_default="")
    remembered: Mapped[bool_default_false]
    created_at: Mapped[timestamp_default_now]
    seen_at: Mapped[timestamp_default_now]
    ends_at: Mapped[timestamp]
    # when the password was last entered in it; null: it was opened by a remembered cookie since
    confirmed_at: Mapped[timestamp | None]
    # True: the user had not signed in on this device before
    is_new_device: Mapped[bool_default_false]
    # True: the proxy in front said who it is, and must go on saying so
    by_proxy: Mapped[bool_default_false]
    # what the next page says, as JSON; null: nothing
    flashes: Mapped[str | None] = mapped_column(Text)


class LoginAttempt(Model):
    """Tries to sign in, counted for a network address, a user name, a device or a session."""

    __tablename__ = "login_attempts"
    __column_classes__ = ColumnClasses(personal="client_ip")
    __table_args__ = (Index("ix_login_attempts_client_ip", "client_ip", unique=True),)

    id: Mapped[primary_key]
    client_ip: Mapped[str] = mapped_column(String(45))
    attempt_count: Mapped[int] = mapped_column(default=1, server_default="1")
    first_attempt_at: Mapped[timestamp_default_now]
    locked_until: Mapped[timestamp | None]


class SenderLimit(Model):
    """Above which size the blasts of one user wait for approval. Without a row: never.

    Null: no such limit. Zero people: every blast waits.
    """

    __tablename__ = "sender_limits"
    __column_classes__ = ColumnClasses()
    __table_args__ = (
        CheckConstraint(
            "max_people IS NOT NULL OR max_money_a_day IS NOT NULL", name="limits_something"
        ),
        CheckConstraint(
            "max_people >= 0 AND CAST(max_money_a_day AS REAL) >= 0", name="not_negative"
        ),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    # of one blast
    max_people: Mapped[int | None]
    # of all blasts of one day on the organisation's calendar, in its currency
    max_money_a_day: Mapped[Decimal | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]


add_updated_at_trigger(SenderLimit, "max_people", "max_money_a_day")
