"""Gives a table another definition inside a migration's transaction; its rows stay.

SQLite cannot change a CHECK, a type or a foreign key of a table that exists: the table is made anew
under another name, filled, and renamed (https://www.sqlite.org/lang_altertable.html, 7). A process
that is killed in between leaves the former table, because the migration is one transaction.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping

CREATE_TABLE_PATTERN = re.compile(r'CREATE TABLE\s+"?(\w+)"?\s*\(')
STATISTICS_TABLES = ("sqlite_stat1", "sqlite_stat4")
VISIBLE_COLUMNS_SQL = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0"


def rebuild_table(
    connection: sqlite3.Connection,
    definition: str,
    values: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
) -> None:
    """Rebuild the table that `definition`, a whole CREATE TABLE statement, names.

    `values`: an SQL expression over the former row for each column that is new or computed; the
    other columns keep their values, and a new column that is not named gets its default. Columns
    that the definition leaves out are dropped. `without`: the names of indexes and triggers that
    are not made again; all others are, word for word, and views and triggers of other tables that
    name the table as well. Foreign keys of other tables keep pointing at the table's name.

    Raises RuntimeError outside of a migration, and sqlite3.Error where a row, an index or a trigger
    does not fit the definition.
    """
    table = _read_table_name(definition)
    _require_migration(connection)
    objects = _read_dependent_objects(connection, table)
    statistics = _read_statistics(connection, table)
    last_id = _read_last_id(connection, table)
    rebuilt = f"{table}_rebuilt"
    # A reference of the definition to its own table keeps the final name.
    connection.execute(CREATE_TABLE_PATTERN.sub(f'CREATE TABLE "{rebuilt}" (', definition, count=1))
    _copy_rows(connection, table, rebuilt, dict(values or {}))
    # The rename checks every trigger and view, and those of this table would name a table that is
    # not there. Dropping the table drops its own.
    for kind, name, owner, _ in objects:
        if kind == "view" or (kind == "trigger" and owner != table):
            connection.execute(f'DROP {kind} "{name}"')
    connection.execute(f'DROP TABLE "{table}"')
    connection.execute(f'ALTER TABLE "{rebuilt}" RENAME TO "{table}"')
    dropped = set(without)
    for _, name, _, sql in objects:
        if name not in dropped:
            connection.execute(sql)
    _restore_statistics(connection, table, statistics)
    _restore_last_id(connection, table, last_id)
    _compile_triggers(connection, {owner for _, _, owner, _ in objects} | {table})


def _read_table_name(definition: str) -> str:
    match = CREATE_TABLE_PATTERN.match(definition)
    if match is None:
        raise ValueError("the definition must start with CREATE TABLE and the table's name")
    return match[1]


def _require_migration(connection: sqlite3.Connection) -> None:
    # With foreign keys on, DROP TABLE would delete or empty the rows that refer to the table.
    (enforced,) = connection.execute("PRAGMA foreign_keys").fetchone()
    if enforced or not connection.in_transaction:
        raise RuntimeError("a table is rebuilt in a migration, with foreign keys off")


def _read_dependent_objects(
    connection: sqlite3.Connection, table: str
) -> list[tuple[str, str, str, str]]:
    """Return (kind, name, table it belongs to, statement) of what has to be made again, in order.

    Its own indexes and triggers, and everybody's triggers and views that name it.
    """
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql NOT NULL "
        "AND type IN ('index', 'view', 'trigger') "
        "ORDER BY CASE type WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid"
    ).fetchall()
    names_table = re.compile(rf"\b{re.escape(table)}\b", re.IGNORECASE)
    # Views may be built on views: all of them are made again.
    return [
        row for row in rows if row[2] == table or row[0] == "view" or names_table.search(row[3])
    ]


def _copy_rows(
    connection: sqlite3.Connection, table: str, rebuilt: str, values: dict[str, str]
) -> None:
    former = _list_columns(connection, table)
    columns = _list_columns(connection, rebuilt)
    if unknown := values.keys() - set(columns):
        raise ValueError(f"the new table has no column {', '.join(sorted(unknown))}")
    filled = [column for column in columns if column in values or column in former]
    names = ", ".join(f'"{column}"' for column in filled)
    expressions = ", ".join(values.get(column, f'"{column}"') for column in filled)
    (expected,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    copied = connection.execute(
        f'INSERT INTO "{rebuilt}" ({names}) SELECT {expressions} FROM "{table}"'
    ).rowcount
    if copied != expected:
        raise sqlite3.IntegrityError(f"{table} has {expected} rows, {copied} were copied")


def _list_columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns that a statement can fill, in order: none that is computed."""
    return [name for (name,) in connection.execute(VISIBLE_COLUMNS_SQL, (table,))]


def _read_statistics(
    connection: sqlite3.Connection, table: str
) -> dict[str, list[tuple[object, ...]]]:
    """Return what ANALYZE knows of the table; dropping the table forgets it."""
    statistics = {}
    for name in STATISTICS_TABLES:
        if _has_table(connection, name):
            rows = connection.execute(f"SELECT * FROM {name} WHERE tbl = ?", (table,))
            statistics[name] = rows.fetchall()
    return statistics


def _restore_statistics(
    connection: sqlite3.Connection, table: str, statistics: dict[str, list[tuple[object, ...]]]
) -> None:
    indexes = connection.execute("SELECT name FROM pragma_index_list(?)", (table,))
    index_names = {None, *(name for (name,) in indexes)}
    for name, rows in statistics.items():
        connection.execute(f"DELETE FROM {name} WHERE tbl = ?", (table,))
        for row in rows:
            # tbl, idx and the figures; an index that was not made again has none.
            if row[1] in index_names:
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {name} VALUES ({marks})", row)


def _read_last_id(connection: sqlite3.Connection, table: str) -> int | None:
    """Return the last id that AUTOINCREMENT gave; None where the table has no such column."""
    if not _has_table(connection, "sqlite_sequence"):
        return None
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return row[0] if row else None


def _restore_last_id(connection: sqlite3.Connection, table: str, last_id: int | None) -> None:
    (sql,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    if last_id is None or "AUTOINCREMENT" not in sql.upper():
        return
    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, last_id))


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    return row is not None


def _compile_triggers(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Let SQLite compile what fires on a change: CREATE TRIGGER accepts columns that are gone."""
    for table in sorted(tables):
        columns = _list_columns(connection, table)
        if _is_view(connection, table):
            connection.execute(f'EXPLAIN SELECT * FROM "{table}"')
            continue
        changes = ", ".join(f'"{column}" = "{column}"' for column in columns)
        connection.execute(f'EXPLAIN UPDATE "{table}" SET {changes}')
        connection.execute(f'EXPLAIN DELETE FROM "{table}"')
        connection.execute(f'EXPLAIN INSERT INTO "{table}" DEFAULT VALUES')


def _is_view(connection: sqlite3.Connection, name: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ?", (name,)
    ).fetchone()
    return row is not None
