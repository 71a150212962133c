"""Tables as the first design has them: a role of 30 characters, updated_at kept by the database.

Texts of reminders are of the kind reminder, also those from before.
"""

import logging
import sqlite3

USERS = """CREATE TABLE users_rebuilt (
    id INTEGER NOT NULL,
    username VARCHAR(80) COLLATE "NOCASE" NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    role VARCHAR({role_length}) DEFAULT 'admin' NOT NULL,
    must_change_password BOOLEAN DEFAULT 0 NOT NULL,
    session_key VARCHAR(32) DEFAULT '' NOT NULL,
    theme VARCHAR(5) DEFAULT '' NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id), CONSTRAINT uq_users_username UNIQUE (username),
    CONSTRAINT ck_users_role CHECK (role IN ('admin', 'social_manager')))"""
COLUMNS = "id, username, password_hash, role, must_change_password, session_key, theme, created_at"
# What people change. Counters are left out: a survey that is answered has not been changed.
CHANGES = {
    "survey_flows": "name, trigger_keyword, intro_message, questions_json, completion_message, "
    "linked_event_id, is_active, timeout_hours, nudge_hours",
    "keyword_rules": "keyword, response_body, is_active, match_kind, active_from, active_until, "
    "action, event_id, survey_id",
    "saved_replies": "title, body",
    "suppressed_contacts": "phone, reason, category, source, source_type, source_message_log_id",
    "organisation": "name, timezone, region, currency, price_per_segment, footer, undo_seconds, "
    "consent_required, help_reply, stop_reply, start_reply, answers_help",
}
TRIGGER = """CREATE TRIGGER {table}_updated_at AFTER UPDATE OF {columns} ON {table}
    WHEN new.updated_at IS old.updated_at BEGIN
    UPDATE {table} SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id;
    END"""
# Kinds decide which words are searched: 0005 fills its search with all but those of blasts.
REMINDERS = """UPDATE messages SET kind = 'reminder' WHERE kind = 'blast' AND message_log_id IN
    (SELECT message_log_id FROM scheduled_messages WHERE event_reminder_id IS NOT NULL)"""
REMINDERS_BACK = """UPDATE messages SET kind = 'blast' WHERE kind = 'reminder'
    AND message_log_id IS NOT NULL"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rebuild the users, and let the database itself keep the times of changes."""
    _rebuild_users(connection, role_length=30)
    for table, columns in CHANGES.items():
        connection.execute(TRIGGER.format(table=table, columns=columns))
    reminder_count = connection.execute(REMINDERS).rowcount
    message = "the database keeps updated_at of %s tables; %s texts of reminders are called so"
    logger.info(message, len(CHANGES), reminder_count)


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Leave updated_at to the program again; nothing is lost."""
    for table in CHANGES:
        connection.execute(f"DROP TRIGGER {table}_updated_at")
    _rebuild_users(connection, role_length=20)
    connection.execute(REMINDERS_BACK)
    logger.info("the program keeps updated_at")


def _rebuild_users(connection: sqlite3.Connection, role_length: int) -> None:
    # SQLite cannot change a column's type (https://www.sqlite.org/lang_altertable.html). Foreign
    # keys are off while a migration runs, so that the sessions of the users stay.
    connection.execute(USERS.format(role_length=role_length))
    connection.execute(f"INSERT INTO users_rebuilt ({COLUMNS}) SELECT {COLUMNS} FROM users")
    connection.execute("DROP TABLE users")
    connection.execute("ALTER TABLE users_rebuilt RENAME TO users")
