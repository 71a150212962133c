"""Blasts that are being written: what was typed, kept until it is sent or deleted."""

import json

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    long_text,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model

# (name, value) of a form, a name as often as it was sent.
TypedFields = list[tuple[str, str]]


class StoredDraft(Model):
    """A blast that is being written, or the changes of a scheduled one.

    Sending it deletes the row: the blast that it became has the same `client_token`.
    """

    __tablename__ = "blast_drafts"
    __column_classes__ = ColumnClasses(
        administrative="client_token created_by audience updated_by",
        personal="fields",
    )
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        Index("ix_blast_drafts_created_by_id", "created_by_id"),
    )

    id: Mapped[primary_key]
    # the one-time key of the form: whatever sends it a second time leads to the first blast
    client_token: Mapped[str] = mapped_column(String(64), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_by: Mapped[str] = mapped_column(String(80))
    # the form as it was typed, errors included: JSON of [name, value] pairs
    fields: Mapped[long_text]
    # whom it is for, in the words of its last change
    audience: Mapped[str] = mapped_column(String(300), default="", server_default="")
    # counts the changes: a form that was opened before the last one overwrites nothing
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp]
    # the scheduled blast whose changes these are; null for a new blast
    scheduled_id: Mapped[int | None] = mapped_column(
        ForeignKey("scheduled_messages.id", ondelete="SET NULL"), unique=True
    )

    @property
    def typed_fields(self) -> TypedFields:
        """What was typed, as the form sent it."""
        return [(name, value) for name, value in json.loads(self.fields)]
