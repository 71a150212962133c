"""The trigger that counts a blast's results compares words one by one: its lists were laid out anew for every text."""

import logging
import sqlite3

DROP = "DROP TRIGGER messages_count_update"
BEFORE = """CREATE TRIGGER messages_count_update AFTER UPDATE OF status ON messages WHEN new.message_log_id IS NOT
    NULL AND CASE WHEN old.status IN ('accepted','sent','no_receipt','delivered') THEN 's' WHEN old.status IN
    ('failed','undelivered','opted_out') THEN 'f' ELSE '' END <> CASE WHEN new.status IN
    ('accepted','sent','no_receipt','delivered') THEN 's' WHEN new.status IN
    ('failed','undelivered','opted_out') THEN 'f' ELSE '' END BEGIN UPDATE message_logs SET success_count =
    success_count + (CASE WHEN new.status IN ('accepted','sent','no_receipt','delivered') THEN 's' WHEN
    new.status IN ('failed','undelivered','opted_out') THEN 'f' ELSE '' END = 's') - (CASE WHEN old.status IN
    ('accepted','sent','no_receipt','delivered') THEN 's' WHEN old.status IN
    ('failed','undelivered','opted_out') THEN 'f' ELSE '' END = 's'), failure_count = failure_count + (CASE
    WHEN new.status IN ('accepted','sent','no_receipt','delivered') THEN 's' WHEN new.status IN
    ('failed','undelivered','opted_out') THEN 'f' ELSE '' END = 'f') - (CASE WHEN old.status IN
    ('accepted','sent','no_receipt','delivered') THEN 's' WHEN old.status IN
    ('failed','undelivered','opted_out') THEN 'f' ELSE '' END = 'f') WHERE id = new.message_log_id; END"""
AFTER = """CREATE TRIGGER messages_count_update AFTER UPDATE OF status ON messages WHEN new.message_log_id IS NOT
    NULL AND CASE WHEN old.status = 'accepted' OR old.status = 'sent' OR old.status = 'no_receipt' OR
    old.status = 'delivered' THEN 's' WHEN old.status = 'failed' OR old.status = 'undelivered' OR old.status
    = 'opted_out' THEN 'f' ELSE '' END <> CASE WHEN new.status = 'accepted' OR new.status = 'sent' OR
    new.status = 'no_receipt' OR new.status = 'delivered' THEN 's' WHEN new.status = 'failed' OR new.status =
    'undelivered' OR new.status = 'opted_out' THEN 'f' ELSE '' END BEGIN UPDATE message_logs SET
    success_count = success_count + (CASE WHEN new.status = 'accepted' OR new.status = 'sent' OR new.status =
    'no_receipt' OR new.status = 'delivered' THEN 's' WHEN new.status = 'failed' OR new.status =
    'undelivered' OR new.status = 'opted_out' THEN 'f' ELSE '' END = 's') - (CASE WHEN old.status =
    'accepted' OR old.status = 'sent' OR old.status = 'no_receipt' OR old.status = 'delivered' THEN 's' WHEN
    old.status = 'failed' OR old.status = 'undelivered' OR old.status = 'opted_out' THEN 'f' ELSE '' END =
    's'), failure_count = failure_count + (CASE WHEN new.status = 'accepted' OR new.status = 'sent' OR
    new.status = 'no_receipt' OR new.status = 'delivered' THEN 's' WHEN new.status = 'failed' OR new.status =
    'undelivered' OR new.status = 'opted_out' THEN 'f' ELSE '' END = 'f') - (CASE WHEN old.status =
    'accepted' OR old.status = 'sent' OR old.status = 'no_receipt' OR old.status = 'delivered' THEN 's' WHEN
    old.status = 'failed' OR old.status = 'undelivered' OR old.status = 'opted_out' THEN 'f' ELSE '' END =
    'f') WHERE id = new.message_log_id; END"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Put the quicker trigger in the place of the other."""
    connection.execute(DROP)
    connection.execute(AFTER)
    logger.info("results are counted by another trigger")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Put the former trigger back."""
    connection.execute(DROP)
    connection.execute(BEFORE)
    logger.info("results are counted by the former trigger")
