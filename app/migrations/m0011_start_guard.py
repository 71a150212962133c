"""The start guard: which installation this is, what holds it back; and blasts that grew."""

import logging
import sqlite3

COLUMNS = (
    ("scheduled_messages", "confirmed_count INTEGER"),
    ("scheduled_messages", "held_reason VARCHAR(300)"),
)
STATEMENTS = (
    """CREATE TABLE installation (
        id INTEGER NOT NULL,
        installation_id VARCHAR(32),
        machine VARCHAR(64),
        path TEXT,
        armed_count INTEGER DEFAULT '0' NOT NULL,
        checked_epoch INTEGER,
        hold_reason VARCHAR(20),
        hold_since DATETIME,
        held_at DATETIME,
        reconcile_requested_at DATETIME,
        reconciled_at DATETIME,
        reconcile_words VARCHAR(600),
        CONSTRAINT pk_installation PRIMARY KEY (id),
        CONSTRAINT ck_installation_one_row CHECK (id = 1),
        CONSTRAINT ck_installation_hold_reason CHECK
            (hold_reason IN ('behind', 'carrier', 'clone')))""",
    "INSERT INTO installation (id) VALUES (1)",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table with its one row, and the two columns."""
    for statement in STATEMENTS:
        connection.execute(statement)
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    logger.info("the start guard has its table")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them. What was held for its size waits as any other scheduled blast."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    connection.execute("DROP TABLE installation")
    logger.info("the start guard's table is gone")
