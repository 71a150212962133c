"""Replies that are written again and again.

That a title is there once is decided by the database (Taken).
"""

from sqlalchemy import delete

from app.core.db import NotFound, db, execute_and_count_rows
from app.inbox import queries
from app.inbox.models import SavedReply


def create_saved_reply(title: str, body: str, by: str) -> int:
    """Keep a reply; gives its id."""
    db.session.add(row := SavedReply(title=title, body=body, created_by=by))
    db.session.flush()
    return row.id


def update_saved_reply(reply_id: int, title: str, body: str) -> None:
    """Another title or text. Raises Gone."""
    row = queries.find_saved_reply(reply_id)
    if row is None:
        raise NotFound
    row.title, row.body = title, body
    db.session.flush()


def delete_saved_reply(reply_id: int) -> bool:
    """Throw one away. False when it is gone already."""
    return bool(execute_and_count_rows(delete(SavedReply).where(SavedReply.id == reply_id)))
