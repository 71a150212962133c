"""Statements that read which queued messages may leave, and mark them as handed to the carrier.

The engine runs them with every tick, up to 40 messages each. Through SQLAlchemy a tick of forty
took 290 µs a message, prepared 130 (docs/performance.md). Rows come as one JSON list: read one by
one they would release the GIL forty times, and the sending loop takes it each time.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, or_, select, update

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import message_logs, messages
from app.delivery.sql.other_texts import select_other_text_reason
from app.delivery.sql.queue_filters import IS_CLAIMABLE
from app.delivery.sql.sending_purpose import select_skip_reason
from app.domain.delivery.message_statuses import BlastStatus, MessageDirection, MessageStatus

messages_c, message_logs_c = messages.c, message_logs.c
_CARRIER: BindParameter[str] = bindparam("carrier_name")
_IS_QUEUED = messages_c.status == MessageStatus.QUEUED
# The longest Retry-After is an hour. A row that waits beyond `latest` was put off before somebody
# set the clock back, so it may leave.
_MAY_LEAVE_BY_NOW = or_(
    messages_c.not_before.is_(None),
    messages_c.not_before <= bindparam("moment"),
    messages_c.not_before > bindparam("latest"),
)


_QUEUED_COLUMNS = (
    messages_c.id,
    messages_c.phone,
    messages_c.body,
    messages_c.segments,
    messages_c.kind,
    messages_c.message_log_id,
    messages_c.attempts,
    messages_c.not_after,
    func.coalesce(select_skip_reason(), select_other_text_reason()).label("skip_reason"),
)


def _prepare_queued_select(
    condition: ColumnElement[bool], *order: ColumnElement[Any]
) -> PreparedStatement:
    """Return a statement whose columns are those of QueuedMessage, in that order.

    Whether a person may be texted is read in the same statement that claims the message: an
    opt-out that was stored a moment ago counts.
    """
    return _prepare_select(_QUEUED_COLUMNS, condition, *order)


def _prepare_select(
    columns: Sequence[ColumnElement[Any]],
    condition: ColumnElement[bool],
    *order: ColumnElement[Any],
) -> PreparedStatement:
    rows = select(*columns).where(
        IS_CLAIMABLE, messages_c.carrier == _CARRIER, condition, _MAY_LEAVE_BY_NOW
    )
    return PreparedStatement.as_json(rows.order_by(*order).limit(bindparam("max_rows")))


# Messages of no blast: a confirmation of an opt-out (priority 30) before a person's reply (20),
# that before automatic answers (10).
_IS_DIRECT = messages_c.message_log_id.is_(None) & (
    messages_c.direction == MessageDirection.OUTBOUND
)
SELECT_QUEUED_DIRECT = _prepare_queued_select(_IS_DIRECT, messages_c.priority.desc(), messages_c.id)
# Walks ix_messages_queued, which has only queued rows that are not held: a blast of 100,000 costs
# no more than one of ten.
SELECT_QUEUED_OF_BLAST = _prepare_queued_select(
    messages_c.message_log_id == bindparam("blast_id"), messages_c.id
)
# The ids alone, and one row by its id: when the rows cannot be read together, which they are is
# found out one by one.
SELECT_DIRECT_IDS = _prepare_select([messages_c.id], _IS_DIRECT, messages_c.id)
SELECT_IDS_OF_BLAST = _prepare_select(
    [messages_c.id], messages_c.message_log_id == bindparam("blast_id"), messages_c.id
)
SELECT_QUEUED_MESSAGE = _prepare_queued_select(messages_c.id == bindparam("message_id"))

_BLAST_HAS_QUEUED = exists().where(
    messages_c.message_log_id == message_logs_c.id, IS_CLAIMABLE, messages_c.carrier == _CARRIER
)
_BLAST_HAS_IN_FLIGHT = exists().where(
    messages_c.message_log_id == message_logs_c.id,
    messages_c.status == MessageStatus.SUBMITTING,
)
# The columns are those of RunningBlast, in that order; the oldest blast first.
_IS_RUNNING_WITH_QUEUE = (
    message_logs_c.status == BlastStatus.PROCESSING,
    message_logs_c.carrier == _CARRIER,
    _BLAST_HAS_QUEUED,
)
_SELECT_RUNNING = select(
    message_logs_c.id,
    message_logs_c.proven,
    message_logs_c.not_after,
    _BLAST_HAS_IN_FLIGHT.label("has_in_flight"),
    message_logs_c.survey_id.is_not(None).label("asks_survey"),
    message_logs_c.any_hour_reason.is_not(None).label("is_any_hour"),
).where(*_IS_RUNNING_WITH_QUEUE)
SELECT_RUNNING_BLASTS = PreparedStatement.as_json(_SELECT_RUNNING.order_by(message_logs_c.id))
SELECT_RUNNING_BLAST = PreparedStatement.as_json(
    _SELECT_RUNNING.where(message_logs_c.id == bindparam("blast_id"))
)
SELECT_RUNNING_BLAST_IDS = PreparedStatement.as_json(
    select(message_logs_c.id).where(*_IS_RUNNING_WITH_QUEUE).order_by(message_logs_c.id)
)

_BLAST_IS_RUNNING = exists().where(
    message_logs_c.id == messages_c.message_log_id,
    message_logs_c.status == BlastStatus.PROCESSING,
)
# Asked before the write lock is taken: with nothing queued a tick writes nothing, and pages and
# receipts do not wait for it.
SELECT_ANY_QUEUED = PreparedStatement(
    select(messages_c.id)
    .where(
        IS_CLAIMABLE,
        messages_c.carrier == _CARRIER,
        or_(messages_c.message_log_id.is_(None), _BLAST_IS_RUNNING),
    )
    .limit(1)
)

_EXPIRED_VALUES = {"status": MessageStatus.EXPIRED, "reason": "too_late"}
EXPIRE_BLAST_MESSAGES = PreparedStatement(
    update(messages)
    .where(messages_c.message_log_id == bindparam("blast_id"), _IS_QUEUED)
    .values(_EXPIRED_VALUES)
)
EXPIRE_MESSAGE = PreparedStatement(
    update(messages)
    .where(messages_c.id == bindparam("message_id"), _IS_QUEUED)
    .values(_EXPIRED_VALUES)
)

# SQL text, since one statement writes all rows of a tick: an UPDATE for each message would release
# the GIL with each. `rows`: [[message id, attempt number, ref], …] as JSON.
MARK_SUBMITTING = PreparedStatement("""
    UPDATE messages
    SET status = 'submitting', attempts = attempts + 1, submitted_at = :moment,
        not_before = NULL, look_up_at = NULL
    WHERE id IN (SELECT json_extract(value, '$[0]') FROM json_each(:rows))
""")
INSERT_ATTEMPTS = PreparedStatement("""
    INSERT INTO attempts (message_id, n, ref, started_at)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
        :moment
    FROM json_each(:rows)
""")
