"""Notes about people, from the feature above this one that keeps them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

_EXTENSION_KEY = "inbox_person_notes"


@dataclass(frozen=True)
class ContactNote:
    """A note that a user wrote about a person."""

    id: int
    body: str
    created_by: str
    created_at: datetime


PersonNoteSource = Callable[[str, int], Sequence[ContactNote]]


def set_person_note_source(app: Flask, list_notes: PersonNoteSource) -> None:
    """Set the function that lists the newest notes about a phone: list_notes(phone, limit).

    The people feature lies above this one and may not be imported here; the composition root
    (app/blueprints.py) knows both.
    """
    app.extensions[_EXTENSION_KEY] = list_notes


def list_person_notes(phone: str, limit: int) -> Sequence[ContactNote]:
    """Return the newest notes about a phone, the newest first."""
    list_notes: PersonNoteSource = current_app.extensions[_EXTENSION_KEY]
    return list_notes(phone, limit)
