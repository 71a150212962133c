"""Replies that are written again and again.

That a title is there once is decided by the database (Taken).
"""

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert

from app.core.db import NotFound, db, execute_and_count_rows
from app.inbox.models import SavedReply
from app.inbox.queries.saved_replies import find_saved_reply


def create_saved_reply(title: str, body: str, by: str) -> int:
    """Keep a reply; gives its id."""
    db.session.add(row := SavedReply(title=title, body=body, created_by=by))
    db.session.flush()
    return row.id


def update_saved_reply(reply_id: int, title: str, body: str) -> None:
    """Another title or text. Raises Gone."""
    row = find_saved_reply(reply_id)
    if row is None:
        raise NotFound
    row.title, row.body = title, body
    db.session.flush()


def delete_saved_reply(reply_id: int) -> bool:
    """Throw one away. False when it is gone already."""
    return bool(execute_and_count_rows(delete(SavedReply).where(SavedReply.id == reply_id)))


def create_missing_saved_reply(title: str, body: str) -> None:
    """Store a saved reply unless there is one with this title. Inside write()."""
    statement = insert(SavedReply).values(title=title, body=body)
    db.session.execute(statement.on_conflict_do_nothing())
