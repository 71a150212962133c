"""Drafts: blasts that are being written, and the changes of scheduled ones."""

import logging
import sqlite3

TABLE = """CREATE TABLE blast_drafts (
    id INTEGER NOT NULL,
    client_token VARCHAR(64) NOT NULL,
    created_by_id INTEGER,
    created_by VARCHAR(80) NOT NULL,
    fields TEXT NOT NULL,
    audience VARCHAR(300) DEFAULT '' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    updated_by VARCHAR(80) NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME NOT NULL,
    scheduled_id INTEGER,
    CONSTRAINT pk_blast_drafts PRIMARY KEY (id),
    CONSTRAINT ck_blast_drafts_version CHECK (version >= 1),
    CONSTRAINT uq_blast_drafts_client_token UNIQUE (client_token),
    CONSTRAINT uq_blast_drafts_scheduled_id UNIQUE (scheduled_id),
    CONSTRAINT fk_blast_drafts_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT fk_blast_drafts_scheduled_id FOREIGN KEY(scheduled_id)
        REFERENCES scheduled_messages (id) ON DELETE SET NULL)"""
INDEX = "CREATE INDEX ix_blast_drafts_created_by_id ON blast_drafts (created_by_id)"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table; texts that browsers kept so far stay with their pages."""
    connection.execute(TABLE)
    connection.execute(INDEX)
    logger.info("blasts that are being written are kept as drafts")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop it: drafts are lost, scheduled blasts stay as they are."""
    connection.execute("DROP TABLE blast_drafts")
    logger.info("drafts are no longer kept")
