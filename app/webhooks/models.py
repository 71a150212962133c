"""What the carrier told us, once each."""

from typing import cast

from sqlalchemy import ForeignKey, Index, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import primary_key, timestamp, timestamp_default_now
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy


class WebhookEvent(Model):
    """One call of the carrier.

    `dedupe_key`: in:<sid> or st:<sid>:<status>, with :<code> if there is one; a repeat changes
    nothing. Kept 30 days.
    """

    __tablename__ = "webhook_events"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="dedupe_key kind provider_sid ref verdict",
        sensitive="payload error",
    )
    __held_as__ = HeldAs("Reports of the carrier about their texts", "message_id", HeldBy.PARENT)
    __table_args__ = (
        Index("ix_webhook_events_received_at", "received_at"),
        Index("ix_webhook_events_message_id", "message_id"),
        Index(
            "ix_webhook_events_waits",
            "id",
            sqlite_where=text("verdict = 'return_waits'"),
        ),
    )

    id: Mapped[primary_key]
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    provider_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    ref: Mapped[str | None] = mapped_column(String(32))
    payload: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    received_at: Mapped[timestamp_default_now]
    processed_at: Mapped[timestamp | None]


webhook_events = cast("Table", WebhookEvent.__table__)
