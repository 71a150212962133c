"""How long a blast to 100,000 people takes to become rows, while nothing is sent yet."""

import contextlib
import sqlite3
from pathlib import Path

from app.blasts.actions.confirm import Draft, confirm
from app.blasts.actions.release import release_due
from app.delivery.actions.release import COLUMNS, INSERT
from app.domain.blast_states import Target
from app.kit.clock import now
from app.kit.db import write
from tests.bench.figures import Figure, seconds
from tests.bench.house import app_with, folder

PEOPLE = 100_000
TEXTS = {
    "the same text for everybody": "The picnic is on Saturday at 11, at City Park.",
    "everybody's own text": "Hi {first_name|friend}, the picnic is on Saturday at 11, at City Park.",
}


def run() -> list[Figure]:
    """Audience, texts, parts and rows of 100,000 people, against a bare executemany of the same rows."""
    with folder() as place:
        app = app_with(place / "sms.db", PEOPLE)
        return [_one(app, place, number, what, text) for number, (what, text) in enumerate(TEXTS.items(), 1)]


def _one(app: object, place: Path, number: int, what: str, text: str) -> Figure:
    with app.app_context():
        with write():
            confirm(Draft(text, "Reply STOP to opt out.", Target.COMMUNITY, None, "UTC"), None, "ada", now())
        took = seconds(release_due)
    bare = _bare(place, number)
    return Figure(f"release of 100,000: {what}", took, "s", "a bare executemany of the same rows", bare)


def _bare(place: Path, log_id: int) -> float:
    """The same rows into a table like it in another file: same columns, indexes and triggers, one transaction."""
    with contextlib.closing(sqlite3.connect(place / "sms.db")) as source:
        columns = ", ".join(COLUMNS)
        rows = source.execute(f"SELECT {columns} FROM messages WHERE message_log_id = ?", (log_id,)).fetchall()
        made = source.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'messages' AND sql IS NOT NULL"
        ).fetchall()
    assert len(rows) == PEOPLE
    with contextlib.closing(sqlite3.connect(place / f"bare{log_id}.db", isolation_level=None)) as target:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *(sql for (sql,) in made)):
            target.execute(statement)

        def insert() -> None:
            target.execute("BEGIN IMMEDIATE")
            target.executemany(INSERT, rows)
            target.execute("COMMIT")

        return seconds(insert)
