"""Texts that are held until texting hours, and blasts that are sent at any hour."""

import logging
import sqlite3

COLUMNS = (
    "held_until DATETIME",
    # SQLite takes a rule about two columns with the second of them.
    "held_why VARCHAR(40) CONSTRAINT ck_messages_held CHECK ((held_until IS NULL) = (held_why IS NULL))",
)
BLAST_TABLES = ("scheduled_messages", "message_logs")
QUEUED = "INDEX ix_messages_queued ON messages (carrier, message_log_id, id) WHERE status = 'queued'"
HELD = (
    "INDEX ix_messages_held ON messages (carrier, held_until, message_log_id) "
    "WHERE status = 'queued' AND held_until IS NOT NULL"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns. What is held is in an index of its own: claiming never walks over it."""
    for column in COLUMNS:
        connection.execute(f"ALTER TABLE messages ADD COLUMN {column}")
    for table in BLAST_TABLES:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN any_hour_reason VARCHAR(200)")
    connection.execute("DROP INDEX ix_messages_queued")
    connection.execute(f"CREATE {QUEUED} AND held_until IS NULL")
    connection.execute(f"CREATE {HELD}")
    logger.info("texts can be held until texting hours")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: what is held is sent as soon as the engine runs, at whatever hour."""
    connection.execute("DROP INDEX ix_messages_held")
    connection.execute("DROP INDEX ix_messages_queued")
    connection.execute(f"CREATE {QUEUED}")
    for table in BLAST_TABLES:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN any_hour_reason")
    connection.execute("ALTER TABLE messages DROP COLUMN held_why")
    connection.execute("ALTER TABLE messages DROP COLUMN held_until")
    logger.info("texts are held no longer")
