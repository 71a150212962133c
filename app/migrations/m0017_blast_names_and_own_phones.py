"""Blasts have a name of their own and may use plain letters; users have a phone for tests."""

import logging
import sqlite3

# The database checks phones wherever they are stored.
PHONE = (
    "{column} VARCHAR(20) CONSTRAINT ck_users_{column}_is_e164 CHECK ({column} GLOB '+[1-9]*' "
    "AND {column} NOT GLOB '*[^+0-9]*' AND length({column}) <= 16)"
)
COLUMNS = (
    ("scheduled_messages", "name VARCHAR(80)"),
    ("scheduled_messages", "plain_names BOOLEAN DEFAULT 0 NOT NULL"),
    ("message_logs", "name VARCHAR(80)"),
    ("message_logs", "plain_names BOOLEAN DEFAULT 0 NOT NULL"),
    ("message_logs", "tested_as VARCHAR(100)"),
    ("users", PHONE.format(column="phone")),
    ("users", PHONE.format(column="pending_phone")),
    ("users", "phone_code_hash VARCHAR(64)"),
    ("users", "phone_code_ends_at DATETIME"),
    ("users", "phone_code_tries INTEGER DEFAULT '0' NOT NULL"),
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns; blasts and users of before have none of it."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    logger.info("blasts have names, users a phone for tests")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: names of blasts and phones of users are lost."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("blasts have no names, users no phone")
