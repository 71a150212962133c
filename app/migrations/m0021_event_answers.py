"""Registrations say whether the person is coming, and how many guests come with them."""

import logging
import sqlite3

ANSWER_COLUMN = (
    "answer VARCHAR(20) CONSTRAINT ck_event_registrations_eventanswer "
    "CHECK (answer IN ('coming', 'maybe', 'not_coming'))"
)
GUESTS_COLUMN = (
    "guests INTEGER CONSTRAINT ck_event_registrations_guests CHECK (guests BETWEEN 0 AND 99)"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns; nothing is known of registrations of before."""
    for column in (ANSWER_COLUMN, GUESTS_COLUMN):
        connection.execute(f"ALTER TABLE event_registrations ADD COLUMN {column}")
    logger.info("registrations have an answer and guests")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: who is coming, and with how many guests, is lost."""
    for column in (GUESTS_COLUMN, ANSWER_COLUMN):
        connection.execute(f"ALTER TABLE event_registrations DROP COLUMN {column.split()[0]}")
    logger.info("registrations have no answer and no guests")
