"""Who asked and who confirmed is kept by the id of the user, which a new name does not change."""

import logging
import sqlite3

COLUMNS = (("blast_approvals", "asked_by_id"), ("blast_confirmations", "user_id"))
NAMES = {"blast_approvals": "asked_by", "blast_confirmations": "username"}


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns, filled in from the names of today."""
    for table, column in COLUMNS:
        reference = "REFERENCES users (id) ON DELETE SET NULL"
        key = f"CONSTRAINT fk_{table}_{column} {reference}"
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER {key}")
        connection.execute(
            f"UPDATE {table} SET {column} = "
            f"(SELECT id FROM users WHERE users.username = {table}.{NAMES[table]})"
        )
        connection.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
    logger.info("a new user name changes no limit and no approval")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: an older release goes by the names."""
    for table, column in COLUMNS:
        connection.execute(f"DROP INDEX ix_{table}_{column}")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    logger.info("limits and approvals go by user names")
