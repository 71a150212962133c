"""Which texts that wait were counted when they were armed before.

Read by the engine with a tick in which something was tried before, as after a storm of refusals.
"""

from app.core.prepared_statements import PreparedStatement

# SQL text, for the list of ids. What the carrier refused unprocessed has cost nothing: sent again
# it is the same text. Whatever a person sends again costs a second time.
SELECT_COUNTED_IDS = PreparedStatement("""
    SELECT json_group_array(a.message_id) FROM attempts a
    WHERE a.message_id IN (SELECT value FROM json_each(:message_ids))
        AND a.outcome = 'unprocessed'
        AND a.n = (SELECT max(n) FROM attempts WHERE message_id = a.message_id)
""")
