"""Has anything changed?

SQLite's data_version answers in microseconds, other processes' commits included.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from time import monotonic

from flask import Flask

from app.core.clock import now
from app.delivery import queries

# while texts leave, every commit stirs: the schedule is read ten times a second at most
SCHEDULE_POLL_SECONDS = 0.1


class ChangeWatcher:
    """Watches one database. Its connection is used on the engine's database thread only."""

    def __init__(self, app: Flask, database: Path, carrier: str) -> None:
        self.app = app
        self.database = database
        self.carrier = carrier
        self.stirred = True
        self._version = -1
        self._stale, self._looked_at = True, -SCHEDULE_POLL_SECONDS
        self._next_due: datetime | None = None
        self._connection: sqlite3.Connection | None = None

    def changed(self) -> bool:
        """Whether there may be work: something was committed, or stirred, since `calm()`."""
        if self._connection is None:
            self._connection = sqlite3.connect(
                self.database, isolation_level=None, check_same_thread=False
            )
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self.stirred = self._stale = True
        if self._stale and monotonic() - self._looked_at > SCHEDULE_POLL_SECONDS:
            self._look_for_due()
        return self.stirred

    def _look_for_due(self) -> None:
        self._stale, self._looked_at = False, monotonic()
        with self.app.app_context():
            self._next_due = queries.find_next_due_time(self.carrier)

    def due(self) -> bool:
        """Whether a blast is due by now.

        Wall time, asked anew each look: a clock set back stops nothing.
        """
        return self._next_due is not None and self._next_due <= now()

    def stir(self) -> None:
        """There is work."""
        self.stirred = True

    def calm(self) -> None:
        """Nothing is queued: wait for the next commit."""
        self.stirred = False

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
