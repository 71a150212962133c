"""Checks of how the file is kept: journal and pages, and which installation it is."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.dbdoctor.check import FIX_ADVICE, Check, Finding, Severity
from app.delivery.engine.installation_file import get_installation_file

# Below it, giving the space back is not worth the time.
MIN_FREE_BYTES = 64 * 2**20
MAX_FREE_SHARE = 0.5

JOURNAL_MODE = Check(
    "journal-mode",
    "The journal mode of the file is {ids}, not wal: readers and writers wait for each other. "
    "A restored backup has it until SMS Admin starts.",
    FIX_ADVICE,
    severity=Severity.NOTE,
)
FREE_PAGES = Check(
    "free-pages",
    "{ids} of the file are empty, left by deleted rows.",
    'They are used again. To make the file smaller, stop SMS Admin and run: sqlite3 FILE "VACUUM".',
    severity=Severity.NOTE,
)
SMALL_PAGES = Check(
    "page-size",
    "The file has pages of {ids} bytes instead of 4096, so it is slower.",
    "Nothing has to be done; a restored backup has pages of the same size.",
    severity=Severity.NOTE,
)
INSTALLATION_FILE = Check(
    "installation-file",
    "{ids} cannot be read, so a restored or copied database would not be noticed.",
    "Start SMS Admin: it writes the file anew, and holds sending until an admin has looked.",
    severity=Severity.WARNING,
)
FEWER_TEXTS = Check(
    "fewer-texts",
    "The database has handed over fewer texts than the file beside it says ({ids} fewer): "
    "it is an older copy.",
    "SMS Admin holds sending. Run: flask --app wsgi sending reconcile.",
)
OTHER_INSTALLATION = Check(
    "other-installation",
    "The file {ids} belongs to another installation than the database.",
    "The database came from elsewhere. SMS Admin holds sending; Home says what to do.",
    severity=Severity.WARNING,
)
FILE_SETTINGS_CHECKS = (
    JOURNAL_MODE,
    FREE_PAGES,
    SMALL_PAGES,
    INSTALLATION_FILE,
    FEWER_TEXTS,
    OTHER_INSTALLATION,
)


def examine_file_settings(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """Yield what is strange about the file's settings and its installation."""
    journal_mode = _read_pragma(connection, "journal_mode")
    if journal_mode != "wal":
        yield JOURNAL_MODE.report(str(journal_mode))
    page_bytes = int(_read_pragma(connection, "page_size"))
    free_bytes = int(_read_pragma(connection, "freelist_count")) * page_bytes
    file_bytes = int(_read_pragma(connection, "page_count")) * page_bytes
    if free_bytes > MIN_FREE_BYTES and free_bytes > file_bytes * MAX_FREE_SHARE:
        yield FREE_PAGES.report(f"{free_bytes // 2**20} MB")
    if page_bytes < 4096:
        yield SMALL_PAGES.report(str(page_bytes))
    yield from _compare_installation(connection, path)


def _read_pragma(connection: sqlite3.Connection, name: str) -> str:
    return str(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _compare_installation(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    file = get_installation_file(path)
    if not file.exists():
        return
    try:
        values = json.loads(file.read_bytes())
        file_count, file_id = int(values["armed_count"]), values["installation_id"]
    except (OSError, ValueError, KeyError, TypeError):
        yield INSTALLATION_FILE.report(file.name)
        return
    try:
        row = connection.execute("SELECT installation_id, armed_count FROM installation").fetchone()
    except sqlite3.OperationalError:
        return
    database_id, database_count = row or (None, 0)
    if database_id and file_id and database_id != file_id:
        yield OTHER_INSTALLATION.report(file.name)
    elif database_count < file_count:
        yield FEWER_TEXTS.report(str(file_count - database_count))
