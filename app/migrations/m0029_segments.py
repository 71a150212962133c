"""Segments: saved rules that say which people are meant."""

import logging
import sqlite3

SEGMENTS = """CREATE TABLE segments (
    id INTEGER NOT NULL,
    name VARCHAR(80) NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    description VARCHAR(300),
    rule TEXT NOT NULL,
    sentence TEXT DEFAULT '' NOT NULL,
    created_by VARCHAR(80),
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_segments PRIMARY KEY (id),
    CONSTRAINT ck_segments_name CHECK (length(trim(name)) > 0),
    CONSTRAINT ck_segments_rule CHECK (json_valid(rule)),
    CONSTRAINT uq_segments_folded_name UNIQUE (folded_name))"""
TRIGGER = """CREATE TRIGGER segments_updated_at AFTER UPDATE OF name, description, rule ON segments
    WHEN new.updated_at IS old.updated_at BEGIN
    UPDATE segments SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Create the table."""
    connection.execute(SEGMENTS)
    connection.execute(TRIGGER)
    logger.info("rules can be saved as segments")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: the rules are lost."""
    connection.execute("DROP TABLE segments")
    logger.info("there are no segments")
