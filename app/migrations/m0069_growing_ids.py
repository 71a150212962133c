"""The id of a deleted user, event, survey or other thing is not given to another one.

The audit, notices and the addresses that people keep name them by number; SQLite gives the number
of the last deleted row again.
"""

import logging
import re
import sqlite3

from app.migrations.table_rebuild import rebuild_table

# By the words by which the audit names their rows: "event 7".
TABLES = {
    "user": "users",
    "event": "events",
    "survey": "survey_flows",
    "keyword": "keyword_rules",
    "series": "blast_series",
    "segment": "segments",
    "field": "person_fields",
    "template": "message_templates",
    "scheduled blast": "scheduled_messages",
}
DEFINITION = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
KEY = r"\bid INTEGER NOT NULL(?: CONSTRAINT pk_{table} PRIMARY KEY)?,"
GROWING_KEY = "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
KEY_OF_TABLE = r",?\s*CONSTRAINT pk_{table} PRIMARY KEY \(id\)(?=\s*[,)])"
# Ids that were given before, also to what is gone: what happened to it, and what a user did, stays
# in the audit, and its own row for 30 days in the trash.
HIGHEST_ID = """SELECT max(
    coalesce((SELECT max(id) FROM {table}), 0),
    coalesce((SELECT max(user_id) FROM audit_events WHERE :kind = 'user'), 0),
    coalesce((SELECT max(thing_id) FROM audit_events WHERE thing_kind = :kind), 0),
    coalesce((SELECT max(CAST(substr(about, length(:kind) + 2) AS INTEGER)) FROM audit_events
        WHERE about GLOB :kind || ' [0-9]*'), 0),
    coalesce((SELECT max(json_extract(row, '$.id')) FROM trash_rows
        WHERE table_name = '{table}' AND action = 'deleted'), 0))"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild the tables so that their ids only grow, from the highest ever given."""
    for kind, table in TABLES.items():
        (highest_id,) = connection.execute(
            HIGHEST_ID.format(table=table), {"kind": kind}
        ).fetchone()
        definition = re.sub(KEY_OF_TABLE.format(table=table), "", _read(connection, table), count=1)
        _rebuild(connection, definition, KEY.format(table=table), GROWING_KEY)
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, highest_id))
    logger.info("ids of %s tables are not used again", len(TABLES))


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild them as they were."""
    for table in TABLES.values():
        key = f"id INTEGER NOT NULL CONSTRAINT pk_{table} PRIMARY KEY,"
        _rebuild(connection, _read(connection, table), rf"\b{GROWING_KEY}", key)
    logger.info("ids of %s tables may be used again", len(TABLES))


def _read(connection: sqlite3.Connection, table: str) -> str:
    (definition,) = connection.execute(DEFINITION, (table,)).fetchone()
    return str(definition)


def _rebuild(connection: sqlite3.Connection, definition: str, key: str, new_key: str) -> None:
    definition, count = re.subn(key, new_key, definition, count=1)
    if not count:
        raise ValueError(f"no primary key in {definition}")
    rebuild_table(connection, definition)
