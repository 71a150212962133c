"""Empties a database that is marked as a demo, whatever its tables refer to."""

import sqlite3

from app.core.db import raw_connection
from app.migrations.migration_history import BOOKKEEPING_TABLES

# What belongs to the installation and not to its people.
KEPT_TABLES = frozenset({"installation", "leases", "sender_health", *BOOKKEEPING_TABLES})
APPEND_ONLY_SUFFIX = "_no_delete"
IS_MADE_UP_SQL = """
    SELECT EXISTS (SELECT 1 FROM organisation WHERE is_demo)
        AND NOT EXISTS (SELECT 1 FROM messages WHERE carrier <> 'sandbox')
        AND NOT EXISTS (SELECT 1 FROM scheduled_messages WHERE carrier <> 'sandbox')
"""


class NotMadeUp(Exception):
    """The database is no demo, or no longer: texts to real phones were written in it."""


def erase_demo_rows() -> None:
    """Delete every row but those of KEPT_TABLES. Inside write(). Raises NotMadeUp.

    The mark alone does not count: a demo may have been connected to a carrier for a while.
    """
    connection = raw_connection()
    (is_made_up,) = connection.execute(IS_MADE_UP_SQL).fetchone()
    if not is_made_up:
        raise NotMadeUp
    tables = _list_tables(connection)
    append_only_triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE ?",
        (f"%{APPEND_ONLY_SUFFIX}",),
    ).fetchall()
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for name, _ in append_only_triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    for table in tables:
        _clear_self_references(connection, table)
    for table in _order_children_first(connection, tables):
        connection.execute(f'DELETE FROM "{table}"')
    for _, sql in append_only_triggers:
        connection.execute(sql)


def _list_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables to empty; triggers keep the searches, which are virtual tables."""
    rows = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    )
    return [name for (name,) in rows if name not in KEPT_TABLES and not name.startswith("sqlite_")]


def _clear_self_references(connection: sqlite3.Connection, table: str) -> None:
    """Let rows refer to no other row of their table: ON DELETE RESTRICT cannot be deferred."""
    for key in connection.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
        if key[2] == table:
            connection.execute(
                f'UPDATE "{table}" SET "{key[3]}" = NULL WHERE "{key[3]}" IS NOT NULL'
            )


def _order_children_first(connection: sqlite3.Connection, tables: list[str]) -> list[str]:
    """Return the tables so that each comes after those that refer to it, cycles aside."""
    referring: dict[str, set[str]] = {table: set() for table in tables}
    for table in tables:
        for key in connection.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
            if key[2] in referring and key[2] != table:
                referring[key[2]].add(table)
    ordered: list[str] = []
    visited: set[str] = set()

    def visit(table: str) -> None:
        if table in visited:
            return
        visited.add(table)
        for child in sorted(referring[table]):
            visit(child)
        ordered.append(table)

    for table in tables:
        visit(table)
    return ordered
