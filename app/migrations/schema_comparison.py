"""Describes a database's schema in words that can be compared.

It covers tables, columns, keys, indexes, CHECK rules and triggers.
"""

import functools
import re
import sqlite3
from collections.abc import Iterator

from app.migrations.migration_history import BOOKKEEPING_TABLES

# Litestream, which copies the database continuously, keeps two tables of its own in it
# (https://litestream.io/how-it-works/).
TABLES_OF_OTHERS = {"_litestream_seq", "_litestream_lock"}
SQL_TOKEN_PATTERN = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|\w+|[^\s\w]""")
CHECK_CONSTRAINT_PATTERN = re.compile(r"(?:constraint (\w+) )?check \(")
SchemaDescription = dict[str, str]


def describe_schema(connection: sqlite3.Connection) -> SchemaDescription:
    """Return how each thing looks, by its kind and name ("column users.role").

    The migrations' own tables are left out.
    """
    schema: SchemaDescription = {}
    tables = connection.execute(
        "SELECT name, type, strict, wr FROM pragma_table_list WHERE schema = 'main'"
    ).fetchall()
    sql_by_name = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    )
    for name, kind, strict, without_rowid in tables:
        if kind == "virtual":
            schema[f"search table {name}"] = normalize_sql(sql_by_name[name])
        elif kind == "table" and _is_own_table(name):
            schema[f"table {name}"] = f"strict {strict}, without rowid {without_rowid}"
            schema.update(_describe_table(connection, name, sql_by_name[name]))
    for name, kind in connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('trigger', 'view')"
    ):
        schema[f"{kind} {name}"] = normalize_sql(sql_by_name[name])
    return schema


def _is_own_table(name: str) -> bool:
    is_of_others = name in BOOKKEEPING_TABLES or name in TABLES_OF_OTHERS
    return not is_of_others and not name.startswith("sqlite_")


def compare_schemas(actual: SchemaDescription, expected: SchemaDescription) -> list[str]:
    """Return one sentence for each thing that is missing, superfluous or different."""
    sentences = []
    for thing in sorted({*actual, *expected}):
        if thing not in actual:
            sentences.append(f"The {thing} is missing.")
        elif thing not in expected:
            sentences.append(f"The {thing} should not be there.")
        elif actual[thing] != expected[thing]:
            difference = f"({actual[thing]}) but should be ({expected[thing]})"
            sentences.append(f"The {thing} is {difference}.")
    return sentences


# Cached: the databases that the doctor compares have nearly all statements in common.
@functools.lru_cache(maxsize=1024)
def normalize_sql(sql: str) -> str:
    """Return the statement with single blanks, unquoted names, and lower case outside of texts."""
    return " ".join(map(_normalize_token, SQL_TOKEN_PATTERN.findall(sql)))


def _normalize_token(token: str) -> str:
    if token.startswith("'"):
        return token
    return token.strip('"').lower()


def _describe_table(
    connection: sqlite3.Connection, table: str, sql: str
) -> Iterator[tuple[str, str]]:
    for _, name, kind, not_null, default, key, _ in connection.execute(
        f'PRAGMA table_xinfo("{table}")'
    ):
        description = f"{kind.lower()}, not null {not_null}, default {default}, key {key}"
        yield f"column {table}.{name}", description
    yield from _describe_foreign_keys(connection, table)
    yield from _describe_indexes(connection, table)
    for name, rule in _list_check_constraints(normalize_sql(sql)):
        if name:
            yield f"check {name}", rule
        else:
            yield f"check of {table}: {rule}", ""


def _describe_foreign_keys(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    keys: dict[int, list[tuple[str, ...]]] = {}
    # A row for each column: id, seq, table, from, to, on_update, on_delete, match.
    for number, _, *column in connection.execute(f'PRAGMA foreign_key_list("{table}")'):
        keys.setdefault(number, []).append(tuple(column))
    for columns in keys.values():
        own_columns = ", ".join(column[1] for column in columns)
        parent_columns = ", ".join(column[2] or "" for column in columns)
        parent, _, _, on_update, on_delete, *_ = columns[0]
        yield (
            f"key of {table}({own_columns})",
            f"{parent}({parent_columns}), on update {on_update}, on delete {on_delete}",
        )


def _describe_indexes(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    """Yield indexes by name with their statement, and UNIQUE rules by their columns."""
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
            # seqno, cid, name, desc, collation, key: the last tells a column of the key from the
            # row id at its end.
            rows = connection.execute(f'PRAGMA index_xinfo("{name}")')
            columns = ", ".join(f"{row[2]} {row[4]}" for row in rows if row[5])
            yield f"unique rule of {table}({columns})", f"unique {unique}"


@functools.lru_cache(maxsize=256)
def _list_check_constraints(sql: str) -> list[tuple[str, str]]:
    """Return the name, or "", and the rule of each CHECK in a normalized statement."""
    constraints = []
    for match in CHECK_CONSTRAINT_PATTERN.finditer(sql):
        tokens: list[str] = []
        depth = 1
        # The rule ends at the parenthesis that closes the one behind CHECK.
        for token in SQL_TOKEN_PATTERN.findall(sql[match.end() :]):
            depth += {"(": 1, ")": -1}.get(token, 0)
            if depth == 0:
                break
            tokens.append(token)
        constraints.append((match[1] or "", " ".join(tokens)))
    return constraints
