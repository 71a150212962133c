"""Statements of the job that sends steps: asked every few seconds, and run for 10,000 people.

Prepared each takes 10 µs, through SQLAlchemy 200: a slice of 200 people writes 600 rows.
"""

from app.core.prepared_statements import PreparedStatement

# SQL text, for its order: sequences are few, and each is one step in ix_sequence_people_due.
SELECT_DUE_SEQUENCES = PreparedStatement("""
    SELECT s.id FROM sequences s
    WHERE s.state = 'active' AND s.carrier = :carrier AND EXISTS (
        SELECT 1 FROM sequence_people p
        WHERE p.sequence_id = s.id AND p.state = 'active' AND p.next_at <= :moment)
    ORDER BY s.id
""")
# The columns are those of DuePerson, in that order.
SELECT_DUE_PEOPLE = PreparedStatement("""
    SELECT id, phone, start_key, event_id, started_at, step_id, repetition, counts_from, next_at
    FROM sequence_people
    WHERE sequence_id = :sequence_id AND state = 'active' AND next_at <= :moment
    ORDER BY next_at LIMIT :most
""")
# Only where it is as it was read: a person, a keyword or another process may have been quicker.
UPDATE_PERSON = PreparedStatement("""
    UPDATE sequence_people
    SET state = :state, stop_reason = :stop_reason, step_id = :step_id, repetition = :repetition,
        counts_from = :counts_from, next_at = :next_at, ended_at = :ended_at
    WHERE id = :person_id AND state = 'active' AND phone = :phone AND next_at <= :moment
        AND step_id IS :seen_step_id AND repetition = :seen_repetition
""")
INSERT_SEND = PreparedStatement("""
    INSERT INTO sequence_sends (sequence_person_id, step_id, repetition, outcome, skip_reason,
        message_id, due_at, created_at)
    VALUES (:person_id, :step_id, :repetition, :outcome, :skip_reason, :message_id, :due_at,
        :moment)
""")
# positional: the step, its repetition, when it is due, the person
PLAN_PERSON = PreparedStatement(
    "UPDATE sequence_people SET step_id = ?, repetition = ?, next_at = ? WHERE id = ?"
)
