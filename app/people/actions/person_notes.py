"""Notes about a person."""

from sqlalchemy import delete

from app.core.db import NotFound, db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.people.models import PersonNote
from app.people.queries import person_records as queries


class NotNoteAuthor(Exception):
    """Somebody else wrote this note: only they or an admin delete it."""


def add_note(phone: str, body: str, username: str) -> int:
    """Store a note about whoever has this number and return its id. Inside write()."""
    row = PersonNote(phone=phone, body=body, created_by=username)
    db.session.add(row)
    db.session.flush()
    return row.id


def delete_note(phone: str, note_id: int, username: str, *, is_admin: bool) -> None:
    """Delete a note. Raises NotFound, and NotNoteAuthor unless its writer or an admin asks.

    Inside write().
    """
    row = queries.find_note(phone, note_id)
    if row is None:
        raise NotFound
    if row.created_by != username and not is_admin:
        raise NotNoteAuthor
    db.session.delete(row)
    db.session.flush()


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the notes about this number and return how many, by table. Inside write()."""
    statement = delete(PersonNote).where(PersonNote.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return {"person_notes": count}
