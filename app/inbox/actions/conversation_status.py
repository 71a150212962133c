"""The status of a conversation: assigned, read, done, in need of a reply.

Each function returns whether the thread exists and was changed. Inside write().
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Update, update

from app.core.db import execute_and_count_rows
from app.inbox.models import Thread

# What a thread has that nobody has to look at.
SETTLED_VALUES = {"needs_reply": False, "why": None, "unread": 0}


def assign_thread(thread_id: int, username: str | None) -> bool:
    """Assign a conversation to a user, or to nobody."""
    return update_thread(thread_id, assigned_to=username)


def mark_thread_done(thread_id: int, username: str, moment: datetime) -> bool:
    """Mark a conversation as done until the person writes again."""
    return update_thread(thread_id, done_at=moment, done_by=username, **SETTLED_VALUES)


def reopen_thread(thread_id: int) -> bool:
    """Reopen a conversation that was marked as done."""
    return update_thread(thread_id, done_at=None, done_by=None)


def mark_needs_no_reply(thread_id: int) -> bool:
    """Clear "needs reply" of a conversation, and its unread texts."""
    return update_thread(thread_id, **SETTLED_VALUES)


def mark_thread_read(thread_id: int, message_id: int) -> bool:
    """Mark a conversation as read up to a message. When a newer one came it stays unread."""
    thread = _build_thread_update(Thread.id == thread_id)
    # Compared in the UPDATE itself: a text that comes in meanwhile stays unread.
    is_newest = Thread.last_message_id <= message_id
    return _execute(thread.where(Thread.unread > 0, is_newest).values(unread=0))


def resolve_unclear_answer(phone: str) -> None:
    """Clear "needs reply" of a number whose unclear survey answer somebody has recorded."""
    thread = _build_thread_update(
        Thread.phone == phone, Thread.why == "unclear", Thread.needs_reply
    )
    _execute(thread.values(**SETTLED_VALUES))


def update_thread(thread_id: int, **values: Any) -> bool:
    """Set columns of a thread. Returns whether it exists."""
    return _execute(_build_thread_update(Thread.id == thread_id).values(**values))


def _build_thread_update(*conditions: Any) -> Update:
    """Build the update of threads without touching objects that the session has loaded."""
    return update(Thread).where(*conditions).execution_options(synchronize_session=False)


def _execute(statement: Update) -> bool:
    return execute_and_count_rows(statement) > 0
