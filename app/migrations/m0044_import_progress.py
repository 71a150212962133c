"""An import is confirmed and undone in slices: two more states, and how far it has come."""

import logging
import sqlite3

from app.migrations.table_rebuild import rebuild_table

COLUMNS = """CREATE TABLE imports (
    id INTEGER NOT NULL,
    pool VARCHAR(20) DEFAULT 'community' NOT NULL,
    created_by VARCHAR(80) NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    stored_as VARCHAR(64),
    encoding VARCHAR(20),
    columns TEXT,
    state VARCHAR(20) NOT NULL,
    row_count INTEGER DEFAULT '0' NOT NULL,
    added_count INTEGER DEFAULT '0' NOT NULL,
    changed_count INTEGER DEFAULT '0' NOT NULL,
    renamed_count INTEGER DEFAULT '0' NOT NULL,
    same_count INTEGER DEFAULT '0' NOT NULL,
    repeated_count INTEGER DEFAULT '0' NOT NULL,
    bad_count INTEGER DEFAULT '0' NOT NULL,
    left_out_count INTEGER DEFAULT '0' NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    finished_at DATETIME,
    checked_rows INTEGER DEFAULT '0' NOT NULL,
    consent VARCHAR(300),
    undone_at DATETIME,
    opted_out_count INTEGER DEFAULT '0' NOT NULL,
    bad_value_count INTEGER DEFAULT '0' NOT NULL,
    value_counts TEXT,{progress}
    CONSTRAINT pk_imports PRIMARY KEY (id),
    CONSTRAINT ck_imports_importstate CHECK (state IN ({states})))"""
STATES = "'checked', 'done', 'abandoned'"
# What is on the list by then can be undone by the older release, which knows no slices.
ENDED_STATE = "CASE WHEN state IN ('confirming', 'undoing') THEN 'done' ELSE state END"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Allow the two states and add the column of the progress."""
    states = f"{STATES}, 'confirming', 'undoing'"
    rebuild_table(connection, COLUMNS.format(progress="\n    progress TEXT,", states=states))
    logger.info("large imports are confirmed in slices")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """End the imports that are between two slices, and forget how far they had come."""
    definition = COLUMNS.format(progress="", states=STATES)
    rebuild_table(connection, definition, {"state": ENDED_STATE})
    logger.info("imports are confirmed in one transaction")
