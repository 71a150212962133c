"""What an admin should know who is not looking at the pages."""

from typing import cast

from sqlalchemy import ForeignKey, Index, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import int_default_zero, primary_key, timestamp, timestamp_default_now
from app.core.db import Model
from app.domain.delivery.alert_messages import AlertEvent


class Alert(Model):
    """Something that a person should know who is not at the screen; `event` is an AlertEvent.

    Stored in the transaction that pauses the blast, lets it expire, or sets a row aside.
    """

    __tablename__ = "alerts"
    __column_classes__ = ColumnClasses(administrative="words event")
    __table_args__ = (
        Index("ix_alerts_message_log_id", "message_log_id"),
        Index(
            "ix_alerts_next_try_at",
            "next_try_at",
            sqlite_where=text("next_try_at IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    created_at: Mapped[timestamp_default_now]
    message_log_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_logs.id", ondelete="SET NULL")
    )
    code: Mapped[int | None]
    words: Mapped[str] = mapped_column(String(300))
    # null: posted, given up, or nowhere to post to
    next_try_at: Mapped[timestamp | None]
    tries: Mapped[int_default_zero]
    told_at: Mapped[timestamp | None]
    event: Mapped[str] = mapped_column(
        String(30), default=AlertEvent.BLAST_PAUSED, server_default=AlertEvent.BLAST_PAUSED.value
    )


alerts = cast("Table", Alert.__table__)
