"""Which values of some columns a transaction changed, whatever statement did it.

Temporary triggers note them: each connection has its own, and nothing is stored in the schema.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

CHANGE_WATCH_KEY = "change_watch"
# Each kind of change, and which rows of it are noted.
NOTED_ROWS = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}


@dataclass(frozen=True)
class ChangeWatch:
    """What is watched: one column of each of these tables.

    `counting`: a statement that runs with each changed row, in its transaction; it may call the
    SQL functions of `functions`, which take nothing and must not raise. `listener`: called with the
    values after the commit, on the thread that committed; it must not raise.
    """

    columns: Mapping[str, str]
    counting: str
    listener: Callable[[frozenset[str]], None]
    functions: Mapping[str, Callable[[], int]] = field(default_factory=dict)


def install_change_watch(app: Flask, watch: ChangeWatch) -> None:
    """Watch every connection that the app opens from now on."""
    app.extensions[CHANGE_WATCH_KEY] = watch


def find_change_watch(app: Flask) -> ChangeWatch | None:
    """Return what the app watches, None when nothing."""
    watch: ChangeWatch | None = app.extensions.get(CHANGE_WATCH_KEY)
    return watch


def note_change(session: Session, value: str) -> None:
    """Let the listener hear of a value that no row holds any more. Inside write()."""
    session.execute(select(func.note_change(value)))


def watch_connection(connection: sqlite3.Connection, watch: ChangeWatch) -> set[str]:
    """Return the set that every change through this connection adds its value to.

    A database that is not migrated yet has no such tables: it stays empty.
    """
    values: set[str] = set()
    # Returns nothing to SQL; a value of SQLite's NULL is noted by nobody.
    connection.create_function("note_change", 1, values.add)
    for name, function in watch.functions.items():
        connection.create_function(name, 0, function)
    for table, column in watch.columns.items():
        for change, rows in NOTED_ROWS.items():
            notes = "".join(f"SELECT note_change({row}.{column}); " for row in rows)
            trigger = (
                f"CREATE TEMP TRIGGER IF NOT EXISTS note_{change.lower()}_{table} "
                f"AFTER {change} ON main.{table} BEGIN {notes}{watch.counting}; END"
            )
            try:
                connection.execute(trigger).close()
            except sqlite3.OperationalError as error:
                # Of any other error nobody would hear, and the connection would watch nothing.
                if "no such table" not in str(error):
                    raise
                return values
    return values
