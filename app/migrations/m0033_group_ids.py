"""The id of a deleted group is not given to another one: surveys name groups in their JSON."""

import logging
import sqlite3

from app.migrations.table_rebuild import rebuild_table

COLUMNS = """CREATE TABLE groups (
    id INTEGER NOT NULL {key},
    name VARCHAR(80) NOT NULL,
    folded_name VARCHAR(160) NOT NULL,
    description VARCHAR(300),
    color VARCHAR(20) DEFAULT 'teal' NOT NULL,
    owner_id INTEGER,
    is_topic BOOLEAN DEFAULT 0 NOT NULL,
    who_may_text VARCHAR(20) DEFAULT 'everyone' NOT NULL,
    member_count INTEGER DEFAULT '0' NOT NULL,
    archived_at DATETIME,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT ck_groups_is_topic CHECK (is_topic IN (0, 1)),
    CONSTRAINT ck_groups_name CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_groups_folded_name UNIQUE (folded_name),
    CONSTRAINT ck_groups_color CHECK (color IN ('teal', 'blue', 'amber', 'gray')),
    CONSTRAINT fk_groups_owner_id FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT ck_groups_who_may_text CHECK (who_may_text IN ('everyone', 'admins')))"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild the table of groups so that its ids only grow."""
    rebuild_table(connection, COLUMNS.format(key="PRIMARY KEY AUTOINCREMENT"))
    logger.info("the id of a deleted group is not used again")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild it as it was."""
    rebuild_table(connection, COLUMNS.format(key="CONSTRAINT pk_groups PRIMARY KEY"))
    logger.info("the id of a deleted group may be used again")
