"""Statements over threads and the search index of the inbox.

They run inside the write lock for every text that comes in, up to 200 a second: run through
SQLAlchemy each would take 100 to 300 µs and not 10 (docs/decisions/0013-texts-that-come-in.md).
Times are passed as `moment` and `until`.
"""

from app.core.prepared_statements import PreparedStatement

# Raw SQL: ON CONFLICT with conditions on the old and the new row is longer in SQLAlchemy, and is
# read by comparing it with SQLite's manual. One upsert is one sqlite3_step: two steps would each
# release the GIL. A STOP question stays the reason until somebody has decided it.
UPSERT_INBOUND_TEXT = PreparedStatement(
    """
    INSERT INTO threads (phone, created_at, last_message_id, last_at, last_inbound_at, unread,
        needs_reply, why)
    VALUES (:phone, :moment, :newest, :moment, :moment, :needs_reply, :needs_reply, :why)
    ON CONFLICT (phone) DO UPDATE SET
        last_message_id = excluded.last_message_id,
        last_at = max(last_at, excluded.last_at),
        last_inbound_at = excluded.last_inbound_at,
        unread = unread + excluded.unread,
        why = CASE
            WHEN NOT excluded.needs_reply OR needs_reply AND why = 'maybe_stop' THEN why
            ELSE coalesce(excluded.why, CASE WHEN needs_reply THEN why END) END,
        needs_reply = needs_reply OR excluded.needs_reply,
        done_at = NULL,
        done_by = NULL
    """
)
UPSERT_THREAD = PreparedStatement(
    """
    INSERT INTO threads (phone, created_at, last_at) VALUES (:phone, :moment, :moment)
    ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone RETURNING id
    """
)
UPDATE_OUTBOUND_TEXT = PreparedStatement(
    """
    UPDATE threads SET last_message_id = :message_id, last_at = max(last_at, :moment)
    WHERE phone = :phone
    """
)
UPSERT_SILENCE = PreparedStatement(
    """
    INSERT INTO threads (phone, created_at, last_at, silent_until)
    VALUES (:phone, :moment, :moment, :until)
    ON CONFLICT (phone) DO UPDATE SET silent_until = excluded.silent_until
    """
)
CLEAR_STOP_DOUBT = PreparedStatement(
    """
    UPDATE threads SET why = NULL, needs_reply = 0, unread = 0
    WHERE phone = :phone AND why IN ('maybe_stop', 'wants_back')
    """
)
MARK_WANTS_BACK = PreparedStatement(
    """
    UPDATE threads SET why = 'wants_back', needs_reply = 1, done_at = NULL, done_by = NULL
    WHERE phone = :phone AND (why IS NULL OR why != 'maybe_stop' OR NOT needs_reply)
    """
)
MARK_MAYBE_STOP = PreparedStatement(
    """
    UPDATE threads SET why = 'maybe_stop', needs_reply = 1, done_at = NULL, done_by = NULL
    WHERE phone = :phone
    """
)
# All texts of a batch in one statement: `texts` is a JSON list of [message id, body]. An FTS5
# table has no model, and a row that is indexed again replaces its older words.
INDEX_TEXTS = PreparedStatement(
    """
    INSERT OR REPLACE INTO inbox_search (rowid, body)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:texts)
    """
)
