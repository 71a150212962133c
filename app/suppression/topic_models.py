"""Who left which topic: a group whose texts they do not want, while they get all others."""

from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import (
    build_e164_check,
    e164,
    enum_column,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model


class TopicLeaveSource(StrEnum):
    """How we know that somebody left a topic: their text, a user's note, or a file."""

    INBOUND = "inbound"
    MANUAL = "manual"
    IMPORT = "import"


class UnsubscribedTopic(Model):
    """One person who left one topic. `until` is null while they get no texts of it."""

    __tablename__ = "unsubscribed_topics"
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        # Only rows that hold: whether there is any is asked once for each list of people.
        Index(
            "uq_unsubscribed_topics_open",
            "group_id",
            "phone",
            unique=True,
            sqlite_where=text("until IS NULL"),
        ),
        Index("ix_unsubscribed_topics_phone", "phone", "group_id", "until"),
        Index("ix_unsubscribed_topics_group_id", "group_id"),
    )

    id: Mapped[primary_key]
    phone: Mapped[e164]
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    since: Mapped[timestamp_default_now]
    until: Mapped[timestamp | None]
    source: Mapped[TopicLeaveSource] = mapped_column(
        enum_column(TopicLeaveSource, name="source"),
        default=TopicLeaveSource.INBOUND,
        server_default=TopicLeaveSource.INBOUND,
    )


unsubscribed_topics = cast("Table", UnsubscribedTopic.__table__)
