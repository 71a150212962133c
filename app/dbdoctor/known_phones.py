"""Every phone number that stands in the database, whatever table it is in."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.migrations import database_file


def list_known_phones(database: Path) -> set[str]:
    """Return the numbers of every column called `phone`.

    A million rows take about a second: only for what happens once, such as after a restore.
    """
    phones: set[str] = set()
    with database_file.open_read_only(database) as connection:
        for table in _find_tables_with_phones(connection):
            # The name comes from the schema itself.
            rows = connection.execute(f'SELECT DISTINCT phone FROM "{table}" WHERE phone GLOB "+*"')
            phones.update(row[0] for row in rows)
    return phones


def _find_tables_with_phones(connection: sqlite3.Connection) -> Iterator[str]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in names:
        columns = connection.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
        # The shadow tables of the search hold no column of that name.
        if ("phone",) in columns:
            yield str(name)
