"""How many conversations need a reply, and which of them has the newest text."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.core.scope_conditions import list_scope_conditions
from app.inbox.models import Thread
from app.inbox.queries.conversation_list import NEEDS_REPLY_CONDITION, order_threads_by_newest

# The menu shows "99+" for more.
MAX_WAITING_COUNT = 100


def select_waiting_thread_count() -> ColumnElement[int]:
    """Return how many threads need a reply, for any select; never more than MAX_WAITING_COUNT.

    The menu of every page shows it, so it must not read more rows than that.
    """
    is_meant = (NEEDS_REPLY_CONDITION, *list_scope_conditions(Thread.phone))
    ids = select(Thread.id).where(*is_meant).limit(MAX_WAITING_COUNT).subquery()
    return select(func.count()).select_from(ids).scalar_subquery()


def count_waiting_threads() -> int:
    """Count the threads that need a reply, up to MAX_WAITING_COUNT."""
    return db.session.scalar(select(select_waiting_thread_count())) or 0


@dataclass(frozen=True)
class WaitingState:
    """How many threads need a reply, and of the one with the newest text: its id and number."""

    count: int
    newest_message_id: int = 0
    thread_id: int = 0
    phone: str = ""


def fetch_waiting_state() -> WaitingState:
    """Return it with one statement, along the index of waiting threads."""
    is_meant = (NEEDS_REPLY_CONDITION, *list_scope_conditions(Thread.phone))
    newest = select(Thread.id, Thread.phone, Thread.last_message_id).where(*is_meant)
    newest = order_threads_by_newest(newest).limit(1).subquery()
    row = db.session.execute(select(newest, select_waiting_thread_count())).first()
    if row is None:
        return WaitingState(0)
    thread_id, phone, message_id, count = row
    return WaitingState(count, message_id or 0, thread_id, phone)


class NewTexts(NamedTuple):
    """Conversations with unseen texts: of whom (None: of nobody), how many, the newest text."""

    assigned_to: str | None
    conversations: int
    newest_message_id: int


def select_newest_text_id() -> ColumnElement[int]:
    """Return the id of the newest text of any conversation, for any select; one look-up."""
    return select(func.max(Thread.last_message_id)).scalar_subquery()


def count_unseen_texts(after_message_id: int) -> list[NewTexts]:
    """Count the conversations that need a reply and have texts which nobody has seen.

    Only of users (or of nobody) to whom a text came after this one.
    """
    newest_id = func.max(Thread.last_message_id)
    statement = (
        select(Thread.assigned_to, func.count(), newest_id)
        .where(NEEDS_REPLY_CONDITION, Thread.unread > 0)
        .group_by(Thread.assigned_to)
        .having(newest_id > after_message_id)
    )
    rows = db.session.execute(statement)
    return [NewTexts(name, count, newest or 0) for name, count, newest in rows]
