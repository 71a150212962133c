"""One phone has one spelling: Argentina's 9, Mexico's 1, renumbered countries.

What was stored under another spelling than the one the program reads today is renamed, so that a
STOP of either counts for both (docs/decisions/0016-one-phone-one-spelling.md).
"""

import logging
import sqlite3

from app.domain.phones.phone_renumbering import canonicalize_phone, list_renumbered_prefixes

PHONE_TABLES = (
    "community_members",
    "event_registrations",
    "unsubscribed_contacts",
    "suppressed_contacts",
    "consent_events",
    "stop_questions",
    "messages",
    "threads",
    "survey_sessions",
    "person_notes",
    "import_rows",
)
# Where both spellings are present one row is enough: it says the same. Other tables (a blast
# that went to both) keep what happened under the former spelling.
MERGED_TABLES = (
    "community_members",
    "event_registrations",
    "unsubscribed_contacts",
    "suppressed_contacts",
    "stop_questions",
    "threads",
)
LEDGER_TRIGGER = "consent_events_no_update"


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Rename every number that is not stored in the one spelling, table by table."""
    spellings = _find_other_spellings(connection)
    if spellings:
        trigger = _drop_trigger(connection)
        for old, new in spellings.items():
            _rename(connection, old, new)
        connection.execute(trigger)
    logger.info("%s numbers have another spelling now", len(spellings))


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Change nothing: the former release reads these numbers too."""
    logger.info("the numbers keep their spelling")


def _find_other_spellings(connection: sqlite3.Connection) -> dict[str, str]:
    spellings = {}
    for table in PHONE_TABLES:
        for prefix in list_renumbered_prefixes():
            # ':' is the character after '9'. A range is served by the index of phones.
            rows = connection.execute(
                f"SELECT DISTINCT phone FROM {table} WHERE phone >= ? AND phone < ?",
                (prefix, f"{prefix}:"),
            ).fetchall()
            for (phone,) in rows:
                spellings[phone] = canonicalize_phone(phone)
    return {old: new for old, new in spellings.items() if old != new}


def _drop_trigger(connection: sqlite3.Connection) -> str:
    """Let the consent ledger be renamed, and return the statement that protects it again."""
    row = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (LEDGER_TRIGGER,)
    ).fetchone()
    connection.execute(f"DROP TRIGGER {LEDGER_TRIGGER}")
    return str(row[0])


def _rename(connection: sqlite3.Connection, old: str, new: str) -> None:
    _keep_stronger_facts(connection, old, new)
    for table in PHONE_TABLES:
        connection.execute(f"UPDATE OR IGNORE {table} SET phone = ? WHERE phone = ?", (new, old))
    for table in MERGED_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE phone = ?", (old,))


def _keep_stronger_facts(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Give the row that stays what the other one has more: an opt-out, unread texts."""
    connection.execute(
        "UPDATE suppressed_contacts SET category = 'opt_out' WHERE phone = ? AND EXISTS"
        " (SELECT 1 FROM suppressed_contacts WHERE phone = ? AND category = 'opt_out')",
        (new, old),
    )
    connection.execute(
        "UPDATE threads SET unread = threads.unread + other.unread,"
        " needs_reply = max(threads.needs_reply, other.needs_reply),"
        " last_message_id = iif(other.last_at > threads.last_at,"
        " other.last_message_id, threads.last_message_id),"
        " last_at = max(threads.last_at, other.last_at)"
        " FROM (SELECT * FROM threads WHERE phone = ?) AS other WHERE threads.phone = ?",
        (old, new),
    )
    # One active session a phone: the older conversation has ended.
    connection.execute(
        "UPDATE survey_sessions SET status = 'stopped', ended_at = CURRENT_TIMESTAMP"
        " WHERE phone = ? AND status = 'active'"
        " AND EXISTS (SELECT 1 FROM survey_sessions WHERE phone = ? AND status = 'active')",
        (old, new),
    )
