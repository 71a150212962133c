"""The file beside a damaged database that says what is wrong with it.

Every process and every page reads it, and the damage may be in the very table that would say so.
"""

import contextlib
import os
from pathlib import Path

MAX_NOTE_BYTES = 500


def get_damage_note_file(database: Path) -> Path:
    """Return the path of the file that is there while the database is damaged."""
    return database.with_name(f"{database.name}.damaged")


def read_damage_note(database: Path) -> str:
    """Return what is wrong with the database, in SQLite's words; "" when nothing is known."""
    try:
        text = get_damage_note_file(database).read_bytes()[:MAX_NOTE_BYTES]
    except OSError:
        return ""
    return " ".join(text.decode("utf-8", "replace").split()) or "unknown"


def write_damage_note(database: Path, cause: str) -> None:
    """Say beside the database what is wrong with it, in one step. Raises OSError."""
    path = get_damage_note_file(database)
    new_path = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new_path.write_text(f"{cause}\n", encoding="utf-8")
        new_path.chmod(0o600)
        os.replace(new_path, path)
    finally:
        new_path.unlink(missing_ok=True)


def delete_damage_note(database: Path) -> None:
    """Say that the database is whole."""
    with contextlib.suppress(OSError):
        get_damage_note_file(database).unlink(missing_ok=True)
