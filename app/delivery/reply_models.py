"""What people answered to each blast."""

from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import bool_default_false, enum_column, timestamp
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy


class ReplyAnswer(StrEnum):
    """What somebody answered to a blast; `other` is every text that is neither yes nor no."""

    YES = "yes"
    NO = "no"
    OTHER = "other"


class StopKind(StrEnum):
    """What somebody stopped instead of answering; the values are columns of blast_replies."""

    ALL_TEXTS = "is_opt_out"
    TOPIC = "is_topic_left"
    PAUSE = "is_pause"


class BlastReply(Model):
    """What one person answered to one text of a blast, one row however often they wrote.

    A text belongs to the newest blast to that number, sent within the 72 hours before it. Stored
    in the transaction that takes the text in, so that a blast of 100,000 is counted along one
    index.
    """

    __tablename__ = "blast_replies"
    __column_classes__ = ColumnClasses(others=PERSONAL, sensitive="answer")
    __held_as__ = HeldAs("Answers to blasts", "blast_message_id", HeldBy.PARENT)
    __table_args__ = (
        CheckConstraint("is_topic_left IN (0, 1)", name="is_topic_left"),
        CheckConstraint("is_pause IN (0, 1)", name="is_pause"),
        Index(
            "ix_blast_replies_log",
            "message_log_id",
            "answer",
            "is_opt_out",
            "is_topic_left",
            "is_pause",
        ),
        Index("ix_blast_replies_reply_id", "reply_id"),
    )

    # the text of the blast; no number is here, so an erasure has nothing to erase
    blast_message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_log_id: Mapped[int] = mapped_column(ForeignKey("message_logs.id", ondelete="CASCADE"))
    # the newest text of theirs
    reply_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    # the last yes or no counts; null: they wrote nothing but STOP, STOP CHOIR or PAUSE
    answer: Mapped[ReplyAnswer | None] = mapped_column(enum_column(ReplyAnswer))
    is_opt_out: Mapped[bool_default_false]
    is_topic_left: Mapped[bool_default_false]
    is_pause: Mapped[bool_default_false]
    replied_at: Mapped[timestamp]


blast_replies = cast("Table", BlastReply.__table__)
