"""Notices to staff, who wants which, the organisation's chats, and how far each source is read."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    enum_column,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.domain.notices.chat_shapes import MAX_URL_LENGTH, ChatShape
from app.domain.notices.notice_kinds import NoticeChannel, NoticeKind
from app.domain.notices.notice_sentences import MAX_SUBJECT_LENGTH
from app.domain.notices.notice_states import NoticeState

MAX_CHAT_NAME_LENGTH = 60


class Notice(Model):
    """One thing told to one user by one channel, or to one chat of the organisation.

    A row is stored in the transaction that reads its source on, and leaves by guarded UPDATEs:
    `attempts` counts claims, `due_at` is the next try. `key` says what it is about, so that the
    same is told once. A notice of the browser is sent when it is stored; `read_at` is for it alone.
    """

    __tablename__ = "notices"
    __column_classes__ = ColumnClasses(administrative="subject body path key error")
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) = (channel = 'chat')", name="has_reader"),
        CheckConstraint("(webhook_id IS NULL) = (channel != 'chat')", name="has_chat"),
        CheckConstraint("count > 0", name="count"),
        Index("uq_notices_user_id_channel_key", "user_id", "channel", "key", unique=True),
        Index("uq_notices_webhook_id_key", "webhook_id", "key", unique=True),
        # What is due is looked for each minute.
        Index("ix_notices_due_at", "due_at", sqlite_where=text("state = 'queued'")),
        # The bell of every page counts these.
        Index(
            "ix_notices_unread",
            "user_id",
            sqlite_where=text("channel = 'browser' AND read_at IS NULL"),
        ),
        Index("ix_notices_created_at", "created_at"),
    )

    id: Mapped[primary_key]
    # With the user go their notices: nobody is left who may read them.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    webhook_id: Mapped[int | None] = mapped_column(
        ForeignKey("chat_webhooks.id", ondelete="CASCADE")
    )
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind))
    channel: Mapped[NoticeChannel] = mapped_column(enum_column(NoticeChannel))
    subject: Mapped[str] = mapped_column(String(MAX_SUBJECT_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(100))
    # of grouped kinds: how many things it is about
    count: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[timestamp_default_now]
    due_at: Mapped[timestamp]
    state: Mapped[NoticeState] = mapped_column(enum_column(NoticeState))
    attempts: Mapped[int_default_zero]
    # why it was not taken or not sent, one word
    error: Mapped[str | None] = mapped_column(String(30))
    sent_at: Mapped[timestamp | None]
    read_at: Mapped[timestamp | None]


class NoticeChoice(Model):
    """That a user wants a kind by a channel or not, where that is not what applies by default."""

    __tablename__ = "notice_rules"
    __column_classes__ = ColumnClasses()

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind), primary_key=True)
    channel: Mapped[NoticeChannel] = mapped_column(enum_column(NoticeChannel), primary_key=True)
    is_on: Mapped[bool]


class ChatWebhook(Model):
    """A chat of the organisation. Whoever has `url` can post there: pages show only its host.

    `kinds`: what it is told of, with spaces between.
    """

    __tablename__ = "chat_webhooks"
    __column_classes__ = ColumnClasses(administrative="name kinds", secret="url")
    __table_args__ = (
        CheckConstraint("length(trim(name)) > 0", name="name"),
        CheckConstraint("url GLOB '*://?*'", name="url"),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_CHAT_NAME_LENGTH), unique=True)
    shape: Mapped[ChatShape] = mapped_column(enum_column(ChatShape))
    url: Mapped[str] = mapped_column(String(MAX_URL_LENGTH), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("1"))
    kinds: Mapped[str] = mapped_column(Text)
    created_at: Mapped[timestamp_default_now]

    @property
    def chosen_kinds(self) -> list[NoticeKind]:
        """What the chat is told of, in the order of the table of kinds."""
        words = self.kinds.split()
        return [kind for kind in NoticeKind if kind.value in words]


class NoticeProgress(Model):
    """How far a source was read: whatever came after `position` is not told yet."""

    __tablename__ = "notice_progress"
    __column_classes__ = ColumnClasses(administrative="source position")

    source: Mapped[str] = mapped_column(String(30), primary_key=True)
    position: Mapped[str] = mapped_column(String(60))
