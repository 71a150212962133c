"""Has anything changed?

SQLite's data_version answers in microseconds, other processes' commits included.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from time import monotonic

from flask import Flask

from app.core.clock import now
from app.delivery.queries.scheduled_blasts import find_next_due_time

# while texts leave, every commit stirs: the schedule is read ten times a second at most
SCHEDULE_POLL_SECONDS = 0.1


class ChangeWatcher:
    """Watches one database. Its connection is used on the engine's database thread only."""

    def __init__(self, app: Flask, database: Path, carrier: str) -> None:
        self.app = app
        self.database = database
        self.carrier = carrier
        self.is_dirty = True
        self._data_version = -1
        self._is_schedule_stale, self._checked_at = True, -SCHEDULE_POLL_SECONDS
        self._next_due_at: datetime | None = None
        self._connection: sqlite3.Connection | None = None

    def has_changed(self) -> bool:
        """Whether there may be work: something was committed, or stirred, since `calm()`."""
        if self._connection is None:
            self._connection = sqlite3.connect(
                self.database, isolation_level=None, check_same_thread=False
            )
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data_version = version
            self.is_dirty = self._is_schedule_stale = True
        if self._is_schedule_stale and monotonic() - self._checked_at > SCHEDULE_POLL_SECONDS:
            self._load_next_due()
        return self.is_dirty

    def _load_next_due(self) -> None:
        self._is_schedule_stale, self._checked_at = False, monotonic()
        with self.app.app_context():
            self._next_due_at = find_next_due_time(self.carrier)

    def is_blast_due(self) -> bool:
        """Whether a blast is due by now.

        Wall time, asked anew each look: a clock set back stops nothing.
        """
        return self._next_due_at is not None and self._next_due_at <= now()

    def mark_dirty(self) -> None:
        """There is work."""
        self.is_dirty = True

    def mark_idle(self) -> None:
        """Nothing is queued: wait for the next commit."""
        self.is_dirty = False

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
