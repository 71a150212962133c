"""What people answered to each blast, and blasts to the people of an earlier blast.

Texts that came in before count too: each belongs to the newest blast to that number, if that was
sent within the 72 hours before it.
"""

import logging
import sqlite3
from collections.abc import Iterator

TABLES = ("message_logs", "scheduled_messages")
OUTCOME_COLUMN = """audience_outcome VARCHAR(20)
    CONSTRAINT ck_{table}_blastoutcome CHECK (audience_outcome IN ('everyone', 'delivered', 'no_reply', 'replied',
        'yes', 'no', 'other', 'failed', 'not_sent'))
    CONSTRAINT ck_{table}_audience_is_whole CHECK ((audience_log_id IS NULL) = (audience_outcome IS NULL))"""
MAKE = (
    """CREATE TABLE blast_replies (
        blast_message_id INTEGER NOT NULL,
        message_log_id INTEGER NOT NULL,
        reply_id INTEGER NOT NULL,
        answer VARCHAR(20),
        is_opt_out BOOLEAN DEFAULT 0 NOT NULL,
        replied_at DATETIME NOT NULL,
        CONSTRAINT pk_blast_replies PRIMARY KEY (blast_message_id),
        CONSTRAINT ck_blast_replies_replyanswer CHECK (answer IN ('yes', 'no', 'other')),
        CONSTRAINT fk_blast_replies_blast_message_id FOREIGN KEY(blast_message_id) REFERENCES messages (id) ON DELETE
            CASCADE,
        CONSTRAINT fk_blast_replies_message_log_id FOREIGN KEY(message_log_id) REFERENCES message_logs (id) ON DELETE
            CASCADE,
        CONSTRAINT fk_blast_replies_reply_id FOREIGN KEY(reply_id) REFERENCES messages (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_blast_replies_log ON blast_replies (message_log_id, answer, is_opt_out)",
    "CREATE INDEX ix_blast_replies_reply_id ON blast_replies (reply_id)",
)
# Phone by phone, so that one walk finds the blast before each text: 1,000,000 texts take 15 s and
# no memory. A subquery for each text took 65 s, and 500,000 texts of 20 phones did not end in 300.
# `earliest` is null for a time that is none.
SELECT_TEXTS = """
    SELECT phone, id, direction = 'inbound', body, created_at, coalesce(submitted_at, created_at),
        strftime('%Y-%m-%d %H:%M:%S', created_at, '-72 hours') AS earliest
    FROM messages
    WHERE direction = 'inbound' OR (message_log_id IS NOT NULL
        AND status IN ('submitting', 'unknown', 'accepted', 'sent', 'no_receipt', 'delivered'))
    ORDER BY phone, id
"""
INSERT_REPLY = """
    INSERT INTO blast_replies (blast_message_id, message_log_id, reply_id, answer, is_opt_out, replied_at)
    SELECT id, message_log_id, ?, ?, ?, ? FROM messages WHERE id = ?
    ON CONFLICT (blast_message_id) DO UPDATE SET
        answer = CASE WHEN answer IS NULL OR excluded.answer IN ('yes', 'no') THEN
            coalesce(excluded.answer, answer) ELSE answer END,
        is_opt_out = max(is_opt_out, excluded.is_opt_out)
"""
YES_WORDS = frozenset({"YES", "Y", "YEAH", "YEP", "OK", "OKAY", "SURE", "SI", "SÍ"})
NO_WORDS = frozenset({"NO", "N", "NOPE", "NO THANKS", "NO THANK YOU"})
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
REACTIONS = ("Loved “", "Liked “", "Disliked “", "Laughed at “", "Emphasized “", "Questioned “")


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the table and the columns, and store what has been answered so far."""
    for statement in MAKE:
        connection.execute(statement)
    for table in TABLES:
        log_column = f"audience_log_id INTEGER CONSTRAINT fk_{table}_audience_log_id"
        references = "REFERENCES message_logs (id) ON DELETE RESTRICT"
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {log_column} {references}")
        outcome_column = OUTCOME_COLUMN.format(table=table)
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {outcome_column}")
        connection.execute(
            f"CREATE INDEX ix_{table}_audience_log_id ON {table} (audience_log_id) "
            "WHERE audience_log_id IS NOT NULL"
        )
    connection.executemany(INSERT_REPLY, _list_replies(connection))
    (count,) = connection.execute("SELECT count(*) FROM blast_replies").fetchone()
    logger.info("%s texts of blasts have an answer", count)


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop both.

    A scheduled blast to the people of an earlier one names an event that is not there, so it
    reaches nobody, as before.
    """
    for table in TABLES:
        connection.execute(f"DROP INDEX ix_{table}_audience_log_id")
        for column in ("audience_outcome", "audience_log_id"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute("DROP TABLE blast_replies")
    logger.info("answers to blasts are not counted any more")


def _list_replies(
    connection: sqlite3.Connection,
) -> Iterator[tuple[int, str | None, bool, str, int]]:
    """Yield the values of INSERT_REPLY for each text that came within 72 hours of a blast."""
    blasts: list[tuple[int, str]] = []
    last_phone = None
    for phone, row_id, is_inbound, body, created_at, left_at, earliest in connection.execute(
        SELECT_TEXTS
    ):
        if phone != last_phone:
            last_phone, blasts = phone, []
        if not is_inbound:
            blasts.append((row_id, left_at))
        elif earliest is not None:
            blasts = [blast for blast in blasts if blast[1] >= earliest]
            if blasts and not body.startswith(REACTIONS):
                yield _build_reply(row_id, body, created_at, blasts[-1][0])


def _build_reply(
    reply_id: int, body: str, created_at: str, blast_message_id: int
) -> tuple[int, str | None, bool, str, int]:
    words = " ".join(body.split()).strip(" .!,").upper()
    answer = None if words in STOP_WORDS else _read_answer(words)
    return reply_id, answer, words in STOP_WORDS, created_at, blast_message_id


def _read_answer(words: str) -> str:
    if words in YES_WORDS:
        return "yes"
    return "no" if words in NO_WORDS else "other"
