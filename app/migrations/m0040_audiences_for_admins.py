"""Audiences whose people only admins may see: their rule asked a sensitive field."""

import logging
import sqlite3

COLUMN = "is_for_admins BOOLEAN DEFAULT 0 NOT NULL"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the column, and fill it in for the segments that ask such a field now."""
    connection.execute(f"ALTER TABLE audiences ADD COLUMN {COLUMN}")
    connection.execute(
        "UPDATE audiences SET is_for_admins = 1 WHERE id IN ("
        "SELECT part.audience_id FROM audience_parts part "
        "JOIN segment_references reference ON reference.segment_id = part.ref_id "
        "AND reference.kind = 'field' "
        "JOIN person_fields field ON field.id = reference.ref_id AND field.class = 'sensitive' "
        "WHERE part.kind = 'segment')"
    )
    logger.info("people of a blast to a segment over a sensitive field are for admins")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: whoever may see a blast sees its people."""
    connection.execute("ALTER TABLE audiences DROP COLUMN is_for_admins")
    logger.info("people of every blast are seen by all users")
