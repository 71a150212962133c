"""Statements that store what the carrier answered to the requests of one tick.

Almost every answer is a plain yes, so all of those are stored by two statements and checked by a
third, whatever their number; a tick of forty took 290 µs a message through SQLAlchemy and takes 130
like this (docs/performance.md). None uses RETURNING, which would take a second sqlite3_step each.
"""

from sqlalchemy import bindparam, case, exists, update

from app.core.prepared_statements import PreparedStatement
from app.delivery.engine_models import attempts
from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import BlastStatus, MessageStatus

messages_c = messages.c
message_logs_c = message_logs.c
attempts_c = attempts.c
LOOK_UP_AT = bindparam("look_up_at_moment", type_=messages_c.look_up_at.type)

# `rows`: [[message id, ref, provider sid], …] as JSON
_ACCEPTED_ROWS_SQL = """(
        SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS ref,
            json_extract(value, '$[2]') AS sid
        FROM json_each(:rows)
    ) AS accepted"""
# OR IGNORE here and below: a carrier that gives one sid to two texts violates the unique index.
# Such a row is left as it is and stored alone afterwards; it must not keep us from storing the
# others.
CLOSE_ACCEPTED_ATTEMPTS = PreparedStatement(f"""
    UPDATE OR IGNORE attempts
    SET ended_at = :moment, outcome = 'accepted', http_status = 201,
        provider_sid = coalesce(provider_sid, accepted.sid)
    FROM {_ACCEPTED_ROWS_SQL}
    WHERE attempts.ref = accepted.ref
""")
# Only from states that rank below accepted: a receipt may have come before the answer.
ACCEPT_MESSAGES = PreparedStatement(f"""
    UPDATE OR IGNORE messages
    SET status = 'accepted', look_up_at = :look_up_at_moment, lookups = 0,
        provider_sid = coalesce(provider_sid, accepted.sid)
    FROM {_ACCEPTED_ROWS_SQL}
    WHERE messages.id = accepted.id
        AND messages.status IN ('queued', 'submitting', 'unknown', 'not_sent')
""")
# Which of those rows are stored as they should be: the columns of AcceptedRow, in that order. It
# replaces two RETURNING clauses.
SELECT_ACCEPTED = PreparedStatement(f"""
    SELECT json_group_array(json_array(accepted.ref, messages.id, message_log_id))
    FROM {_ACCEPTED_ROWS_SQL}
        JOIN attempts ON attempts.ref = accepted.ref AND attempts.provider_sid = accepted.sid
            AND outcome = 'accepted'
        JOIN messages ON messages.id = accepted.id AND messages.provider_sid = accepted.sid
            AND messages.status = 'accepted'
""")
# `blast_ids`, `message_ids`: ids as JSON. A message that left before somebody resumed the blast
# says nothing about what was put right since, so it does not end the probe.
MARK_BLASTS_PROVEN = PreparedStatement("""
    UPDATE message_logs SET proven = 1
    WHERE id IN (SELECT value FROM json_each(:blast_ids)) AND NOT proven AND EXISTS (
        SELECT 1 FROM json_each(:message_ids) JOIN messages ON messages.id = value
        WHERE message_log_id = message_logs.id
            AND (resumed_at IS NULL OR submitted_at >= resumed_at))
""")

CLOSE_ATTEMPT = PreparedStatement(
    update(attempts)
    .where(attempts_c.ref == bindparam("attempt_ref"))
    .values(
        ended_at=bindparam("moment", type_=attempts_c.ended_at.type),
        outcome=bindparam("outcome_name"),
        http_status=bindparam("response_status"),
        code=bindparam("error_number"),
        why=bindparam("explanation"),
    )
    .returning(attempts_c.id)
)

_IS_IN_FLIGHT = (
    messages_c.id == bindparam("message_id"),
    messages_c.status == MessageStatus.SUBMITTING,
)
_BLAST_IS_CANCELLED = exists().where(
    message_logs_c.id == messages_c.message_log_id,
    message_logs_c.status == BlastStatus.CANCELLED,
)
# A blast that was stopped while the request was out has no queue any more: its message is
# cancelled like the rest.
REQUEUE_MESSAGE = PreparedStatement(
    update(messages)
    .where(*_IS_IN_FLIGHT)
    .values(
        status=case(
            (_BLAST_IS_CANCELLED, MessageStatus.CANCELLED.value),
            else_=MessageStatus.QUEUED.value,
        ),
        reason=case((_BLAST_IS_CANCELLED, "stopped"), else_=messages_c.reason),
        not_before=bindparam("retry_at", type_=messages_c.not_before.type),
    )
)
MARK_MESSAGE_UNKNOWN = PreparedStatement(
    update(messages)
    .where(*_IS_IN_FLIGHT)
    .values(
        status=MessageStatus.UNKNOWN,
        reason=bindparam("cause"),
        error_message=bindparam("explanation"),
        look_up_at=LOOK_UP_AT,
        lookups=0,
    )
)
