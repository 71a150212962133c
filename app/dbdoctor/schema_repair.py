"""What can be made anew when it is missing or wrong: indexes, triggers and search tables.

They hold nothing that is not in a table, so nobody needs to restore a backup for them.
"""

import functools
import sqlite3
from dataclasses import dataclass
from itertools import starmap

from app.dbdoctor.schema_drift import open_model_database
from app.migrations.migration_errors import MigrationError
from app.migrations.schema_comparison import normalize_sql

# `inbox_search` keeps its own words: those of texts that are of no blast
# (docs/decisions/0012-finding-texts.md). The other search table reads its members.
FILL_SQL_BY_SEARCH_TABLE = {
    "inbox_search": "INSERT INTO inbox_search (rowid, body) SELECT id, body FROM messages "
    "WHERE message_log_id IS NULL AND body <> ''",
    "community_search": "INSERT INTO community_search (community_search) VALUES ('rebuild')",
}
OBJECTS_SQL = (
    "SELECT name, type, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql NOT NULL "
    "UNION ALL SELECT name, 'search', sql FROM sqlite_master "
    "WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'"
)


@dataclass(frozen=True)
class SchemaObject:
    """An index, a trigger or a search table with the statement that creates it."""

    name: str
    kind: str
    sql: str

    def does_the_same(self, other: "SchemaObject") -> bool:
        """Whether both statements do the same, however they are written."""
        return normalize_sql(self.sql) == normalize_sql(other.sql)


def recreate_schema_objects(connection: sqlite3.Connection) -> None:
    """Create what is missing or different from the models.

    Inside a transaction. What is there and not in the models stays. Raises MigrationError when
    rows contradict a unique index.
    """
    existing = {present.name: present for present in _read_objects(connection)}
    # Search tables first: their triggers are on other tables, but name them.
    for expected_object in sorted(
        _read_model_objects(), key=lambda expected: expected.kind != "search"
    ):
        existing_object = existing.get(expected_object.name)
        if existing_object is not None and existing_object.does_the_same(expected_object):
            continue
        if existing_object is not None:
            connection.execute(_build_drop_sql(existing_object))
        _create_object(connection, expected_object)


def _create_object(connection: sqlite3.Connection, wanted: SchemaObject) -> None:
    try:
        connection.execute(wanted.sql)
    except sqlite3.OperationalError as error:
        raise MigrationError(
            f"The {wanted.kind} {wanted.name} cannot be created: {error}. "
            "Restore a backup: python -m app.dbdoctor --restore FILE."
        ) from error
    except sqlite3.IntegrityError as error:
        raise MigrationError(
            f"The index {wanted.name} cannot be created: two rows have the same value ({error}). "
            "Restore a backup: python -m app.dbdoctor --restore FILE."
        ) from error
    if wanted.kind == "search":
        connection.execute(FILL_SQL_BY_SEARCH_TABLE[wanted.name])


def _build_drop_sql(found: SchemaObject) -> str:
    kind = "table" if found.kind == "search" else found.kind
    return f'DROP {kind} "{found.name}"'


# Cached: creating every table takes 0.2 s, and the models of a process do not change.
@functools.cache
def _read_model_objects() -> list[SchemaObject]:
    with open_model_database() as connection:
        return _read_objects(connection)


def _read_objects(connection: sqlite3.Connection) -> list[SchemaObject]:
    return list(starmap(SchemaObject, connection.execute(OBJECTS_SQL)))
