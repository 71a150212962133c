"""Texting hours and days without texts. Until an admin chooses, texts are sent at any hour."""

import logging
import sqlite3

MAKE = (
    """CREATE TABLE texting_hours (
        id INTEGER NOT NULL,
        mode VARCHAR(20) NOT NULL,
        windows TEXT NOT NULL,
        narrow_opens INTEGER NOT NULL,
        narrow_closes INTEGER NOT NULL,
        uses_state_hours BOOLEAN DEFAULT 0 NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_texting_hours PRIMARY KEY (id),
        CONSTRAINT ck_texting_hours_only_one CHECK (id = 1),
        CONSTRAINT ck_texting_hours_windows CHECK (json_valid(windows)),
        CONSTRAINT ck_texting_hours_narrow CHECK (narrow_opens BETWEEN 0 AND 1439
            AND narrow_closes BETWEEN narrow_opens + 1 AND 1440),
        CONSTRAINT ck_texting_hours_mode CHECK (mode IN ('off', 'live', 'on')))""",
    """CREATE TRIGGER texting_hours_updated_at AFTER UPDATE OF mode, windows, narrow_opens,
        narrow_closes, uses_state_hours ON texting_hours
        WHEN new.updated_at IS old.updated_at BEGIN
        UPDATE texting_hours SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')
        WHERE id = new.id; END""",
    """CREATE TABLE blackout_days (
        id INTEGER NOT NULL,
        day DATE NOT NULL,
        name VARCHAR(60) NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_blackout_days PRIMARY KEY (id),
        CONSTRAINT ck_blackout_days_name CHECK (length(trim(name)) > 0),
        CONSTRAINT uq_blackout_days_day UNIQUE (day))""",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables, both empty: an organisation of before keeps texting at any hour."""
    for statement in MAKE:
        connection.execute(statement)
    logger.info("texting hours can be set")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: texts are sent at any hour again."""
    connection.execute("DROP TABLE texting_hours")
    connection.execute("DROP TABLE blackout_days")
    logger.info("texting hours are gone")
