"""The sandbox's tables: how phones behave, and texts with the callbacks that are due."""

from enum import StrEnum

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    enum_column,
    int_default_zero,
    long_text,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs


class PhoneBehaviour(StrEnum):
    """How a sandbox phone behaves."""

    WORKING = "working"
    REFUSED = "refused"
    LANDLINE = "landline"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    NO_RECEIPT = "no_receipt"


class SandboxPhone(Model):
    """A sandbox phone whose behaviour was changed. Phones without a row are working."""

    __tablename__ = "sandbox_phones"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone")
    __held_as__ = HeldAs("Practice phone")

    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    mood: Mapped[PhoneBehaviour] = mapped_column(
        enum_column(PhoneBehaviour, name="mood"), default=PhoneBehaviour.WORKING
    )
    updated_at: Mapped[timestamp_default_now]


class SandboxMessage(Model):
    """A text in the sandbox's network.

    `next_status` is posted to the app's webhook when `next_at` has come; `posts` counts how
    often that was tried.
    """

    __tablename__ = "sandbox_messages"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="sid sender status status_callback next_status",
        personal="phone",
        sensitive="body",
    )
    __held_as__ = HeldAs("Texts on a practice phone")
    __table_args__ = (
        Index("ix_sandbox_messages_phone", "phone", "id"),
        Index(
            "ix_sandbox_messages_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    sid: Mapped[str] = mapped_column(String(34), unique=True)
    from_phone: Mapped[bool] = mapped_column(default=False, server_default="0")
    phone: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(40))
    body: Mapped[long_text]
    segments: Mapped[int] = mapped_column(default=1, server_default="1")
    status: Mapped[str] = mapped_column(String(20))
    error_code: Mapped[int | None]
    status_callback: Mapped[str | None] = mapped_column(Text)
    next_status: Mapped[str | None] = mapped_column(String(20))
    next_at: Mapped[timestamp | None]
    posts: Mapped[int_default_zero]
    created_at: Mapped[timestamp_default_now]
