"""The statement that counts a text from a person to the blast that it answers."""

from app.core.prepared_statements import PreparedStatement
from app.delivery.sql.survey_texts import POSSIBLY_RECEIVED_STATUSES

NEWEST_TEXTS = 50
_STATUS_LIST = ", ".join(f"'{status.value}'" for status in POSSIBLY_RECEIVED_STATUSES)
# Runs for every text that comes in, inside the batch of 200 a second: 20 µs, through the session
# 400 in two statements. It walks the index of phones over NEWEST_TEXTS rows at most. Who wrote
# before keeps a yes or no, unless they say another one; a later STOP, of all texts, of a topic or
# for some days, is kept beside it.
_RECORD_SQL = f"""
    INSERT INTO blast_replies
        (blast_message_id, message_log_id, reply_id, answer, is_opt_out, is_topic_left, is_pause,
        replied_at)
    SELECT id, message_log_id, :reply_id, :answer, :is_opt_out, :is_topic_left, :is_pause, :moment
    FROM (
        SELECT id, message_log_id, coalesce(submitted_at, created_at) AS sent_at
        FROM (
            SELECT id, message_log_id, status, submitted_at, created_at FROM messages
            WHERE phone {{of_person}} ORDER BY id DESC LIMIT {NEWEST_TEXTS}
        )
        WHERE message_log_id IS NOT NULL AND status IN ({_STATUS_LIST})
        ORDER BY id DESC LIMIT 1
    )
    WHERE sent_at >= :since
    ON CONFLICT (blast_message_id) DO UPDATE SET
        reply_id = excluded.reply_id,
        replied_at = excluded.replied_at,
        answer = CASE WHEN answer IS NULL OR excluded.answer IN ('yes', 'no')
            THEN coalesce(excluded.answer, answer) ELSE answer END,
        is_opt_out = max(is_opt_out, excluded.is_opt_out),
        is_topic_left = max(is_topic_left, excluded.is_topic_left),
        is_pause = max(is_pause, excluded.is_pause)
"""
RECORD_BLAST_REPLY = PreparedStatement(_RECORD_SQL.format(of_person="= :phone"))
# `phones`: all numbers of a person who has several, as JSON. The blast may have gone to another.
RECORD_REPLY_OF_PERSON = PreparedStatement(
    _RECORD_SQL.format(of_person="IN (SELECT value FROM json_each(:phones))")
)
