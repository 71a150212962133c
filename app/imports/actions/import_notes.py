"""Notes about people that a file brings, stored by the feature above this one that keeps them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Flask, current_app

from app.core.fetched_rows import RowSelect
from app.imports.models import Import

_EXTENSION_KEY = "imports_note_keeper"


class NoteChange(Protocol):
    """Adds or removes notes: change(notes, username, moment) returns how many."""

    def __call__(self, notes: RowSelect, username: str, moment: datetime) -> int: ...


@dataclass(frozen=True)
class ImportNoteKeeper:
    """What the people feature does with the notes of a file; `notes` selects phone and body.

    `remove` takes away those that `add` stored at the same moment.
    """

    add: NoteChange
    remove: NoteChange


def set_import_note_keeper(app: Flask, keeper: ImportNoteKeeper) -> None:
    """Set what stores notes: app/people lies above imports, and app/blueprints.py knows both."""
    app.extensions[_EXTENSION_KEY] = keeper


def add_notes(notes: RowSelect, row: Import) -> int:
    """Store the notes of a confirmed import; return how many. Inside write()."""
    return _get_keeper().add(notes, row.created_by, _get_moment(row))


def remove_notes(notes: RowSelect, row: Import) -> int:
    """Remove the notes that the import stored, unless they were deleted; return how many."""
    return _get_keeper().remove(notes, row.created_by, _get_moment(row))


def _get_keeper() -> ImportNoteKeeper:
    keeper: ImportNoteKeeper = current_app.extensions[_EXTENSION_KEY]
    return keeper


def _get_moment(row: Import) -> datetime:
    assert row.finished_at is not None
    return row.finished_at
