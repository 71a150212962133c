"""Counts statements that the database took long for, by where they were asked and their SQL.

Of this process, since it started. No value of a statement is kept: only its SQL, whose texts and
numbers are masked.
"""

import logging
import re
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request

log = logging.getLogger(__name__)

DEFAULT_SLOW_MS = 100
SECONDS_BETWEEN_LINES = 60.0
# More kinds than these are counted as one: the memory stays small whatever is asked.
MAX_KINDS = 200
MAX_SQL_LENGTH = 300
OTHER_SQL = "(other statements)"
VALUE_PATTERN = re.compile(r"'(?:[^']|'')*'|(?<![\w.:])\d+(?:\.\d+)?")
LIST_PATTERN = re.compile(r"\(\s*(?:\?|:\w+)(?:\s*,\s*(?:\?|:\w+))+\s*\)")
_clock = time.perf_counter


@dataclass
class SlowStatement:
    """How often a statement was slow, and for how many seconds."""

    place: str
    sql: str
    count: int = 0
    total_seconds: float = 0.0
    longest_seconds: float = 0.0
    logged_at: float = float("-inf")


class SlowStatementCounter:
    """The slow statements of this process. Safe to use from several threads."""

    def __init__(self) -> None:
        self.threshold_seconds = DEFAULT_SLOW_MS / 1000
        self._lock = threading.Lock()
        self._statements: dict[tuple[str, str], SlowStatement] = {}

    def record(self, sql: str, seconds: float) -> None:
        """Count a statement that took this long; log it at most once a minute."""
        place, sql = _name_place(), mask_values(sql)
        with self._lock:
            if (place, sql) not in self._statements and len(self._statements) >= MAX_KINDS:
                sql = OTHER_SQL
            statement = self._statements.setdefault((place, sql), SlowStatement(place, sql))
            statement.count += 1
            statement.total_seconds += seconds
            statement.longest_seconds = max(statement.longest_seconds, seconds)
            is_logged = time.monotonic() - statement.logged_at >= SECONDS_BETWEEN_LINES
            if is_logged:
                statement.logged_at = time.monotonic()
        if is_logged:
            log.warning("slow statement (%.0f ms) in %s: %s", seconds * 1000, place, sql)

    def list_statements(self) -> list[SlowStatement]:
        """Return the slow statements, those that took most time first."""
        with self._lock:
            statements = list(self._statements.values())
        return sorted(statements, key=lambda statement: -statement.total_seconds)

    def clear(self) -> None:
        """Forget every statement counted so far."""
        with self._lock:
            self._statements.clear()


SLOW_STATEMENTS = SlowStatementCounter()


def mask_values(sql: str) -> str:
    """Return the SQL on one line, with ? for each text and number, cut to MAX_SQL_LENGTH."""
    plain = " ".join(VALUE_PATTERN.sub("?", sql).split())
    return LIST_PATTERN.sub("(…)", plain)[:MAX_SQL_LENGTH]


def _name_place() -> str:
    """Return the endpoint of the request, or the name of the thread without its number."""
    if has_request_context():
        return request.endpoint or "no page"
    return threading.current_thread().name.rstrip("0123456789_- ") or "thread"


class TimedCursor(sqlite3.Cursor):
    """A cursor of SQLAlchemy that looks at the clock: 5 µs of the 200 that a statement takes.

    PreparedStatement, which sends the texts, looks at it itself: 0.2 µs (docs/operations.md).
    """

    _sql = ""

    def execute(self, sql: str, *values: Any) -> "TimedCursor":
        """Execute a statement. The first row is found in it, or all of a sum."""
        started = _clock()
        try:
            return super().execute(sql, *values)
        finally:
            self._sql = sql
            seconds = _clock() - started
            if seconds > SLOW_STATEMENTS.threshold_seconds:
                SLOW_STATEMENTS.record(sql, seconds)

    def executemany(self, sql: str, *values: Any) -> "TimedCursor":
        """Execute a statement for each of many values; they count as one."""
        started = _clock()
        try:
            return super().executemany(sql, *values)
        finally:
            seconds = _clock() - started
            if seconds > SLOW_STATEMENTS.threshold_seconds:
                SLOW_STATEMENTS.record(sql, seconds)

    def fetchall(self) -> list[Any]:
        """Return the rows that are left; SQLite looks for most of them only now."""
        started = _clock()
        rows = super().fetchall()
        seconds = _clock() - started
        if seconds > SLOW_STATEMENTS.threshold_seconds:
            SLOW_STATEMENTS.record(self._sql, seconds)
        return rows


class TimedConnection(sqlite3.Connection):
    """A connection whose cursors are timed."""

    def cursor(self, factory: Any = TimedCursor) -> Any:
        """Return a timed cursor; execute() of the connection calls this too."""
        return super().cursor(factory)
