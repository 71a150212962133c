"""Whether the file of a database is whole: its pages, and each index against its table."""

import sqlite3
from pathlib import Path

from app.core.database_errors import is_damage
from app.migrations.migration_errors import DatabaseDamaged

# How many lines SQLite may write. What single rows hold comes as lines too, and must not hide the
# damage behind it.
MAX_LINES = 1_000_000
MAX_CAUSE_LENGTH = 160
# What one row holds is no damage of the file: such a row is set aside with its reason. The search
# has its own check, and misleads nobody but who searches.
ROW_LINES = ("CHECK constraint failed", "NULL value in", "TEXT value in", "NUMERIC value in")
SEARCH_WORDS = "FTS5 table"


def find_structural_damage(connection: sqlite3.Connection, *, is_quick: bool = False) -> str:
    """Return the first thing that is wrong with the file itself; "" when it is whole.

    Reads all of it. `is_quick`: without comparing each index with its table.
    """
    try:
        return _find_structural_line(connection, "quick_check" if is_quick else "integrity_check")
    except sqlite3.DatabaseError as error:
        # Some damage ends the check itself.
        if not is_damage(error):
            raise
        return str(error)


def _find_structural_line(connection: sqlite3.Connection, pragma: str) -> str:
    connection.execute("PRAGMA ignore_check_constraints=ON")
    try:
        for (line,) in connection.execute(f"PRAGMA {pragma}({MAX_LINES})"):
            words = " ".join(str(line).split())
            if words != "ok" and not words.startswith(ROW_LINES) and SEARCH_WORDS not in words:
                return words[:MAX_CAUSE_LENGTH]
    finally:
        connection.execute("PRAGMA ignore_check_constraints=OFF")
    return ""


def check_database_integrity(
    connection: sqlite3.Connection, path: Path, *, is_quick: bool = False
) -> None:
    """Raise DatabaseDamaged when the file is not whole."""
    cause = find_structural_damage(connection, is_quick=is_quick)
    if cause:
        raise DatabaseDamaged(path, cause)
