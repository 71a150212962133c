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
INDEX = (
    "CREATE INDEX ix_import_rows_value_problems ON import_rows (import_id, line) "
    "WHERE value_problems IS NOT NULL"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns; imports of before say nothing in them."""
    for table, columns in (("import_rows", ROW_COLUMNS), ("imports", IMPORT_COLUMNS)):
        for name, kind in columns.items():
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    connection.execute(INDEX)
    logger.info("imports keep what files say about people")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: open imports bring names and numbers only, and undo no language."""
    connection.execute("DROP INDEX ix_import_rows_value_problems")
    for table, columns in (("import_rows", ROW_COLUMNS), ("imports", IMPORT_COLUMNS)):
        for name in columns:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    logger.info("imports bring names and numbers only")
