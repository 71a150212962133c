"""What the doctor did is a row of the audit, in the database that lives on."""

import json
import logging
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.audit import sql
from app.audit.audit_chain import append_audit_row
from app.audit.chain_files import ChainHead, forget_chain_head, write_chain_head
from app.core.column_types import datetime_to_db
from app.migrations import database_file
from app.migrations.migration_errors import MigrationError

LOGGER = logging.getLogger("app.dbdoctor")
COMMAND_LINE_USER = "(command line)"
# Of a database whose schema is older than the chain.
PLAIN_INSERT_SQL = (
    "INSERT INTO audit_events (at, who, verb, details) VALUES (:at, :who, :verb, :details)"
)


class ConnectionRunner:
    """Runs the statements of the chain on a sqlite3 connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def fetch(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        return self.connection.execute(statement, values).fetchall()

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        self.connection.executemany(statement, rows)


def record_act(path: Path, verb: str, **details: Any) -> None:
    """Write a row about what the doctor did to the database at `path`, chained if it has a chain.

    Never raises: what was done is done, and a database that cannot be written says so itself.
    """
    row = {
        "at": datetime_to_db(datetime.now(UTC)),
        "who": COMMAND_LINE_USER,
        "verb": verb,
        "details": json.dumps(details, ensure_ascii=False) if details else None,
    }
    try:
        with database_file.open_for_writing(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            head = _insert_row(connection, path, row)
            connection.execute("COMMIT")
        if head is None:
            # There is no chain yet, or no longer: what the file says is of another.
            forget_chain_head(path)
        else:
            write_chain_head(path, head)
    except (MigrationError, OSError) as problem:
        LOGGER.info("This is not in the audit: %s", problem)


def _insert_row(
    connection: sqlite3.Connection, path: Path, row: dict[str, Any]
) -> ChainHead | None:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'audit_anchors'")
    if tables.fetchone() is None:
        connection.execute(PLAIN_INSERT_SQL, row)
        return None
    append_audit_row(ConnectionRunner(connection), path, row)
    return ChainHead(*connection.execute(sql.LAST_CHAINED_ROW).fetchone())
