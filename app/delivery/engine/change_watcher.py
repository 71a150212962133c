"""Notice that something was committed, by this process or another one."""

import sqlite3
from datetime import datetime
from pathlib import Path
from time import monotonic

from flask import Flask

from app.core.clock import now
from app.delivery.engine.timings import get_engine_timings
from app.delivery.queries.scheduled_messages import find_next_due_time


class ChangeWatcher:
    """Watches one database. has_changed() and close() need one thread at a time.

    The engine calls has_changed() on its database thread, and close() when that thread has ended.
    """

    def __init__(
        self,
        app: Flask,
        database: Path,
        carrier: str,
    ) -> None:
        self.app = app
        self.database = database
        self.carrier = carrier
        self.schedule_poll = get_engine_timings(app).schedule_poll
        self.is_dirty = True
        self._data_version = -1
        self._is_schedule_stale = True
        self._checked_at = -self.schedule_poll
        self._next_due_at: datetime | None = None
        self._connection: sqlite3.Connection | None = None

    def has_changed(self) -> bool:
        """Whether there may be work: a commit or mark_dirty() since mark_idle()."""
        # A connection of its own, since data_version does not change by commits of the connection
        # that asks. No table is read here, which would cost milliseconds instead of microseconds.
        if self._connection is None:
            self._connection = sqlite3.connect(
                self.database, isolation_level=None, check_same_thread=False
            )
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data_version = version
            self.is_dirty = True
            self._is_schedule_stale = True
        if self._is_schedule_stale and monotonic() - self._checked_at > self.schedule_poll:
            self._load_next_due()
        return self.is_dirty

    def _load_next_due(self) -> None:
        self._is_schedule_stale = False
        self._checked_at = monotonic()
        with self.app.app_context():
            self._next_due_at = find_next_due_time(self.carrier)

    def is_blast_due(self) -> bool:
        """Whether a blast is due by now.

        The wall clock is read with each call and no waiting time is computed from it: a clock that
        is set back delays nothing but that blast.
        """
        return self._next_due_at is not None and self._next_due_at <= now()

    def seconds_until_due(self) -> float | None:
        """Return the seconds until the next blast is due, at least 0; None without one."""
        if self._next_due_at is None:
            return None
        return max(0.0, (self._next_due_at - now()).total_seconds())

    def mark_dirty(self) -> None:
        """Note that there may be work."""
        self.is_dirty = True

    def mark_idle(self) -> None:
        """Note that nothing is queued, until the next commit."""
        self.is_dirty = False

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
