"""Blasts in several languages, and the first text to a number, which says who writes."""

import logging
import sqlite3

# A JSON object of language tags and texts; null: none.
TEXTS_BY_LANGUAGE = (
    ("scheduled_messages", "translations"),
    ("message_logs", "translations"),
    ("blast_series", "translations"),
    ("series_occurrences", "translations"),
    ("event_reminders", "translations"),
    ("organisation", "footers"),
)
OTHER_COLUMNS = (
    ("messages", "language VARCHAR(35)"),
    ("messages", "is_introduction BOOLEAN DEFAULT 0 NOT NULL"),
    ("organisation", "language VARCHAR(35) DEFAULT 'en' NOT NULL"),
    (
        "organisation",
        "introduction_days INTEGER CONSTRAINT ck_organisation_introduction_days "
        "CHECK (introduction_days BETWEEN 1 AND 365)",
    ),
)
INTRODUCTIONS = (
    "CREATE INDEX ix_messages_introductions ON messages (phone, created_at) "
    "WHERE is_introduction = 1"
)
# What sets updated_at of a row when it changes.
CHANGES_BEFORE = {
    "organisation": "name, timezone, region, currency, price_per_segment, footer, undo_seconds, "
    "consent_required, help_reply, stop_reply, start_reply, answers_help",
    "blast_series": "name, body, footer, rule, time_of_day, timezone",
}
NEW_CHANGES = {
    "organisation": "language, footers, introduction_days",
    "blast_series": "translations",
}
TRIGGER = (
    "CREATE TRIGGER {table}_updated_at AFTER UPDATE OF {columns} ON {table} "
    "WHEN new.updated_at IS old.updated_at BEGIN "
    "UPDATE {table} SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns, all empty: an organisation of before sends what it sent before."""
    for table, column in TEXTS_BY_LANGUAGE:
        check = f"CONSTRAINT ck_{table}_{column} CHECK ({column} IS NULL OR json_valid({column}))"
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT {check}")
    for table, column in OTHER_COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    connection.execute(INTRODUCTIONS)
    for table, columns in CHANGES_BEFORE.items():
        _replace_trigger(connection, table, f"{columns}, {NEW_CHANGES[table]}")
    logger.info("blasts can have translations, and first texts can say who writes")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: every reader gets the text in the organisation's language."""
    for table, columns in CHANGES_BEFORE.items():
        _replace_trigger(connection, table, columns)
    connection.execute("DROP INDEX ix_messages_introductions")
    for table, column in OTHER_COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    for table, column in TEXTS_BY_LANGUAGE:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    logger.info("translations and first texts are gone")


def _replace_trigger(connection: sqlite3.Connection, table: str, columns: str) -> None:
    connection.execute(f"DROP TRIGGER {table}_updated_at")
    connection.execute(TRIGGER.format(table=table, columns=columns))
