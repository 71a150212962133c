"""An index of the names of registrations: who of another event may be the same person."""

import logging
import sqlite3

INDEX = "ix_event_registrations_name"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the index, without those who have no name."""
    connection.execute(
        f"CREATE INDEX {INDEX} ON event_registrations (name COLLATE NOCASE, phone) "
        "WHERE name IS NOT NULL"
    )
    logger.info("registered people are found by their names")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: only members are asked about who may be the same person."""
    connection.execute(f"DROP INDEX {INDEX}")
    logger.info("registered people are found by their numbers only")
