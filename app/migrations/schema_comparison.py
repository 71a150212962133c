"""What a database looks like: every table, column, key, index, rule and trigger, in words that
can be compared.
"""

import re
import sqlite3
from collections.abc import Iterator

from app.migrations.migration_history import BOOKKEEPING_TABLES

SQL_TOKEN_PATTERN = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|\w+|[^\s\w]""")
CHECK_CONSTRAINT_PATTERN = re.compile(r"(?:constraint (\w+) )?check \(")
SchemaDescription = dict[str, str]


def describe_schema(connection: sqlite3.Connection) -> SchemaDescription:
    """What is there ("column users.role") to what it is like.

    The migrations' own bookkeeping is left out.
    """
    shape: SchemaDescription = {}
    listed = connection.execute(
        "SELECT name, type, strict, wr FROM pragma_table_list WHERE schema = 'main'"
    ).fetchall()
    sql = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    )
    for name, kind, strict, without_rowid in listed:
        if kind == "virtual":
            shape[f"search table {name}"] = normalize_sql(sql[name])
        elif kind == "table" and name not in BOOKKEEPING_TABLES and not name.startswith("sqlite_"):
            shape[f"table {name}"] = f"strict {strict}, without rowid {without_rowid}"
            shape.update(_describe_table(connection, name, sql[name]))
    for name, kind in connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('trigger', 'view')"
    ):
        shape[f"{kind} {name}"] = normalize_sql(sql[name])
    return shape


def compare_schemas(actual: SchemaDescription, wanted: SchemaDescription) -> list[str]:
    """One sentence for each thing that is missing, is too much, or is otherwise; none when both
    look alike.
    """
    found = []
    for thing in sorted({*actual, *wanted}):
        if thing not in actual:
            found.append(f"The {thing} is missing.")
        elif thing not in wanted:
            found.append(f"The {thing} should not be there.")
        elif actual[thing] != wanted[thing]:
            found.append(f"The {thing} is ({actual[thing]}) but should be ({wanted[thing]}).")
    return found


def normalize_sql(sql: str) -> str:
    """The statement with one blank between its parts, without quotes around names, in lower
    case but for texts.
    """
    parts = SQL_TOKEN_PATTERN.findall(sql)
    return " ".join(part if part.startswith("'") else part.strip('"').lower() for part in parts)


def _describe_table(
    connection: sqlite3.Connection, table: str, sql: str
) -> Iterator[tuple[str, str]]:
    for _, name, kind, not_null, default, key, _ in connection.execute(
        f'PRAGMA table_xinfo("{table}")'
    ):
        like = f"{kind.lower()}, not null {not_null}, default {default}, key {key}"
        yield f"column {table}.{name}", like
    yield from _describe_foreign_keys(connection, table)
    yield from _describe_indexes(connection, table)
    for name, rule in _describe_check_constraints(normalize_sql(sql)):
        yield (f"check {name}", rule) if name else (f"check of {table}: {rule}", "")


def _describe_foreign_keys(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    keys: dict[int, list[tuple[str, ...]]] = {}
    for number, _, *rest in connection.execute(f'PRAGMA foreign_key_list("{table}")'):
        keys.setdefault(number, []).append(tuple(rest))
    for rows in keys.values():
        here = ", ".join(row[1] for row in rows)
        there = ", ".join(row[2] or "" for row in rows)
        target, on_update, on_delete = rows[0][0], rows[0][3], rows[0][4]
        yield (
            f"key of {table}({here})",
            f"{target}({there}), on update {on_update}, on delete {on_delete}",
        )


def _describe_indexes(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    """Indexes by name with their statement (partial ones and expressions too); UNIQUE rules by
    their columns.
    """
    for _, name, unique, origin, _ in connection.execute(
        f'PRAGMA index_list("{table}")'
    ).fetchall():
        if origin == "c":
            (sql,) = connection.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?",
                (name,),
            ).fetchone()
            yield f"index {name}", normalize_sql(sql)
        elif origin == "u":
            rows = connection.execute(f'PRAGMA index_xinfo("{name}")')
            columns = ", ".join(f"{row[2]} {row[4]}" for row in rows if row[5])
            yield f"unique rule of {table}({columns})", f"unique {unique}"


def _describe_check_constraints(sql: str) -> Iterator[tuple[str, str]]:
    """Each CHECK of a table in normal form: its name, if it has one, and its rule."""
    for match in CHECK_CONSTRAINT_PATTERN.finditer(sql):
        parts, depth = [], 1
        for part in SQL_TOKEN_PATTERN.findall(sql[match.end() :]):
            depth += {"(": 1, ")": -1}.get(part, 0)
            if depth == 0:
                break
            parts.append(part)
        yield match[1] or "", " ".join(parts)
