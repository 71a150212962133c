"""What became of each backup and restore test, and how often the do-not-text lists changed."""

import logging
import sqlite3

MAKE = (
    """CREATE TABLE backup_runs (
        id INTEGER NOT NULL,
        kind VARCHAR(20) NOT NULL,
        state VARCHAR(20) NOT NULL,
        started_at DATETIME NOT NULL,
        finished_at DATETIME,
        file_name VARCHAR(200),
        size_bytes INTEGER,
        seconds DOUBLE,
        error VARCHAR(20),
        details VARCHAR(600),
        command_failed BOOLEAN DEFAULT 0 NOT NULL,
        CONSTRAINT pk_backup_runs PRIMARY KEY (id),
        CONSTRAINT ck_backup_runs_kind CHECK (kind IN ('hourly', 'nightly', 'manual', 'drill')),
        CONSTRAINT ck_backup_runs_state CHECK (state IN ('running', 'done', 'failed')),
        CONSTRAINT ck_backup_runs_error CHECK (error IN ('disk_full', 'not_writable', 'damaged',
            'locked', 'stopped', 'passphrase', 'unreadable', 'unhealthy', 'failed')),
        CONSTRAINT ck_backup_runs_finished CHECK ((finished_at IS NULL) = (state = 'running')),
        CONSTRAINT ck_backup_runs_failed CHECK ((error IS NOT NULL) = (state = 'failed')))""",
    "CREATE INDEX ix_backup_runs_kind ON backup_runs (kind, state, started_at)",
    "CREATE UNIQUE INDEX uq_backup_runs_running ON backup_runs (state) WHERE state = 'running'",
    """CREATE TABLE stop_journal (
        id INTEGER NOT NULL,
        position INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_stop_journal PRIMARY KEY (id),
        CONSTRAINT ck_stop_journal_one_row CHECK (id = 1))""",
    "INSERT INTO stop_journal (id) VALUES (1)",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make both tables."""
    for statement in MAKE:
        connection.execute(statement)
    logger.info("backups are made and tested by the program itself")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: the backups and the file of opt-outs beside the database stay."""
    connection.execute("DROP TABLE backup_runs")
    connection.execute("DROP TABLE stop_journal")
    logger.info("backups are no longer made by the program itself")
