"""Counts of texts by state for /metrics.

SQL text, since SQLite walks along a million rows of another index for those that are being sent,
which takes 300 ms, unless it is told which of the small indexes holds them: 1 ms.
"""

from app.core.prepared_statements import PreparedStatement

# In the order of the columns below.
QUEUE_STATES = ("waiting", "held", "sending", "without_news")
COUNT_QUEUE = PreparedStatement("""
    SELECT
        (SELECT count(*) FROM messages INDEXED BY ix_messages_queued
            WHERE status = 'queued' AND held_until IS NULL),
        (SELECT count(*) FROM messages INDEXED BY ix_messages_held
            WHERE status = 'queued' AND held_until IS NOT NULL),
        (SELECT count(*) FROM messages INDEXED BY ix_messages_submitting
            WHERE status = 'submitting'),
        (SELECT count(*) FROM messages INDEXED BY ix_messages_look_up_at
            WHERE look_up_at IS NOT NULL)
""")
