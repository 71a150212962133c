"""Users have the columns of the community's list that they chose."""

import logging
import sqlite3


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the column; users of before have chosen none."""
    connection.execute("ALTER TABLE users ADD COLUMN member_columns TEXT")
    logger.info("the columns that users choose for the community's list are remembered")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: the list shows its usual columns again."""
    connection.execute("ALTER TABLE users DROP COLUMN member_columns")
    logger.info("the columns that users chose are forgotten")
