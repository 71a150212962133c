"""How long each kind of data is kept."""

from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import enum_column, int_default_zero, timestamp
from app.core.db import Model


class RetentionKind(StrEnum):
    """What a rule is about."""

    TEXT_WORDS = "text_words"
    ARCHIVE = "archive"
    CARRIER_CALLS = "carrier_calls"
    AUDIT = "audit"
    SIGN_INS = "sign_ins"
    DRAFTS = "drafts"
    PRACTICE_TEXTS = "practice_texts"
    NOTICES = "notices"
    BACKUPS = "backups"


class RetentionRule(Model):
    """How long one kind is kept. Without a row: as long as before there were rules."""

    __tablename__ = "retention_rules"
    __column_classes__ = ColumnClasses()
    __table_args__ = (CheckConstraint("days >= 1", name="days"),)

    kind: Mapped[RetentionKind] = mapped_column(
        enum_column(RetentionKind, name="kind"), primary_key=True
    )
    # null: for ever
    days: Mapped[int | None]
    # when what is older was last removed, and how many rows that were
    ran_at: Mapped[timestamp | None]
    removed_count: Mapped[int_default_zero]
