"""Users of the inbox see who else is writing a reply right now."""

import logging
import sqlite3

TABLE = """CREATE TABLE reply_writers (
    thread_id INTEGER NOT NULL,
    username VARCHAR(80) NOT NULL,
    written_at DATETIME NOT NULL,
    CONSTRAINT pk_reply_writers PRIMARY KEY (thread_id, username),
    CONSTRAINT fk_reply_writers_thread_id FOREIGN KEY(thread_id) REFERENCES threads (id)
        ON DELETE CASCADE)"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table."""
    connection.execute(TABLE)
    logger.info("the inbox can show who is writing a reply")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop the table: its rows say nothing after a few seconds."""
    connection.execute("DROP TABLE reply_writers")
    logger.info("the inbox does not show any more who is writing a reply")
