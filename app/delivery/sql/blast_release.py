"""Statements that store the messages of a blast: 100,000 rows in one transaction.

Through the ORM they would take ten times as long. They wait in a temporary table without indexes
or checks and move from there in one statement a slice: SQLite lays out the lists of a table's
CHECKs once a statement, which for 100,000 single INSERTs was a third of the time. 100,000 people
take 1.8 s, a bare executemany of the same rows 1.5 s (docs/performance.md).
"""

from app.core.prepared_statements import PreparedStatement

# A slice of this size stays in memory.
INSERT_BATCH_ROWS = 5000

CREATE_STAGING_TABLE = PreparedStatement("""
    CREATE TEMP TABLE IF NOT EXISTS released_rows
        (phone, name, body, status, reason, segments, encoding, held_until, held_why, language,
         is_introduction, template_version_id)
""")
# positional: the columns of the staging table
INSERT_STAGED_ROWS = PreparedStatement(
    "INSERT INTO temp.released_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# Without the last three columns, which most blasts do not need: they cost 3 % of a release.
INSERT_USUAL_ROWS = PreparedStatement("""
    INSERT INTO temp.released_rows
        (phone, name, body, status, reason, segments, encoding, held_until, held_why)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
""")
MOVE_STAGED_ROWS = PreparedStatement("""
    INSERT INTO messages (kind, sender, carrier, message_log_id, created_at,
        phone, name, body, status, reason, segments, encoding, held_until, held_why, language,
        is_introduction, template_version_id)
    SELECT :kind, :sender, :carrier, :blast_id, :moment,
        phone, name, body, status, reason, segments, encoding, held_until, held_why, language,
        coalesce(is_introduction, 0),
        CASE WHEN language IS NULL THEN :template_version_id ELSE template_version_id END
    FROM temp.released_rows ORDER BY rowid
""")
EMPTY_STAGING_TABLE = PreparedStatement("DELETE FROM temp.released_rows")
