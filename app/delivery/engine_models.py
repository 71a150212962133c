"""What the engine keeps: its attempts to hand over texts, its lease, what holds a sender back."""

from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import int_default_zero, primary_key, timestamp, timestamp_default_now
from app.core.db import Model
from app.delivery.models import CARRIER_CHECK_SQL


class Attempt(Model):
    """One attempt to hand a message to the carrier; `n` counts from 1.

    `ref` stands in the path of the status callback: a receipt is recognised even when the answer
    that would have brought `provider_sid` was lost. `outcome` is null while the request is out.
    """

    __tablename__ = "attempts"
    __column_classes__ = ColumnClasses(administrative="ref provider_sid outcome why")
    __table_args__ = (
        Index("ix_attempts_message_id", "message_id", "n", unique=True),
        CheckConstraint("length(ref) = 32", name="ref_is_32_hex"),
        CheckConstraint(
            "outcome IN ('accepted', 'refused', 'unprocessed', 'ambiguous', 'lost')",
            name="outcome",
        ),
    )

    id: Mapped[primary_key]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    n: Mapped[int]
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    provider_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    started_at: Mapped[timestamp_default_now]
    ended_at: Mapped[timestamp | None]
    http_status: Mapped[int | None]
    code: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    why: Mapped[str | None] = mapped_column(String(200))


class Lease(Model):
    """Which process leads. Acquiring it adds 1 to `epoch`, each renewal 1 to `beat`."""

    __tablename__ = "leases"
    __column_classes__ = ColumnClasses(administrative="name holder carrier")

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32), server_default="")
    epoch: Mapped[int_default_zero]
    beat: Mapped[int_default_zero]
    beat_at: Mapped[timestamp | None]
    carrier: Mapped[str | None] = mapped_column(String(10))


class SenderHealth(Model):
    """What slows a sender down or holds it back, stored so that a restart does not forget it.

    `share`: of its rate at `slowed_at`; it doubles every few seconds without a refusal, and from
    near `limit_share`, where it was refused again before, it grows slowly. After `hold_until` one
    message goes to try.
    """

    __tablename__ = "sender_health"
    __column_classes__ = ColumnClasses(administrative="sender carrier hold_words")
    __table_args__ = (CheckConstraint(CARRIER_CHECK_SQL, name="carrier"),)

    sender: Mapped[str] = mapped_column(String(40), primary_key=True)
    carrier: Mapped[str] = mapped_column(String(10), primary_key=True)
    share: Mapped[float] = mapped_column(default=1.0, server_default="1.0")
    slowed_at: Mapped[timestamp | None]
    hold_until: Mapped[timestamp | None]
    hold_code: Mapped[int | None]
    hold_words: Mapped[str | None] = mapped_column(String(300))
    limit_share: Mapped[float | None]


attempts = cast("Table", Attempt.__table__)
sender_health = cast("Table", SenderHealth.__table__)
