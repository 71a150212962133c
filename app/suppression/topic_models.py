"""Who left which topic: a group whose texts they do not want, while they get all others."""

from enum import StrEnum
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    build_e164_check,
    e164,
    enum_column,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs

# Folding may lengthen a name of 80 characters: "ß" is "ss".
MAX_FOLDED_NAME_LENGTH = 160


class TopicLeaveSource(StrEnum):
    """How we know that somebody left a topic: their text, a user's note, or a file."""

    INBOUND = "inbound"
    MANUAL = "manual"
    IMPORT = "import"


class UnsubscribedTopic(Model):
    """One person who left one topic. `until` is null while they get no texts of it."""

    __tablename__ = "unsubscribed_topics"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone")
    __held_as__ = HeldAs("Topics they left")
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


class DeletedTopicLeave(Model):
    """One person who had left a topic when it was deleted.

    A new group of that name is left from the beginning by whoever had left the old one.
    """

    __tablename__ = "deleted_topic_leaves"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone folded_name")
    __held_as__ = HeldAs("Topics left that were deleted since")
    __table_args__ = (
        UniqueConstraint("folded_name", "phone"),
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        Index("ix_deleted_topic_leaves_phone", "phone"),
    )

    id: Mapped[primary_key]
    # as groups.folded_name
    folded_name: Mapped[str] = mapped_column(String(MAX_FOLDED_NAME_LENGTH))
    phone: Mapped[e164]
    since: Mapped[timestamp_default_now]
    source: Mapped[TopicLeaveSource] = mapped_column(
        enum_column(TopicLeaveSource, name="source"),
        default=TopicLeaveSource.INBOUND,
        server_default=TopicLeaveSource.INBOUND,
    )


class ErasedTopicLeave(Model):
    """A topic that a person had left when they were erased. Only a hash says who they were."""

    __tablename__ = "erased_topic_leaves"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone_hash folded_name")
    __table_args__ = (UniqueConstraint("phone_hash", "folded_name"),)

    id: Mapped[primary_key]
    phone_hash: Mapped[str] = mapped_column(String(64))
    folded_name: Mapped[str] = mapped_column(String(MAX_FOLDED_NAME_LENGTH))


unsubscribed_topics = cast("Table", UnsubscribedTopic.__table__)
deleted_topic_leaves = cast("Table", DeletedTopicLeave.__table__)
erased_topic_leaves = cast("Table", ErasedTopicLeave.__table__)
