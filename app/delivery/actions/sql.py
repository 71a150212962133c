"""The statements that run for every text, built once: building one anew costs more than running
it.

Their parameters are called `b_…`: SQLAlchemy keeps the columns' own names for itself. Those of
every turn are plain SQL for `driver()` and `rows_of()`, their moments as they are stored:
through SQLAlchemy a turn took twice as long.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)

from app.core.db import compile_as_json
from app.core.prepared_statements import PreparedStatement
from app.delivery.models import Lease, attempts, message_logs, messages, sender_health
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    FAILED_STATUSES,
    STATUS_RANKS,
    BlastStatus,
    MessageDirection,
    MessageKind,
    MessageStatus,
)
from app.suppression.queries import select_suppression_reason

messages_c, message_logs_c, attempts_c = messages.c, message_logs.c, attempts.c
MOMENT_PARAM = bindparam("b_moment", type_=messages_c.created_at.type)
# Written out: as thirty values to bind they cost more than the step itself.
_RANK_CASES = " ".join(
    f"WHEN '{status.value}' THEN {rank}" for status, rank in STATUS_RANKS.items()
)
CURRENT_RANK = literal_column(f"CASE messages.status {_RANK_CASES} END", Integer)
TIMESTAMP_COLUMNS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.FAILED: "failed_at",
    MessageStatus.UNDELIVERED: "failed_at",
    MessageStatus.OPTED_OUT: "failed_at",
}


# When the carrier is asked what became of a text, at first: a doubt soon, a missing receipt later.
LOOK_UP_AT_PARAM = bindparam("b_look", type_=messages_c.look_up_at.type)
LOOKED_UP_STATUSES = (MessageStatus.ACCEPTED, MessageStatus.SENT)
_FINAL_STATUSES = (
    *FAILED_STATUSES,
    MessageStatus.DELIVERED,
    MessageStatus.NO_RECEIPT,
    MessageStatus.NOT_SENT,
)


@cache
def build_status_upgrade(status: MessageStatus, with_error: bool) -> Executable:
    """To `status` if it ranks higher (b_id, b_n, b_moment, b_look; b_code and b_words with an
    error). Returns its row.

    b_n is the number of the attempt the news is about: that an older attempt failed says
    nothing about the newest.
    """
    values: dict[str, object] = {"status": status.value}
    if status is MessageStatus.ACCEPTED:
        values |= {"look_up_at": LOOK_UP_AT_PARAM, "lookups": 0}
    elif status is MessageStatus.SENT:
        values["look_up_at"] = func.coalesce(messages_c.look_up_at, LOOK_UP_AT_PARAM)
    elif status in _FINAL_STATUSES:
        values["look_up_at"] = None
    if status in TIMESTAMP_COLUMNS:
        column = messages_c[TIMESTAMP_COLUMNS[status]]
        values[column.name] = func.coalesce(column, MOMENT_PARAM)
    if with_error:
        values |= {
            "error_code": bindparam("b_code"),
            "error_message": bindparam("b_words"),
        }
    return (
        update(messages)
        .where(
            messages_c.id == bindparam("b_id"),
            literal_column(str(STATUS_RANKS[status])) > CURRENT_RANK,
            *_is_newest_attempt(status),
        )
        .values(values)
        .returning(
            messages_c.id,
            messages_c.phone,
            messages_c.message_log_id,
            messages_c.sender,
            messages_c.carrier,
            messages_c.kind,
        )
    )


def _is_newest_attempt(status: MessageStatus) -> tuple[ColumnElement[bool], ...]:
    """What waits in the queue has its newest attempt before it: only that somebody has the text
    is news about it.
    """
    if status in ACCEPTED_STATUSES:
        return ()
    return messages_c.attempts <= bindparam("b_n"), messages_c.status != MessageStatus.QUEUED.value


# b_id, b_sid. OR IGNORE: a carrier that gives one name to two texts must not keep us from
# storing what became of them.
SET_MESSAGE_SID, SET_ATTEMPT_SID = (
    update(table)
    .prefix_with("OR IGNORE")
    .where(table.c.id == bindparam("b_id"), table.c.provider_sid.is_(None))
    .values(provider_sid=bindparam("b_sid"))
    for table in (messages, attempts)
)
# b_ref, b_moment, b_outcome, b_status, b_code, b_why
CLOSE_ATTEMPT = (
    update(attempts)
    .where(attempts_c.ref == bindparam("b_ref"))
    .values(
        ended_at=MOMENT_PARAM,
        outcome=bindparam("b_outcome"),
        http_status=bindparam("b_status"),
        code=bindparam("b_code"),
        why=bindparam("b_why"),
    )
    .returning(attempts_c.id)
)

# Almost every answer is a plain yes. All of a turn's are stored by two statements: one step of
# SQLite each, so that
# the loop's thread runs meanwhile. b_rows: [[message id, ref, sid], …] as JSON. OR IGNORE as above.
_RESULT_ROWS = "(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS ref, \
json_extract(value, '$[2]') AS sid FROM json_each(:b_rows)) AS news"
CLOSE_ACCEPTED_ATTEMPTS = (
    f"UPDATE OR IGNORE attempts SET ended_at = :b_moment, outcome = 'accepted', http_status = 201, "
    f"provider_sid = coalesce(provider_sid, news.sid) FROM {_RESULT_ROWS} WHERE attempts.ref = news.ref"
)
ACCEPT_MESSAGES = (
    f"UPDATE OR IGNORE messages SET status = 'accepted', look_up_at = :b_look, lookups = 0, "
    f"provider_sid = coalesce(provider_sid, news.sid) FROM {_RESULT_ROWS} WHERE messages.id = news.id "
    f"AND messages.status IN ('queued', 'submitting', 'unknown', 'not_sent')"
)
# Of those rows the ones that stand as they should now: [[ref, message id, message_log_id], …]
SELECT_ACCEPTED = (
    f"SELECT json_group_array(json_array(news.ref, messages.id, message_log_id)) FROM {_RESULT_ROWS} "
    "JOIN attempts ON attempts.ref = news.ref AND attempts.provider_sid = news.sid AND outcome = 'accepted' "
    "JOIN messages ON messages.id = news.id AND messages.provider_sid = news.sid AND messages.status = 'accepted'"
)
# b_id, b_sid
STORE_SECOND_SID = text(
    "UPDATE attempts SET why = 'a second name: ' || :b_sid WHERE id = :b_id AND provider_sid <> :b_sid"
)
# b_logs, b_texts: ids as JSON. A text that left before somebody resumed the blast proves
# nothing about it now.
MARK_BLASTS_PROVEN = (
    "UPDATE message_logs SET proven = 1 WHERE id IN (SELECT value FROM json_each(:b_logs)) AND NOT proven AND EXISTS ("
    "SELECT 1 FROM json_each(:b_texts) JOIN messages ON messages.id = value WHERE message_log_id = message_logs.id "
    "AND (resumed_at IS NULL OR submitted_at >= resumed_at))"
)
_IS_IN_FLIGHT = (
    messages_c.id == bindparam("b_id"),
    messages_c.status == MessageStatus.SUBMITTING.value,
)
_BLAST_IS_CANCELLED = exists().where(
    message_logs_c.id == messages_c.message_log_id,
    message_logs_c.status == BlastStatus.CANCELLED.value,
)
# b_id, b_not_before. A blast that was stopped meanwhile has no queue to go back to: cancelled
# like its rest.
REQUEUE_MESSAGE = (
    update(messages)
    .where(*_IS_IN_FLIGHT)
    .values(
        status=case(
            (_BLAST_IS_CANCELLED, MessageStatus.CANCELLED.value),
            else_=MessageStatus.QUEUED.value,
        ),
        reason=case((_BLAST_IS_CANCELLED, "stopped"), else_=messages_c.reason),
        not_before=bindparam("b_not_before"),
    )
)
# b_id, b_cause, b_why, b_look
MARK_MESSAGE_UNKNOWN = (
    update(messages)
    .where(*_IS_IN_FLIGHT)
    .values(
        status=MessageStatus.UNKNOWN.value,
        reason=bindparam("b_cause"),
        error_message=bindparam("b_why"),
        look_up_at=LOOK_UP_AT_PARAM,
        lookups=0,
    )
)

# b_rows: [[message id, n, ref], …] as JSON; b_moment
MARK_SUBMITTING = (
    "UPDATE messages SET status = 'submitting', attempts = attempts + 1, submitted_at = :b_moment, not_before = NULL, "
    "look_up_at = NULL WHERE id IN (SELECT json_extract(value, '$[0]') FROM json_each(:b_rows))"
)
INSERT_ATTEMPTS = (
    "INSERT INTO attempts (message_id, n, ref, started_at) SELECT json_extract(value, '$[0]'), "
    "json_extract(value, '$[1]'), json_extract(value, '$[2]'), :b_moment FROM json_each(:b_rows)"
)


def _build_param(name: str) -> ColumnElement[Any]:
    return literal_column(f":{name}")


def _build_queued_select(which: ColumnElement[bool], *order: ColumnElement[object]) -> str:
    rows = select(
        messages_c.id,
        messages_c.phone,
        messages_c.body,
        messages_c.segments,
        messages_c.kind,
        messages_c.message_log_id,
        messages_c.attempts,
        messages_c.not_after,
        select_suppression_reason(messages_c.phone).label("left_out"),
    ).where(
        messages_c.status == MessageStatus.QUEUED.value,
        messages_c.carrier == _build_param("b_carrier"),
        which,
        # nobody waits longer than the longest Retry-After: further ahead is a clock that was
        # set back
        or_(
            messages_c.not_before.is_(None),
            messages_c.not_before <= _build_param("b_moment"),
            messages_c.not_before > _build_param("b_latest"),
        ),
    )
    return compile_as_json(rows.order_by(*order).limit(_build_param("b_most")))


# b_carrier, b_moment, b_latest, b_most; answers first
SELECT_QUEUED_DIRECT = _build_queued_select(
    messages_c.message_log_id.is_(None) & (messages_c.direction == MessageDirection.OUTBOUND.value),
    messages_c.priority.desc(),
    messages_c.id,
)
# the same, and b_log
SELECT_QUEUED_OF_BLAST = _build_queued_select(
    messages_c.message_log_id == _build_param("b_log"), messages_c.id
)

_EXPIRED_VALUES = {"status": MessageStatus.EXPIRED.value, "reason": "too_late"}
_IS_QUEUED = messages_c.status == MessageStatus.QUEUED.value
# b_log; b_id
EXPIRE_BLAST_MESSAGES = (
    update(messages)
    .where(messages_c.message_log_id == bindparam("b_log"), _IS_QUEUED)
    .values(_EXPIRED_VALUES)
)
EXPIRE_MESSAGE = (
    update(messages).where(messages_c.id == bindparam("b_id"), _IS_QUEUED).values(_EXPIRED_VALUES)
)

# what waits for somebody: b_phone, b_reason; and what answers their last word (kind system):
# b_phone
_IS_QUEUED_FOR_PHONE = (
    messages_c.phone == bindparam("b_phone"),
    messages_c.status == MessageStatus.QUEUED.value,
)
SKIP_QUEUED_OF_PHONE = PreparedStatement(
    update(messages)
    .where(*_IS_QUEUED_FOR_PHONE, messages_c.kind != MessageKind.SYSTEM.value)
    .values(status=MessageStatus.SKIPPED.value, reason=bindparam("b_reason"))
)
CANCEL_SYSTEM_REPLIES = PreparedStatement(
    update(messages)
    .where(*_IS_QUEUED_FOR_PHONE, messages_c.kind == MessageKind.SYSTEM.value)
    .values(status=MessageStatus.CANCELLED.value, reason="overtaken")
)

_BLAST_HAS_QUEUED = exists().where(
    messages_c.message_log_id == message_logs_c.id,
    messages_c.status == MessageStatus.QUEUED.value,
    messages_c.carrier == _build_param("b_carrier"),
)
_BLAST_HAS_IN_FLIGHT = exists().where(
    messages_c.message_log_id == message_logs_c.id,
    messages_c.status == MessageStatus.SUBMITTING.value,
)
# b_carrier: running blasts with something queued, `busy` with a row on the wire; the oldest first
SELECT_RUNNING_BLASTS = compile_as_json(
    select(
        message_logs_c.id,
        message_logs_c.proven,
        message_logs_c.not_after,
        _BLAST_HAS_IN_FLIGHT.label("busy"),
    )
    .where(
        message_logs_c.status == BlastStatus.PROCESSING.value,
        message_logs_c.carrier == _build_param("b_carrier"),
        _BLAST_HAS_QUEUED,
    )
    .order_by(message_logs_c.id)
)
_BLAST_IS_RUNNING = exists().where(
    message_logs_c.id == messages_c.message_log_id,
    message_logs_c.status == BlastStatus.PROCESSING.value,
)
# b_carrier
SELECT_ANY_QUEUED = (
    select(messages_c.id)
    .where(
        messages_c.status == MessageStatus.QUEUED.value,
        messages_c.carrier == bindparam("b_carrier"),
        or_(messages_c.message_log_id.is_(None), _BLAST_IS_RUNNING),
    )
    .limit(1)
)
_BLAST_HAS_UNSENT = exists().where(
    messages_c.message_log_id == message_logs_c.id,
    messages_c.status.in_((MessageStatus.QUEUED.value, MessageStatus.SUBMITTING.value)),
)
SELECT_FINISHED_BLASTS = compile_as_json(
    select(message_logs_c.id).where(
        message_logs_c.status.in_((BlastStatus.PROCESSING.value, BlastStatus.PAUSED.value)),
        ~_BLAST_HAS_UNSENT,
    )
)
_sender_health_c = sender_health.c
# b_sender, b_carrier
SELECT_SENDER_HEALTH = compile_as_json(
    select(_sender_health_c.share, _sender_health_c.slowed_at, _sender_health_c.hold_until).where(
        _sender_health_c.sender == _build_param("b_sender"),
        _sender_health_c.carrier == _build_param("b_carrier"),
    )
)
# b_name
SELECT_LEASE_HOLDER = compile_as_json(
    select(Lease.holder, Lease.epoch).where(Lease.name == _build_param("b_name"))
)
