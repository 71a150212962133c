"""The organisation is marked as a demo; users have a name to be greeted by, and may hide the first
steps.
"""

import logging
import sqlite3

COLUMNS = (
    ("organisation", "is_demo BOOLEAN DEFAULT 0 NOT NULL"),
    ("users", "display_name VARCHAR(80)"),
    ("users", "hides_first_steps BOOLEAN DEFAULT 0 NOT NULL"),
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns; no organisation of before is a demo."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    logger.info("users have display names, a demo is marked as one")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: display names are lost, and a demo looks like any other organisation."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("users have no display names, a demo is not marked")
