"""Rows of an import keep the groups that a column of the file names."""

import logging
import sqlite3


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the column; imports of before name no groups."""
    connection.execute("ALTER TABLE import_rows ADD COLUMN group_names VARCHAR(300)")
    logger.info("files can name groups")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: which groups the rows of open imports name is lost."""
    connection.execute("ALTER TABLE import_rows DROP COLUMN group_names")
    logger.info("files cannot name groups")
