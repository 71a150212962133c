"""Who leaves a topic gets no text of a sequence that waits already."""

import logging
import sqlite3

TRIGGER = (
    "CREATE TRIGGER unsubscribed_topics_sequence_texts AFTER INSERT ON unsubscribed_topics "
    "WHEN new.until IS NULL BEGIN "
    "UPDATE messages SET status = 'skipped', reason = 'left_topic' "
    "WHERE status = 'queued' AND id IN (SELECT x.message_id FROM sequence_people p "
    "JOIN sequences s ON s.id = p.sequence_id JOIN sequence_sends x ON x.sequence_person_id = p.id "
    "WHERE s.group_id = new.group_id AND p.phone IN (SELECT new.phone UNION "
    "SELECT theirs.phone FROM person_phones own JOIN person_phones theirs "
    "ON theirs.person_id = own.person_id WHERE own.phone = new.phone)); END"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Create the trigger."""
    connection.execute(TRIGGER)
    logger.info("who leaves a topic gets no text of a sequence that waits")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: the job that runs sequences stops them, seconds later."""
    connection.execute("DROP TRIGGER unsubscribed_topics_sequence_texts")
    logger.info("texts of sequences stop with the next run")
