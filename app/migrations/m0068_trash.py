"""What is deleted is kept in the trash for 30 days: tables of its own, and nothing in it yet."""

import logging
import sqlite3

STATEMENTS = (
    """CREATE TABLE trash_items (
        id INTEGER NOT NULL,
        kind VARCHAR(20) NOT NULL,
        name VARCHAR(200) NOT NULL,
        deleted_by VARCHAR(80) NOT NULL,
        deleted_by_id INTEGER,
        deleted_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        row_count INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_trash_items PRIMARY KEY (id),
        CONSTRAINT fk_trash_items_deleted_by_id FOREIGN KEY(deleted_by_id) REFERENCES users (id)
            ON DELETE SET NULL,
        CONSTRAINT ck_trash_items_kind CHECK (kind IN
            ('member', 'event', 'survey', 'keyword', 'user')))""",
    "CREATE INDEX ix_trash_items_deleted_by_id ON trash_items (deleted_by_id)",
    "CREATE INDEX ix_trash_items_deleted_at ON trash_items (deleted_at)",
    """CREATE TABLE trash_rows (
        id INTEGER NOT NULL,
        item_id INTEGER NOT NULL,
        table_name VARCHAR(60) NOT NULL,
        action VARCHAR(20) NOT NULL,
        phone VARCHAR(20),
        "row" TEXT NOT NULL,
        CONSTRAINT pk_trash_rows PRIMARY KEY (id),
        CONSTRAINT ck_trash_rows_row CHECK (json_valid("row")),
        CONSTRAINT fk_trash_rows_item_id FOREIGN KEY(item_id) REFERENCES trash_items (id)
            ON DELETE CASCADE,
        CONSTRAINT ck_trash_rows_action CHECK (action IN ('deleted', 'unlinked', 'ended')))""",
    "CREATE INDEX ix_trash_rows_item_id ON trash_rows (item_id, table_name)",
    "CREATE INDEX ix_trash_rows_phone ON trash_rows (phone) WHERE phone IS NOT NULL",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("what is deleted can be put back for 30 days")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them, with what is in the trash."""
    connection.execute("DROP TABLE trash_rows")
    connection.execute("DROP TABLE trash_items")
    logger.info("what is deleted cannot be put back any more")
