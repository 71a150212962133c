"""The organisation can switch off features that it does not use: their pages are hidden."""

import logging
import sqlite3


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the column of what is switched off; nothing is."""
    connection.execute(
        "ALTER TABLE organisation ADD COLUMN switched_off VARCHAR(200) DEFAULT '' NOT NULL"
    )
    logger.info("features can be switched off")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop the column: everything is shown again."""
    connection.execute("ALTER TABLE organisation DROP COLUMN switched_off")
    logger.info("every feature is shown")
