"""How a person's language was learnt, and keywords that set it."""

import logging
import sqlite3

SOURCES = "'import', 'keyword', 'survey', 'user'"
COLUMNS = (
    (
        "people",
        "language_source VARCHAR(20) CONSTRAINT ck_people_language_source "
        f"CHECK (language_source IN ({SOURCES}))",
    ),
    ("people", "language_source_name VARCHAR(120)"),
    ("people", "language_set_at DATETIME"),
    ("keyword_rules", "sets_language VARCHAR(35)"),
)
CHANGES_BEFORE = (
    "keyword, response_body, is_active, match_kind, active_from, active_until, action, event_id, "
    "survey_id, group_id"
)
TRIGGER = (
    "CREATE TRIGGER keyword_rules_updated_at AFTER UPDATE OF {columns} ON keyword_rules "
    "WHEN new.updated_at IS old.updated_at BEGIN "
    "UPDATE keyword_rules SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') "
    "WHERE id = new.id; END"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add the columns: how a language of before was learnt is not known."""
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    _replace_trigger(connection, f"{CHANGES_BEFORE}, sets_language")
    logger.info("keywords and surveys can set the language of people")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them; the languages stay."""
    _replace_trigger(connection, CHANGES_BEFORE)
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("how languages were learnt is forgotten")


def _replace_trigger(connection: sqlite3.Connection, columns: str) -> None:
    connection.execute("DROP TRIGGER keyword_rules_updated_at")
    connection.execute(TRIGGER.format(columns=columns))
