"""Whoever reads and then writes is never told that the database is locked."""

import sqlite3
import threading
from contextlib import closing

from app.core.db import db, write
from app.core.settings import current_settings
from app.organisation.actions import create_organisation
from app.organisation.models import Organisation

REPETITIONS = 100


def test_reading_before_writing_beside_another_writer_is_never_locked(app):
    """M16: with a deferred BEGIN the second writer would fail at once, whatever its time-out."""
    is_done = threading.Event()

    def write_all_the_time(path):
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
            # SQLite tells nobody who waits: a writer without a pause would have every turn.
            while not is_done.wait(0.003):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("UPDATE organisation SET undo_seconds = 5")
                connection.execute("COMMIT")

    with app.app_context():
        with write():
            create_organisation("Choir")
        other = threading.Thread(target=write_all_the_time, args=[current_settings().database_path])
        other.start()
        try:
            for number in range(REPETITIONS):
                assert db.session.get(Organisation, 1) is not None
                with write():
                    row = db.session.get(Organisation, 1, populate_existing=True)
                    row.name = f"Choir {number}"
        finally:
            is_done.set()
            other.join()
        assert db.session.get(Organisation, 1).name == f"Choir {REPETITIONS - 1}"
