"""Databases as a dying disk, a torn write or a bad copy leaves them."""

import contextlib
import sqlite3


def make_index_lie(path, index, *statements):
    """Run statements that `index` learns nothing of: its entries and its table disagree then."""
    entry = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = ?"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute(entry, (index,)).fetchone()
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = ?", (index,))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", row)
