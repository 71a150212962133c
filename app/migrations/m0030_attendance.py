"""Registrations keep whether the person came."""

import logging
import sqlite3


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the column; of registrations of before it is not known."""
    connection.execute("ALTER TABLE event_registrations ADD COLUMN attended_at DATETIME")
    logger.info("users can mark who came to an event")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: who came is lost."""
    connection.execute("ALTER TABLE event_registrations DROP COLUMN attended_at")
    logger.info("nothing says who came to an event")
