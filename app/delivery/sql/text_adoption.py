"""Statements that give one listed text to its row, for up to 100,000 texts after a restore.

Through SQLAlchemy a text took 4.3 ms, so 100,000 of them seven minutes; prepared it takes a fifth
(docs/decisions/0019-start-guard.md).
"""

from app.core.prepared_statements import PreparedStatement

# The newest attempt of a row whose answer never came.
SELECT_OPEN_ATTEMPT = PreparedStatement("""
    SELECT id FROM attempts
    WHERE message_id = :message_id AND provider_sid IS NULL
        AND (outcome IS NULL OR outcome IN ('ambiguous', 'lost'))
    ORDER BY n DESC LIMIT 1
""")
INSERT_ADOPTED_ATTEMPT = PreparedStatement("""
    INSERT INTO attempts (message_id, n, ref, started_at, ended_at, outcome, why)
    VALUES (:message_id, :number, :ref, :moment, :moment, 'accepted', :why)
""")
MARK_HANDED_OVER = PreparedStatement("""
    UPDATE messages
    SET status = 'submitting', attempts = :number, submitted_at = :moment, not_before = NULL,
        held_until = NULL, held_why = NULL, reason = NULL
    WHERE id = :message_id
""")
