"""Statements about the installation that run with every tick of the engine.

A tick counts what it hands over in the transaction that claims it: prepared it costs 10 µs, through
SQLAlchemy 200 (docs/performance.md).
"""

from app.core.prepared_statements import PreparedStatement

# The first text that is ever handed over gives the installation its id.
COUNT_ARMED = PreparedStatement("""
    UPDATE installation
    SET armed_count = armed_count + :count,
        installation_id = coalesce(installation_id, lower(hex(randomblob(16))))
    WHERE id = 1
""")
# A row while nothing may leave: no text is claimed, whatever the process that leads believes.
SELECT_HOLD = PreparedStatement("""
    SELECT hold_reason FROM installation WHERE id = 1 AND hold_reason IS NOT NULL
""")
