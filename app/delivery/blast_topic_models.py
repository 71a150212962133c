"""Which groups a blast was released to: whoever leaves one of them gets nothing more of it."""

from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import bool_default_false
from app.core.db import Model


class BlastTopic(Model):
    """One group that a blast is about; stored when it is released.

    `is_only`: it reaches nobody in another way, so whoever left the group has left the blast. Else
    only those are meant who left the group after the release: the release itself has judged how
    everybody else is reached.
    """

    __tablename__ = "blast_topics"
    __column_classes__ = ColumnClasses()
    __table_args__ = (
        CheckConstraint("is_only IN (0, 1)", name="is_only"),
        Index("ix_blast_topics_group_id", "group_id"),
    )

    message_log_id: Mapped[int] = mapped_column(
        ForeignKey("message_logs.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True
    )
    is_only: Mapped[bool_default_false]


blast_topics = cast("Table", BlastTopic.__table__)
