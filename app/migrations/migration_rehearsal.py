"""Applies the pending migrations to a copy beside the database, to see what they do and how long.

The database itself is only read, and may be in use.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from app.migrations import database_backups, database_file, migration_runner
from app.migrations.migration_errors import MigrationError
from app.migrations.migration_history import list_tables
from app.migrations.migration_progress import measure_database, require_room

# One for the copy, one for what its migrations write before they commit.
COPIES = 2


def rehearse_migrations(path: Path, logger: logging.Logger) -> Iterator[str]:
    """Yield lines about what the pending migrations would do; leave nothing behind.

    Raises MigrationError without room, or when one of them fails: then the real one would.
    """
    pending_names = migration_runner.list_pending_migrations(path)
    if not pending_names:
        yield f"{path}: nothing to apply."
        return
    require_room(path, COPIES)
    with _open_folder(path) as folder:
        copy = folder / path.name
        started = time.monotonic()
        database_backups.copy_database(path, copy)
        yield f"Copied {_megabytes(copy)} in {time.monotonic() - started:.1f} s."
        rows_before = _count_rows(copy)
        size_before = measure_database(copy)
        started = time.monotonic()
        migration_runner.migrate_copy(copy, logger)
        seconds = time.monotonic() - started
        yield from _describe_changes(copy, pending_names)
        yield from _compare_rows(rows_before, _count_rows(copy))
        size_after = measure_database(copy)
        yield f"Size: {size_before // 2**20} MB before, {size_after // 2**20} MB after."
        yield (
            f"All {len(pending_names)} took {seconds:.1f} s. Nothing was changed: the copy is gone."
        )


@contextlib.contextmanager
def _open_folder(path: Path) -> Iterator[Path]:
    """Make the folder for the copy, and delete it with all that is in it."""
    folder = path.parent / f".{path.stem}-rehearsal"
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        # The kernel drops the lock with the process: what a killed one left is overwritten.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise MigrationError(f"Another rehearsal is running in {folder}.") from error
    try:
        for file in folder.iterdir():
            file.unlink()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _describe_changes(copy: Path, names: list[str]) -> Iterator[str]:
    with database_file.open_read_only(copy) as connection:
        rows = connection.execute(
            "SELECT name, (julianday(finished_at) - julianday(started_at)) * 86400, changed_rows "
            "FROM schema_changes ORDER BY id DESC LIMIT ?",
            (len(names),),
        ).fetchall()
    for name, seconds, changed_rows in reversed(rows):
        yield f"{name}: {seconds:.1f} s, {changed_rows:,} rows changed"


def _count_rows(copy: Path) -> dict[str, int]:
    with database_file.open_read_only(copy) as connection:
        return {table: _count_table(connection, table) for table in sorted(list_tables(connection))}


def _count_table(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def _compare_rows(before: dict[str, int], after: dict[str, int]) -> Iterator[str]:
    """Yield a line for each table that is new, gone, or has another number of rows."""
    for table in sorted({*before, *after}):
        # The migrations' own tables, and the parts of a search table.
        if table.startswith("schema_") or "_search_" in table:
            continue
        if table not in before:
            yield f"New table {table}: {after[table]:,} rows"
        elif table not in after:
            yield f"Table {table} is gone: it had {before[table]:,} rows"
        elif before[table] != after[table]:
            yield f"Table {table}: {before[table]:,} rows before, {after[table]:,} after"


def _megabytes(file: Path) -> str:
    return f"{file.stat().st_size // 2**20} MB"
