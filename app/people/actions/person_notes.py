"""Notes about a person."""

from datetime import datetime

from sqlalchemy import delete, insert, literal, select, update

from app.core.column_types import UtcDateTime
from app.core.db import NotFound, db, execute_and_count_rows
from app.core.fetched_rows import RowSelect
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


def add_selected_notes(notes: RowSelect, username: str, moment: datetime) -> int:
    """Store the notes of many people, which `notes` selects as phone and body. Inside write()."""
    rows = notes.add_columns(literal(username), literal(moment, UtcDateTime()))
    columns = ["phone", "body", "created_by", "created_at"]
    statement = insert(PersonNote).from_select(columns, rows, include_defaults=False)
    return execute_and_count_rows(statement)


def remove_selected_notes(notes: RowSelect, username: str, moment: datetime) -> int:
    """Remove the notes that add_selected_notes() stored at this moment. Inside write()."""
    selected = notes.subquery()
    statement = delete(PersonNote).where(
        PersonNote.created_at == moment,
        PersonNote.created_by == username,
        PersonNote.phone.in_(select(selected.columns[0])),
    )
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))


def delete_note(
    phone: str,
    note_id: int,
    username: str,
    *,
    may_delete_any: bool,
) -> None:
    """Delete a note. Raises NotFound, and NotNoteAuthor for another's without `may_delete_any`.

    Inside write().
    """
    row = queries.find_note(phone, note_id)
    if row is None:
        raise NotFound
    if row.created_by != username and not may_delete_any:
        raise NotNoteAuthor
    db.session.delete(row)
    db.session.flush()


def move_notes(old_phone: str, new_phone: str) -> None:
    """Let the notes about a number be about another one of the same person. Inside write()."""
    statement = update(PersonNote).where(PersonNote.phone == old_phone).values(phone=new_phone)
    execute_and_count_rows(statement.execution_options(synchronize_session=False))


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the notes about this number and return how many, by table. Inside write()."""
    statement = delete(PersonNote).where(PersonNote.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return {"person_notes": count}
