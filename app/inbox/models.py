"""Threads (the conversation with one number), saved replies, and the search over texts."""

from sqlalchemy import DDL, ForeignKey, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.core.held_data import HeldAs


class Thread(Model):
    """The conversation with one number.

    Its texts are the messages with that phone, blasts included. `phone` is what the carrier calls
    the sender: it may be a short code or a name.
    """

    __tablename__ = "threads"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="assigned_to done_by sent_tokens",
        personal="phone why",
    )
    __held_as__ = HeldAs("Conversation")
    __table_args__ = (
        Index("ix_threads_last_at", "last_at", "id"),
        Index("ix_threads_needs_reply", "last_at", "id", sqlite_where=text("needs_reply")),
        Index(
            "ix_threads_assigned_to",
            "assigned_to",
            "last_at",
            "id",
            sqlite_where=text("done_at IS NULL"),
        ),
        Index("ix_threads_done", "last_at", "id", sqlite_where=text("done_at IS NOT NULL")),
        Index("ix_threads_last_message_id", "last_message_id"),
    )

    id: Mapped[primary_key]
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    created_at: Mapped[timestamp_default_now]
    # the newest text that came in or was queued for this number alone
    last_message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete="SET NULL")
    )
    last_at: Mapped[timestamp_default_now]
    last_inbound_at: Mapped[timestamp | None]
    unread: Mapped[int_default_zero]
    # a person has to look: set when a text comes in, cleared by a reply, by Done, or by a user
    needs_reply: Mapped[bool_default_false]
    # flood, unclear, maybe_stop, wants_back; null for an ordinary text
    why: Mapped[str | None] = mapped_column(String(20))
    assigned_to: Mapped[str | None] = mapped_column(String(80))
    done_at: Mapped[timestamp | None]
    done_by: Mapped[str | None] = mapped_column(String(80))
    # no automatic reply before then: the number texted too often
    silent_until: Mapped[timestamp | None]
    # the tokens of the last forms sent from its page, so that a double click sends once
    sent_tokens: Mapped[str | None] = mapped_column(Text)


class ReplyWriter(Model):
    """A user who is writing a reply right now. Rows are short-lived: one that is a few seconds old
    counts no more.
    """

    __tablename__ = "reply_writers"
    __column_classes__ = ColumnClasses(administrative="username")

    thread_id: Mapped[int] = mapped_column(
        ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True
    )
    username: Mapped[str] = mapped_column(String(80), primary_key=True)
    written_at: Mapped[timestamp]


class SavedReply(Model):
    """A text that users send again and again, with placeholders."""

    __tablename__ = "saved_replies"
    __column_classes__ = ColumnClasses(administrative="title body created_by")

    id: Mapped[primary_key]
    title: Mapped[str] = mapped_column(String(80), unique=True)
    body: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]


add_updated_at_trigger(
    SavedReply,
    "title",
    "body",
)


# The search holds texts that came in or were queued for one number; actions/thread_updates.py puts
# them in. A trigger on INSERT would cost every message of a blast as much as storing it
# (docs/decisions/0012). These two cost nothing until a text is changed or deleted, and then keep
# the search right without the help of delivery, which owns `messages`.
SEARCH_TABLE_DDL = (
    "CREATE VIRTUAL TABLE inbox_search USING fts5("
    "body, tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER inbox_search_delete AFTER DELETE ON messages BEGIN "
    "DELETE FROM inbox_search WHERE rowid = old.id; END",
    "CREATE TRIGGER inbox_search_update AFTER UPDATE OF body ON messages BEGIN "
    "UPDATE inbox_search SET body = new.body WHERE rowid = old.id; END",
)
for _statement in SEARCH_TABLE_DDL:
    event.listen(Thread.__table__, "after_create", DDL(_statement))
