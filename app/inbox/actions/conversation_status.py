"""Who sees to a conversation, what has been read, and when it is done."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.core.db import execute_and_count_rows
from app.inbox.models import Thread


def assign_thread(thread_id: int, to: str | None) -> bool:
    """Give a conversation to a user, or to nobody."""
    return _update_thread(thread_id, assigned_to=to)


def mark_thread_done(thread_id: int, by: str, moment: datetime) -> bool:
    """Done: nobody has to look any more, until they write again."""
    return _update_thread(
        thread_id, done_at=moment, done_by=by, needs_reply=False, why=None, unread=0
    )


def reopen_thread(thread_id: int) -> bool:
    """Not done after all."""
    return _update_thread(thread_id, done_at=None, done_by=None)


def mark_needs_no_reply(thread_id: int) -> bool:
    """It needs no reply."""
    return _update_thread(thread_id, needs_reply=False, why=None, unread=0)


def resolve_unclear_answer(phone: str) -> None:
    """A person has said what a text meant that no survey had understood: it needs nobody any
    more.
    """
    waits = update(Thread).where(Thread.phone == phone, Thread.why == "unclear", Thread.needs_reply)
    execute_and_count_rows(
        waits.values(needs_reply=False, why=None, unread=0).execution_options(
            synchronize_session=False
        )
    )


def mark_thread_read(thread_id: int, seen: int) -> bool:
    """Somebody has read it up to the text with the id `seen`. What came later stays unread."""
    up_to = Thread.last_message_id <= seen
    return bool(
        execute_and_count_rows(
            _build_thread_update(thread_id).where(Thread.unread > 0, up_to).values(unread=0)
        )
    )


def _update_thread(thread_id: int, **values: Any) -> bool:
    return bool(execute_and_count_rows(_build_thread_update(thread_id).values(**values)))


def _build_thread_update(thread_id: int) -> Any:
    return update(Thread).where(Thread.id == thread_id).execution_options(synchronize_session=False)
