"""The two lists of numbers that get no texts."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.columns import changed, e164, key, phone_is_e164, stamp, words
from app.kit.db import Model

# Sources of an opt-out that the code asks about; others are import, community and event:<id>.
MANUAL, INBOUND, CARRIER = "manual", "inbound", "message_failure"


class SuppressionCategory(StrEnum):
    """Why a number cannot be delivered to. A soft failure is temporary and suppresses nobody."""

    OPT_OUT = "opt_out"
    HARD_FAIL = "hard_fail"
    SOFT_FAIL = "soft_fail"


class UnsubscribedContact(Model):
    """A person who opted out. `source`: manual, import, community, event:<id>, message_failure or inbound."""

    __tablename__ = "unsubscribed_contacts"
    __table_args__ = (
        CheckConstraint(phone_is_e164(), name="phone_is_e164"),
        Index("ix_unsubscribed_contacts_created_at", "created_at"),
    )

    id: Mapped[key]
    name: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[e164] = mapped_column(unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(50), default="manual", server_default="manual")
    created_at: Mapped[stamp]


class SuppressedContact(Model):
    """A number that cannot be delivered to. One row a number; what happened is in `messages`."""

    __tablename__ = "suppressed_contacts"
    __table_args__ = (
        CheckConstraint(phone_is_e164(), name="phone_is_e164"),
        Index("ix_suppressed_contacts_created_at", "created_at"),
        Index("ix_suppressed_contacts_source_message_log_id", "source_message_log_id"),
    )

    id: Mapped[key]
    phone: Mapped[e164] = mapped_column(unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    category: Mapped[SuppressionCategory] = mapped_column(words(SuppressionCategory))
    source: Mapped[str | None] = mapped_column(String(50))
    source_type: Mapped[str | None] = mapped_column(String(50))
    source_message_log_id: Mapped[int | None] = mapped_column(ForeignKey("message_logs.id", ondelete="SET NULL"))
    created_at: Mapped[stamp]
    updated_at: Mapped[changed]
