"""A second number of a person: one text a person in a blast, and a row that stands in for another.

Blasts that were sent before keep their rows; nobody has two numbers yet.
"""

import logging
import sqlite3

COLUMNS = (
    "person_id INTEGER CONSTRAINT fk_messages_person_id REFERENCES people (id) ON DELETE SET NULL",
    "fallback_for_id INTEGER CONSTRAINT fk_messages_fallback_for_id "
    "REFERENCES messages (id) ON DELETE SET NULL",
)
INDEXES = {
    "uq_messages_person_log": "UNIQUE INDEX uq_messages_person_log ON messages (person_id, message_log_id) "
    "WHERE person_id IS NOT NULL",
    "uq_messages_fallback_for_id": "UNIQUE INDEX uq_messages_fallback_for_id ON messages (fallback_for_id) "
    "WHERE fallback_for_id IS NOT NULL",
    "ix_messages_log_fallback": "INDEX ix_messages_log_fallback ON messages (message_log_id, fallback_for_id) "
    "WHERE fallback_for_id IS NOT NULL",
    "ix_person_phones_second": "INDEX ix_person_phones_second ON person_phones (person_id) "
    "WHERE rank > 1 AND until IS NULL",
}
BUCKET = (
    "CASE WHEN {other}{row}.status = 'accepted' OR {row}.status = 'sent' OR {row}.status = 'no_receipt' OR "
    "{row}.status = 'delivered' THEN 's' WHEN {row}.status = 'failed' OR {row}.status = 'undelivered' OR "
    "{row}.status = 'opted_out' THEN 'f' ELSE '' END"
)
SUPERSEDED = "{row}.reason = 'second_number' THEN '' WHEN "


def build_count_trigger(columns: str, other: str) -> str:
    """Return the trigger that keeps the counts of a blast; `other`: the branch before all others."""
    old, new = (BUCKET.format(row=row, other=other.format(row=row)) for row in ("old", "new"))
    return (
        f"CREATE TRIGGER messages_count_update AFTER UPDATE OF {columns} ON messages "
        f"WHEN new.message_log_id IS NOT NULL AND {old} <> {new} BEGIN "
        "UPDATE message_logs SET "
        f"success_count = success_count + ({new} = 's') - ({old} = 's'), "
        f"failure_count = failure_count + ({new} = 'f') - ({old} = 'f') "
        "WHERE id = new.message_log_id; END"
    )


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add both columns; a row that another one stands in for is in none of a blast's counts."""
    for column in COLUMNS:
        connection.execute(f"ALTER TABLE messages ADD COLUMN {column}")
    for index in INDEXES.values():
        connection.execute(f"CREATE {index}")
    connection.execute("DROP TRIGGER messages_count_update")
    connection.execute(build_count_trigger("status, reason", SUPERSEDED))
    logger.info("a text can follow to a person's second number")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them. A text that another one stood in for is a failed text of its own again."""
    # The trigger counts them as failed again, and their blasts have so many more rows.
    connection.execute(
        "UPDATE message_logs SET total_recipients = total_recipients + superseded.count "
        "FROM (SELECT message_log_id, count(*) AS count FROM messages "
        "WHERE reason = 'second_number' AND message_log_id IS NOT NULL GROUP BY message_log_id) superseded "
        "WHERE superseded.message_log_id = message_logs.id"
    )
    connection.execute("UPDATE messages SET reason = NULL WHERE reason = 'second_number'")
    connection.execute("DROP TRIGGER messages_count_update")
    connection.execute(build_count_trigger("status", ""))
    for name in INDEXES:
        connection.execute(f"DROP INDEX {name}")
    connection.execute("ALTER TABLE messages DROP COLUMN fallback_for_id")
    connection.execute("ALTER TABLE messages DROP COLUMN person_id")
    logger.info("each number of a person is a recipient of its own")
