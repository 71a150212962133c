"""Two people of one name who are not the same, as a user has said."""

import logging
import sqlite3

TABLE = """CREATE TABLE people_kept_apart (
    person_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_people_kept_apart PRIMARY KEY (person_id, other_id),
    CONSTRAINT ck_people_kept_apart_order CHECK (person_id < other_id),
    CONSTRAINT fk_people_kept_apart_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_people_kept_apart_other_id FOREIGN KEY(other_id) REFERENCES people (id) ON DELETE CASCADE)"""
INDEX = "CREATE INDEX ix_people_kept_apart_other_id ON people_kept_apart (other_id)"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table; so far nobody has said anything."""
    connection.execute(TABLE)
    connection.execute(INDEX)
    logger.info("people of one name can be kept apart")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: pages ask again whether these are the same people."""
    connection.execute("DROP TABLE people_kept_apart")
    logger.info("people of one name are asked about again")
