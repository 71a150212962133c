"""How long a blast to 100,000 people takes to become rows, while nothing is sent yet, and how
much memory.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import event, insert

from app import create_app
from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.domain.delivery.message_statuses import BlastTarget
from app.suppression.models import (
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)
from tests.bench.bench_app import app_with, folder, quiet, scattered, settings
from tests.bench.figures import Asked, Figure, seconds, spread
from tests.bench.processes import memory_of
from tests.gunicorn_server import ROOT

PEOPLE, SUPPRESSED, RUNS, VARIABLES = 100_000, 40_000, 3, 32_766
TEXTS = {
    "the same text for everybody": (
        "The picnic is on Saturday at 11, at City Park.",
        2.0,
    ),
    "everybody's own text": (
        "Hi {first_name|friend}, the picnic is on Saturday at 11, at City Park.",
        4.0,
    ),
}
COLUMNS = (
    "kind, phone, name, sender, body, status, reason, carrier, message_log_id, segments, encoding,"
    " created_at"
)
BARE = "a bare executemany of the same rows into the same table"
MADE = (
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND (tbl_name = 'messages' OR type <>"
    " 'trigger' AND tbl_name IN ('people', 'person_phones', 'last_texts'))"
)
LAST_LOG = "SELECT max(id) FROM message_logs"
IN_STATE = (
    "SELECT count(*) FROM messages WHERE message_log_id = (SELECT max(id) FROM message_logs) AND"
    " status = ?"
)


def run() -> list[Figure]:
    """Audience, texts, parts and rows of 100,000 people; the memory of it; and with 40,000 who
    get nothing.
    """
    with folder() as place:
        database = place / "sms.db"
        app = app_with(database, PEOPLE, scattered)
        figures = [_speed(database, what, *asked) for what, asked in TEXTS.items()]
        figures += [_memory(app, database, what, text) for what, (text, _) in TEXTS.items()]
        return [*figures, _suppressed(app, database)]


def _speed(database: Path, what: str, text: str, most: float) -> Figure:
    ours, bare = [], []
    for _ in range(RUNS):
        with folder() as place, _copy(database, place / "sms.db") as app:
            _confirm(app, text)
            with app.app_context():
                ours.append(seconds(release_due_blasts))
            bare.append(_bare(place))
    return Figure(
        f"release of {PEOPLE:,}: {what}",
        median(ours),
        "s",
        BARE,
        median(bare),
        f"{spread(ours, 's')}, bare {spread(bare, 's')}",
        Asked(most=most),
    )


@contextmanager
def _copy(database: Path, path: Path) -> Iterator[Flask]:
    """An app over a copy, so that every run begins with the same."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))
    app = create_app(settings(path))
    quiet()
    yield app
    with app.app_context():
        db.engine.dispose()


def _confirm(app: Flask, text: str) -> None:
    with app.app_context(), write():
        confirm_blast(
            BlastDraft(text, "Reply STOP to opt out.", BlastTarget.COMMUNITY, None, "UTC"),
            None,
            "ada",
            now(),
        )


def _bare(place: Path) -> float:
    """The last blast's rows into a table like ours in another file: same columns, indexes and
    triggers, one commit.
    """
    with contextlib.closing(sqlite3.connect(place / "sms.db")) as source:
        log_id = source.execute(LAST_LOG).fetchone()[0]
        rows = source.execute(
            f"SELECT {COLUMNS} FROM messages WHERE message_log_id = ?", (log_id,)
        ).fetchall()
        made = source.execute(MADE).fetchall()
    assert len(rows) == PEOPLE
    statement = f"INSERT INTO messages ({COLUMNS}) VALUES ({', '.join('?' * len(rows[0]))})"
    with contextlib.closing(sqlite3.connect(place / "bare.db", isolation_level=None)) as target:
        for first in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            *(sql for (sql,) in made),
        ):
            target.execute(first)
        # The trigger of messages looks for the person of each number.
        target.execute("ATTACH ? AS source", (str(place / "sms.db"),))
        target.execute("INSERT INTO person_phones SELECT * FROM source.person_phones")
        target.execute("DETACH source")

        def put() -> None:
            target.execute("BEGIN IMMEDIATE")
            target.executemany(statement, rows)
            target.execute("COMMIT")

        return seconds(put)


def _memory(app: Flask, database: Path, what: str, text: str) -> Figure:
    """In a process of its own that has done nothing else."""
    _confirm(app, text)
    command = [sys.executable, "-m", "tests.bench.release", str(database)]
    said = json.loads(
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    )
    assert said["released"] == 1
    grown = said["most"] - said["before"]
    note = f"from {said['before']:.0f} to {said['most']:.0f} MB in a fresh process"
    return Figure(f"memory for it: {what}", grown, "MB", note=note, asked=Asked(most=120.0))


def _suppressed(app: Flask, database: Path) -> Figure:
    """L10: with the variable limit SQLite has by default; 40,000 of the people get nothing, by
    two kinds of list.
    """
    with app.app_context():
        _suppress()
        db.engine.dispose()
        event.listen(db.engine, "connect", _by_default)
        _confirm(app, TEXTS["everybody's own text"][0])
        took = seconds(release_due_blasts)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        left_out, queued = (
            connection.execute(IN_STATE, (state,)).fetchone()[0] for state in ("skipped", "queued")
        )
    assert (left_out, queued) == (SUPPRESSED, PEOPLE - SUPPRESSED), (left_out, queued)
    what = f"release of {PEOPLE:,}, {SUPPRESSED:,} of them on our lists of numbers without texts"
    return Figure(
        what,
        took,
        "s",
        note=f"SQLite takes {VARIABLES:,} variables",
        asked=Asked(most=10.0),
    )


def _suppress() -> None:
    half = SUPPRESSED // 2
    dead = SuppressionCategory.HARD_FAIL
    with write():
        stopped = [{"phone": scattered(n), "created_at": now()} for n in range(half)]
        db.session.execute(insert(UnsubscribedContact), stopped)
        failed = [{"phone": scattered(n), "category": dead} for n in range(half, SUPPRESSED)]
        db.session.execute(insert(SuppressedContact), failed)


def _by_default(connection: sqlite3.Connection, _record: object) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, VARIABLES)


def _in_a_fresh_process(database: Path) -> None:
    """Release what is due and print the memory before and at most, in MB."""
    app = create_app(settings(database))
    quiet()
    with app.app_context():
        db.session.execute(db.text("SELECT 1"))
        before, _ = memory_of(os.getpid())
        released = release_due_blasts()
    print(json.dumps({"before": before, "most": memory_of(os.getpid())[1], "released": released}))


if __name__ == "__main__":
    _in_a_fresh_process(Path(sys.argv[1]))
