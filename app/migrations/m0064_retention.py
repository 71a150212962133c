"""How long each kind of data is kept, what moved into archives, and texts that were only counted."""

import logging
import sqlite3

MAKE = (
    """CREATE TABLE retention_rules (
        kind VARCHAR(20) NOT NULL,
        days INTEGER,
        ran_at DATETIME,
        removed_count INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_retention_rules PRIMARY KEY (kind),
        CONSTRAINT ck_retention_rules_kind CHECK (kind IN ('text_words', 'archive', 'carrier_calls',
            'audit', 'sign_ins', 'drafts', 'practice_texts', 'notices', 'backups')),
        CONSTRAINT ck_retention_rules_days CHECK (days >= 1))""",
    """CREATE TABLE archived_counts (
        message_log_id INTEGER NOT NULL,
        year INTEGER NOT NULL,
        status VARCHAR(20) NOT NULL,
        texts INTEGER NOT NULL,
        segments INTEGER NOT NULL,
        CONSTRAINT pk_archived_counts PRIMARY KEY (message_log_id, year, status),
        CONSTRAINT fk_archived_counts_message_log_id FOREIGN KEY(message_log_id)
            REFERENCES message_logs (id) ON DELETE CASCADE)""",
    """CREATE TABLE unkept_texts (
        phone VARCHAR(20) NOT NULL,
        day DATE NOT NULL,
        text_count INTEGER NOT NULL,
        first_at DATETIME NOT NULL,
        last_at DATETIME NOT NULL,
        told_at DATETIME,
        CONSTRAINT pk_unkept_texts PRIMARY KEY (phone, day))""",
    "CREATE INDEX ix_unkept_texts_untold ON unkept_texts (first_at) WHERE told_at IS NULL",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables, empty: everything is kept as long as before."""
    for statement in MAKE:
        connection.execute(statement)
    logger.info("organisations choose how long they keep what")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: archives stay beside the database and are not read any more."""
    for table in ("retention_rules", "archived_counts", "unkept_texts"):
        connection.execute(f"DROP TABLE {table}")
    logger.info("nothing is removed by age but calls of the carrier and uploads")
