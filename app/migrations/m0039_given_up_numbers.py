"""A number that its person gave up, and that comes onto a list again, is somebody else's."""

import logging
import sqlite3

TABLES = ("community_members", "event_registrations", "group_members")


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the triggers; numbers that are on a list already stay with whom they have."""
    for table in TABLES:
        connection.execute(
            f"CREATE TRIGGER {table}_given_up_number AFTER INSERT ON {table} "
            "WHEN EXISTS (SELECT 1 FROM person_phones "
            "WHERE phone = new.phone AND until IS NOT NULL) BEGIN "
            "INSERT INTO people (public_id) VALUES (lower(hex(randomblob(8)))); "
            "UPDATE person_phones SET person_id = last_insert_rowid(), rank = 1, kind = 'mobile', "
            "since = CURRENT_TIMESTAMP, until = NULL WHERE phone = new.phone; END"
        )
    logger.info("a number that was given up gets a person of its own when it is used again")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: such a number belongs to the person who had it before."""
    for table in TABLES:
        connection.execute(f"DROP TRIGGER {table}_given_up_number")
    logger.info("a number that was given up stays with the person who had it")
