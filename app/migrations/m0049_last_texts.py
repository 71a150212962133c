"""When each number was texted last, in a table that triggers on messages keep."""

import logging
import sqlite3

TABLE = """CREATE TABLE last_texts (
    phone VARCHAR(20) NOT NULL,
    texted_at DATETIME NOT NULL,
    CONSTRAINT pk_last_texts PRIMARY KEY (phone)) WITHOUT ROWID"""
# A text of ours counts, and no automatic answer, while it waits, may have been sent, or was; an
# erased number begins with "#". No IN: SQLite lays out its list anew whenever a trigger fires.
_COUNTS_SQL = (
    "(({row}kind = 'blast' OR {row}kind = 'reminder' OR {row}kind = 'reply') AND "
    "({row}status = 'queued' OR {row}status = 'submitting' OR {row}status = 'unknown' OR "
    "{row}status = 'accepted' OR {row}status = 'sent' OR {row}status = 'no_receipt' OR "
    "{row}status = 'delivered') AND {row}phone >= '+')"
)
# When it will leave, where it is held; else when it left; else when it was made.
_MOMENT_SQL = "coalesce({row}held_until, {row}submitted_at, {row}created_at)"
_QUARTER_SQL = f"substr({_MOMENT_SQL}, 1, 13) || (substr({_MOMENT_SQL}, 15, 2) / 15)"
_NEW_COUNTS_SQL, _OLD_COUNTS_SQL = _COUNTS_SQL.format(row="new."), _COUNTS_SQL.format(row="old.")
_NEW_MOMENT_SQL, _OLD_MOMENT_SQL = _MOMENT_SQL.format(row="new."), _MOMENT_SQL.format(row="old.")
_KEEP_SQL = (
    "BEGIN INSERT INTO last_texts (phone, texted_at) "
    f"VALUES (new.phone, {_NEW_MOMENT_SQL}) "
    "ON CONFLICT (phone) DO UPDATE SET texted_at = excluded.texted_at "
    "WHERE texted_at < excluded.texted_at; END"
)
# Of the newest three: somebody may have thousands, and few leave in another order.
_LOOK_BACK_SQL = (
    "BEGIN UPDATE last_texts SET texted_at = coalesce((SELECT max(moment) FROM "
    f"(SELECT {_MOMENT_SQL.format(row='')} AS moment FROM messages "
    f"WHERE phone = old.phone AND {_COUNTS_SQL.format(row='')} ORDER BY id DESC LIMIT 3)), '') "
    f"WHERE phone = old.phone AND texted_at <= {_OLD_MOMENT_SQL}; "
    "DELETE FROM last_texts WHERE phone = old.phone AND texted_at = ''; END"
)
TRIGGERS = (
    "CREATE TRIGGER messages_last_text_insert AFTER INSERT ON messages "
    f"WHEN {_NEW_COUNTS_SQL} {_KEEP_SQL}",
    "CREATE TRIGGER messages_last_text_update "
    "AFTER UPDATE OF status, phone, submitted_at, held_until ON messages "
    f"WHEN {_NEW_COUNTS_SQL} AND (NOT {_OLD_COUNTS_SQL} OR new.phone <> old.phone OR "
    "((new.submitted_at IS NOT old.submitted_at OR new.held_until IS NOT old.held_until) AND "
    f"{_QUARTER_SQL.format(row='new.')} > {_QUARTER_SQL.format(row='old.')})) {_KEEP_SQL}",
    "CREATE TRIGGER messages_last_text_lost "
    "AFTER UPDATE OF status, phone, submitted_at, held_until ON messages "
    f"WHEN {_OLD_COUNTS_SQL} AND (NOT {_NEW_COUNTS_SQL} OR new.phone <> old.phone OR "
    f"{_NEW_MOMENT_SQL} < {_OLD_MOMENT_SQL}) {_LOOK_BACK_SQL}",
    "CREATE TRIGGER messages_last_text_delete AFTER DELETE ON messages "
    f"WHEN {_OLD_COUNTS_SQL} {_LOOK_BACK_SQL}",
)
# In the order of the table, along the index of phones.
FILL = (
    "INSERT INTO last_texts (phone, texted_at) "
    f"SELECT phone, max({_MOMENT_SQL.format(row='')}) FROM messages "
    f"WHERE {_COUNTS_SQL.format(row='')} GROUP BY phone"
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table, fill it from all texts, and make the triggers that keep it."""
    connection.execute(TABLE)
    connection.execute(FILL)
    for trigger in TRIGGERS:
        connection.execute(trigger)
    logger.info("when each number was texted last is kept in a table")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: the texts themselves say the same."""
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
    connection.execute("DROP TABLE last_texts")
    logger.info("when each number was texted last is read from all texts")
