"""Threads, one a number that has written, and saved replies."""

from sqlalchemy import DDL, ForeignKey, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import (
    bool_default_false,
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model


class Thread(Model):
    """The conversation with one number.

    Its texts are the rows of `messages` with that phone, blasts included.

    `phone` is as the carrier gave it: a short code or a name may have written too.
    """

    __tablename__ = "threads"
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
    # the last text that came in or was written to this person alone
    last_message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete="SET NULL")
    )
    last_at: Mapped[timestamp_default_now]
    last_inbound_at: Mapped[timestamp | None]
    unread: Mapped[int_default_zero]
    # a person has to look: set by the router, taken back by an answer, by Done, or by a person
    needs_reply: Mapped[bool_default_false]
    # why, where it is more than an answer: flood, unclear, maybe_stop, wants_back
    why: Mapped[str | None] = mapped_column(String(20))
    assigned_to: Mapped[str | None] = mapped_column(String(80))
    done_at: Mapped[timestamp | None]
    done_by: Mapped[str | None] = mapped_column(String(80))
    # they texted so often that nothing answers by itself until then
    silent_until: Mapped[timestamp | None]
    # the marks of the last forms that were sent from its page, so that a double click sends once
    sent_tokens: Mapped[str | None] = mapped_column(Text)


class SavedReply(Model):
    """A reply that is written again and again, with placeholders."""

    __tablename__ = "saved_replies"

    id: Mapped[primary_key]
    title: Mapped[str] = mapped_column(String(80), unique=True)
    body: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]


# What people wrote and what was written to one person alone, put in by actions.threads. No
# trigger does that: one on
# `messages` that touches a search table costs every row of a blast as much as storing it
# (docs/decisions/0012).
# These two cost nothing until a text is changed or deleted, and then keep the search right by
# themselves.
SEARCH_TABLE_DDL = (
    "CREATE VIRTUAL TABLE inbox_search USING fts5(body, tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER inbox_search_delete AFTER DELETE ON messages BEGIN "
    "DELETE FROM inbox_search WHERE rowid = old.id; END",
    "CREATE TRIGGER inbox_search_update AFTER UPDATE OF body ON messages BEGIN "
    "UPDATE inbox_search SET body = new.body WHERE rowid = old.id; END",
)
for _statement in SEARCH_TABLE_DDL:
    event.listen(Thread.__table__, "after_create", DDL(_statement))
