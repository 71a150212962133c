"""Notes about a person."""

from app.core.db import NotFound, db
from app.people import queries
from app.people.models import PersonNote


class NotNoteAuthor(Exception):
    """Somebody else wrote this note: only they or an admin delete it."""


def add_note(phone: str, body: str, by: str) -> int:
    """Write something down about whoever has this number; gives its id."""
    row = PersonNote(phone=phone, body=body, created_by=by)
    db.session.add(row)
    db.session.flush()
    return row.id


def delete_note(phone: str, note_id: int, by: str, *, is_admin: bool) -> None:
    """Throw a note away. Raises Gone, and NotYours unless its writer or an admin asks."""
    row = queries.find_note(phone, note_id)
    if row is None:
        raise NotFound
    if row.created_by != by and not is_admin:
        raise NotNoteAuthor
    db.session.delete(row)
    db.session.flush()
