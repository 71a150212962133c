"""Each row of a large import says whether a slice has written or undone it."""

import logging
import sqlite3


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the column; rows of former imports were written at once."""
    connection.execute("ALTER TABLE import_rows ADD COLUMN slice_step INTEGER DEFAULT '0' NOT NULL")
    logger.info("rows of large imports are written in the order of their numbers")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: an older release writes all rows at once."""
    connection.execute("ALTER TABLE import_rows DROP COLUMN slice_step")
    logger.info("imports know no slices")
