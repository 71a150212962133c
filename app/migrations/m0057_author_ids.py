"""Who answers for a blast is kept by the id of the user too, which a new name does not change."""

import logging
import sqlite3

TABLES = ("scheduled_messages", "blast_series", "event_reminders", "sequences")
COLUMNS = {
    "scheduled_messages": "created_by_id",
    "blast_series": "created_by_id",
    "event_reminders": "written_by_id",
    "sequences": "activated_by_id",
}
# A reminder had no author until now.
NAMES = {
    "scheduled_messages": "created_by",
    "blast_series": "created_by",
    "sequences": "activated_by",
}


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns, filled in from the names of today."""
    for table in TABLES:
        column = COLUMNS[table]
        reference = "REFERENCES users (id) ON DELETE SET NULL"
        key = f"CONSTRAINT fk_{table}_{column} {reference}"
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER {key}")
        if table in NAMES:
            connection.execute(
                f"UPDATE {table} SET {column} = "
                f"(SELECT id FROM users WHERE users.username = {table}.{NAMES[table]})"
            )
        connection.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
    logger.info("a new user name lifts no limit of a blast that waits")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: an older release goes by the names."""
    for table in TABLES:
        column = COLUMNS[table]
        connection.execute(f"DROP INDEX ix_{table}_{column}")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    logger.info("blasts go by user names")
