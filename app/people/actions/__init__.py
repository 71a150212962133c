"""What is written about one person, and how all of it goes when they ask for that."""

from app.core.db import NotFound
from app.people.actions.person_erasure import (
    EmbeddedMentions,
    TextBeingSent,
    erase_person_data,
    find_embedded_mentions,
)
from app.people.actions.person_notes import NotNoteAuthor, add_note, delete_note

__all__ = [
    "NotFound",
    "NotNoteAuthor",
    "TextBeingSent",
    "EmbeddedMentions",
    "add_note",
    "delete_note",
    "erase_person_data",
    "find_embedded_mentions",
]
