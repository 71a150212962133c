"""What a migration that takes long says meanwhile, and whether there is room for its copy."""

import logging
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.migrations.migration_errors import NoRoom

SECONDS_BETWEEN_LINES = 5.0
# SQLite asks after so many of its own steps: some hundred times a second, which costs nothing.
STEPS_BETWEEN_CALLS = 100_000
SPARE_BYTES = 16 * 2**20


@contextmanager
def tell_progress(
    connection: sqlite3.Connection, name: str, logger: logging.Logger
) -> Iterator[None]:
    """Log every five seconds how long the block has run and how many rows it has changed."""
    started, rows_before = time.monotonic(), connection.total_changes
    next_line = started + SECONDS_BETWEEN_LINES

    def tell() -> int:
        nonlocal next_line
        moment = time.monotonic()
        if moment >= next_line:
            next_line = moment + SECONDS_BETWEEN_LINES
            rows = connection.total_changes - rows_before
            logger.info("migration %s: %.0f s, %s rows so far", name, moment - started, f"{rows:,}")
        return 0

    connection.set_progress_handler(tell, STEPS_BETWEEN_CALLS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def measure_database(path: Path) -> int:
    """Return the bytes of the database with its write-ahead log."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def require_room(path: Path, copies: int) -> None:
    """Raise NoRoom unless the disk has room for so many copies of the database beside it."""
    needed = measure_database(path) * copies + SPARE_BYTES
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise NoRoom(path, needed, free)
