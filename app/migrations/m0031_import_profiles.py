"""Rows of an import keep what other columns say: fields, language, birthday, phone, consent."""

import logging
import sqlite3

ROW_COLUMNS = {
    "language": "VARCHAR(8)",
    "birthday": "DATE",
    "second_phone": "VARCHAR(20)",
    "note": "TEXT",
    "opted_in": "VARCHAR(300)",
    "field_values": "TEXT",
    "value_problems": "TEXT",
    "language_before": "VARCHAR(8)",
    "birthday_before": "DATE",
}
IMPORT_COLUMNS = {"bad_value_count": "INTEGER DEFAULT '0' NOT NULL", "value_counts": "TEXT"}
INDEXES = {
    "ix_import_rows_value_problems": "(import_id, line) WHERE value_problems IS NOT NULL",
    "ix_import_rows_group_names": (
        "(import_id, group_names, verdict, phone) WHERE group_names IS NOT NULL"
    ),
}


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns; imports of before say nothing in them."""
    for table, columns in (("import_rows", ROW_COLUMNS), ("imports", IMPORT_COLUMNS)):
        for name, kind in columns.items():
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for name, definition in INDEXES.items():
        connection.execute(f"CREATE INDEX {name} ON import_rows {definition}")
    logger.info("imports keep what files say about people")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: open imports bring names and numbers only, and undo no language."""
    for name in INDEXES:
        connection.execute(f"DROP INDEX {name}")
    for table, columns in (("import_rows", ROW_COLUMNS), ("imports", IMPORT_COLUMNS)):
        for name in columns:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    logger.info("imports bring names and numbers only")
