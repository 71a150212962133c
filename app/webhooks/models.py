"""What the carrier told us, once each, and what we refused to hear."""

from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import (
    enum_column,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model


class WebhookEvent(Model):
    """One call of the carrier.

    `dedupe_key`: in:<sid> or st:<sid>:<status>; a repeat changes nothing. Kept 30 days.
    """

    __tablename__ = "webhook_events"
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


class RefusalKind(StrEnum):
    """Why a call of the carrier was refused.

    `address`: its signature fits another address than ours; `signature`: it fits none; `account`:
    another account signed it.
    """

    ADDRESS = "address"
    SIGNATURE = "signature"
    ACCOUNT = "account"


class RefusedCalls(Model):
    """The calls that were refused since the last one that was taken; a row a carrier.

    `expected_url`: the address we check signatures against; `called_url`: the one the last call
    came to; `fitting_url`: the base address that its signature fits. `told_at`: when an admin was
    told.
    """

    __tablename__ = "refused_calls"
    __table_args__ = (CheckConstraint("carrier IN ('sandbox', 'twilio')", name="carrier"),)

    carrier: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int_default_zero]
    first_at: Mapped[timestamp]
    last_at: Mapped[timestamp]
    kind: Mapped[RefusalKind] = mapped_column(enum_column(RefusalKind))
    expected_url: Mapped[str] = mapped_column(String(300))
    called_url: Mapped[str] = mapped_column(String(300))
    fitting_url: Mapped[str | None] = mapped_column(String(300))
    told_at: Mapped[timestamp | None]


refused_calls = cast("Table", RefusedCalls.__table__)
