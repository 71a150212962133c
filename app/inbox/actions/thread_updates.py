"""Threads as texts come and go."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import raw_connection

# One statement each and one for the search, for they run with every text. A doubtful STOP stays
# the reason until
# somebody has decided.
UPSERT_INBOUND_TEXT = """
    INSERT INTO threads (phone, created_at, last_message_id, last_at, last_inbound_at, unread, needs_reply, why)
    VALUES (:phone, :moment, :newest, :moment, :moment, :needs, :needs, :why)
    ON CONFLICT (phone) DO UPDATE SET
        last_message_id = excluded.last_message_id,
        last_at = max(last_at, excluded.last_at),
        last_inbound_at = excluded.last_inbound_at,
        unread = unread + excluded.unread,
        why = CASE WHEN NOT excluded.needs_reply OR needs_reply AND why = 'maybe_stop' THEN why
            ELSE coalesce(excluded.why, CASE WHEN needs_reply THEN why END) END,
        needs_reply = needs_reply OR excluded.needs_reply,
        done_at = NULL,
        done_by = NULL
"""
INDEX_TEXTS = """
    INSERT OR REPLACE INTO inbox_search (rowid, body)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:texts)
"""
INDEX_MESSAGE = "INSERT OR REPLACE INTO inbox_search (rowid, body) SELECT id, body FROM messages WHERE id = :message"
UPDATE_OUTBOUND_TEXT = "UPDATE threads SET last_message_id = :message, last_at = max(last_at, :moment) WHERE phone = :phone"
UPSERT_SILENCE = """
    INSERT INTO threads (phone, created_at, last_at, silent_until) VALUES (:phone, :moment, :moment, :until)
    ON CONFLICT (phone) DO UPDATE SET silent_until = excluded.silent_until
"""
CLEAR_STOP_DOUBT = """
    UPDATE threads SET why = NULL, needs_reply = 0, unread = 0
    WHERE phone = :phone AND why IN ('maybe_stop', 'wants_back')
"""
SELECT_IS_SILENT = "SELECT 1 FROM threads WHERE phone = :phone AND silent_until > :moment"
UPSERT_THREAD = """
    INSERT INTO threads (phone, created_at, last_at) VALUES (:phone, :moment, :moment)
    ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone RETURNING id
"""


class StoredText(NamedTuple):
    """A text between them and us: its row, and its words."""

    id: int
    body: str


def record_inbound_text(
    phone: str,
    texts: Sequence[StoredText],
    moment: datetime,
    *,
    needs_reply: bool,
    why: str | None = None,
) -> None:
    """A text came in, and its answers will leave (`texts`): its thread is made or comes to the
    top, open again.

    `needs_reply`: nothing answered it by itself, so a person has to look; `why`: flood,
    unclear, maybe_stop, or None for an ordinary text. One that a machine took (a keyword, a
    survey, STOP) is not unread. A search finds them after are_found(). Inside write().
    """
    values = {
        "phone": phone,
        "newest": texts[-1].id,
        "moment": datetime_to_db(moment),
        "needs": needs_reply,
    }
    raw_connection().execute(UPSERT_INBOUND_TEXT, values | {"why": why if needs_reply else None})


def index_texts_for_search(texts: Iterable[StoredText]) -> None:
    """From now on a search finds these texts by their words; all of them in one step.

    Inside write().
    """
    raw_connection().execute(INDEX_TEXTS, {"texts": json.dumps(list(texts))})


def record_outbound_text(phone: str, message_id: int, moment: datetime) -> None:
    """Something was written to this person alone.

    A thread that is there comes to the top. Inside write().
    """
    raw_connection().execute(
        UPDATE_OUTBOUND_TEXT,
        {"phone": phone, "message": message_id, "moment": datetime_to_db(moment)},
    )
    raw_connection().execute(INDEX_MESSAGE, {"message": message_id})


def clear_stop_doubt(phone: str) -> None:
    """They have said themselves what they meant, or the time was up: nobody has to decide.

    Inside write().
    """
    raw_connection().execute(CLEAR_STOP_DOUBT, {"phone": phone})


def silence_auto_replies(phone: str, until: datetime) -> None:
    """Nothing answers this number by itself before `until`. Inside write()."""
    raw_connection().execute(
        UPSERT_SILENCE,
        {
            "phone": phone,
            "moment": datetime_to_db(now()),
            "until": datetime_to_db(until),
        },
    )


def get_or_create_thread(phone: str, moment: datetime) -> int:
    """The id of the thread with this number, which is made when there is none. Inside write()."""
    return int(
        raw_connection()
        .execute(UPSERT_THREAD, {"phone": phone, "moment": datetime_to_db(moment)})
        .fetchone()[0]
    )
