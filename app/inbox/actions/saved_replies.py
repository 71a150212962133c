"""Creating, changing and deleting saved replies.

The database decides that a title exists once: create and update raise UniqueViolation.
"""

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert

from app.core.db import NotFound, db, execute_and_count_rows
from app.inbox.models import SavedReply
from app.inbox.queries.saved_replies import find_saved_reply


def create_saved_reply(title: str, body: str, username: str) -> int:
    """Create a saved reply and return its id."""
    db.session.add(row := SavedReply(title=title, body=body, created_by=username))
    db.session.flush()
    return row.id


def update_saved_reply(reply_id: int, title: str, body: str) -> None:
    """Change a saved reply. Raises NotFound."""
    row = find_saved_reply(reply_id)
    if row is None:
        raise NotFound
    row.title, row.body = title, body
    db.session.flush()


def delete_saved_reply(reply_id: int) -> bool:
    """Delete a saved reply. Returns False when it does not exist any more."""
    return execute_and_count_rows(delete(SavedReply).where(SavedReply.id == reply_id)) > 0


def create_missing_saved_reply(title: str, body: str) -> None:
    """Store a saved reply unless there is one with this title. Inside write()."""
    statement = insert(SavedReply).values(title=title, body=body)
    db.session.execute(statement.on_conflict_do_nothing())
