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
from app.core.prepared import PreparedStatement
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
from app.suppression.queries import left_out

texts, logs, tries = messages.c, message_logs.c, attempts.c
MOMENT = bindparam("b_moment", type_=texts.created_at.type)
# Written out: as thirty values to bind they cost more than the step itself.
_RANKS = " ".join(
    f"WHEN '{status.value}' THEN {rank}" for status, rank in STATUS_RANKS.items()
)
KNOWN = literal_column(f"CASE messages.status {_RANKS} END", Integer)
STAMPS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.FAILED: "failed_at",
    MessageStatus.UNDELIVERED: "failed_at",
    MessageStatus.OPTED_OUT: "failed_at",
}


# When the carrier is asked what became of a text, at first: a doubt soon, a missing receipt later.
LOOK = bindparam("b_look", type_=texts.look_up_at.type)
LOOKED_UP = (MessageStatus.ACCEPTED, MessageStatus.SENT)
_OVER = (
    *FAILED_STATUSES,
    MessageStatus.DELIVERED,
    MessageStatus.NO_RECEIPT,
    MessageStatus.NOT_SENT,
)


@cache
def move_up(status: MessageStatus, with_error: bool) -> Executable:
    """To `status` if it ranks higher (b_id, b_n, b_moment, b_look; b_code and b_words with an
    error). Returns its row.

    b_n is the number of the attempt the news is about: that an older attempt failed says
    nothing about the newest.
    """
    values: dict[str, object] = {"status": status.value}
    if status is MessageStatus.ACCEPTED:
        values |= {"look_up_at": LOOK, "lookups": 0}
    elif status is MessageStatus.SENT:
        values["look_up_at"] = func.coalesce(texts.look_up_at, LOOK)
    elif status in _OVER:
        values["look_up_at"] = None
    if status in STAMPS:
        column = texts[STAMPS[status]]
        values[column.name] = func.coalesce(column, MOMENT)
    if with_error:
        values |= {
            "error_code": bindparam("b_code"),
            "error_message": bindparam("b_words"),
        }
    return (
        update(messages)
        .where(
            texts.id == bindparam("b_id"),
            literal_column(str(STATUS_RANKS[status])) > KNOWN,
            *_is_about_the_newest(status),
        )
        .values(values)
        .returning(
            texts.id,
            texts.phone,
            texts.message_log_id,
            texts.sender,
            texts.carrier,
            texts.kind,
        )
    )


def _is_about_the_newest(status: MessageStatus) -> tuple[ColumnElement[bool], ...]:
    """What waits in the queue has its newest attempt before it: only that somebody has the text
    is news about it.
    """
    if status in ACCEPTED_STATUSES:
        return ()
    return texts.attempts <= bindparam(
        "b_n"
    ), texts.status != MessageStatus.QUEUED.value


# b_id, b_sid. OR IGNORE: a carrier that gives one name to two texts must not keep us from
# storing what became of them.
NAME_TEXT, NAME_ATTEMPT = (
    update(table)
    .prefix_with("OR IGNORE")
    .where(table.c.id == bindparam("b_id"), table.c.provider_sid.is_(None))
    .values(provider_sid=bindparam("b_sid"))
    for table in (messages, attempts)
)
# b_ref, b_moment, b_outcome, b_status, b_code, b_why
CLOSE_ATTEMPT = (
    update(attempts)
    .where(tries.ref == bindparam("b_ref"))
    .values(
        ended_at=MOMENT,
        outcome=bindparam("b_outcome"),
        http_status=bindparam("b_status"),
        code=bindparam("b_code"),
        why=bindparam("b_why"),
    )
    .returning(tries.id)
)

# Almost every answer is a plain yes. All of a turn's are stored by two statements: one step of
# SQLite each, so that
# the loop's thread runs meanwhile. b_rows: [[message id, ref, sid], …] as JSON. OR IGNORE as above.
_NEWS = (
    "(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS ref, \
json_extract(value, '$[2]') AS sid FROM json_each(:b_rows)) AS news"
)
CLOSE_ACCEPTED = (
    f"UPDATE OR IGNORE attempts SET ended_at = :b_moment, outcome = 'accepted', http_status = 201, "
    f"provider_sid = coalesce(provider_sid, news.sid) FROM {_NEWS} WHERE attempts.ref = news.ref"
)
ACCEPT = (
    f"UPDATE OR IGNORE messages SET status = 'accepted', look_up_at = :b_look, lookups = 0, "
    f"provider_sid = coalesce(provider_sid, news.sid) FROM {_NEWS} WHERE messages.id = news.id "
    f"AND messages.status IN ('queued', 'submitting', 'unknown', 'not_sent')"
)
# Of those rows the ones that stand as they should now: [[ref, message id, message_log_id], …]
ACCEPTED = (
    f"SELECT json_group_array(json_array(news.ref, messages.id, message_log_id)) FROM {_NEWS} "
    "JOIN attempts ON attempts.ref = news.ref AND attempts.provider_sid = news.sid AND outcome = 'accepted' "
    "JOIN messages ON messages.id = news.id AND messages.provider_sid = news.sid AND messages.status = 'accepted'"
)
# b_id, b_sid
SECOND_NAME = text(
    "UPDATE attempts SET why = 'a second name: ' || :b_sid WHERE id = :b_id AND provider_sid <> :b_sid"
)
# b_logs, b_texts: ids as JSON. A text that left before somebody resumed the blast proves
# nothing about it now.
PROVE = (
    "UPDATE message_logs SET proven = 1 WHERE id IN (SELECT value FROM json_each(:b_logs)) AND NOT proven AND EXISTS ("
    "SELECT 1 FROM json_each(:b_texts) JOIN messages ON messages.id = value WHERE message_log_id = message_logs.id "
    "AND (resumed_at IS NULL OR submitted_at >= resumed_at))"
)
_ON_THE_WIRE = (
    texts.id == bindparam("b_id"),
    texts.status == MessageStatus.SUBMITTING.value,
)
_STOPPED = exists().where(
    logs.id == texts.message_log_id, logs.status == BlastStatus.CANCELLED.value
)
# b_id, b_not_before. A blast that was stopped meanwhile has no queue to go back to: cancelled
# like its rest.
PUT_BACK = (
    update(messages)
    .where(*_ON_THE_WIRE)
    .values(
        status=case(
            (_STOPPED, MessageStatus.CANCELLED.value), else_=MessageStatus.QUEUED.value
        ),
        reason=case((_STOPPED, "stopped"), else_=texts.reason),
        not_before=bindparam("b_not_before"),
    )
)
# b_id, b_cause, b_why, b_look
UNSURE = (
    update(messages)
    .where(*_ON_THE_WIRE)
    .values(
        status=MessageStatus.UNKNOWN.value,
        reason=bindparam("b_cause"),
        error_message=bindparam("b_why"),
        look_up_at=LOOK,
        lookups=0,
    )
)

# b_rows: [[message id, n, ref], …] as JSON; b_moment
ARM = (
    "UPDATE messages SET status = 'submitting', attempts = attempts + 1, submitted_at = :b_moment, not_before = NULL, "
    "look_up_at = NULL WHERE id IN (SELECT json_extract(value, '$[0]') FROM json_each(:b_rows))"
)
ATTEMPTS = (
    "INSERT INTO attempts (message_id, n, ref, started_at) SELECT json_extract(value, '$[0]'), "
    "json_extract(value, '$[1]'), json_extract(value, '$[2]'), :b_moment FROM json_each(:b_rows)"
)


def _given(name: str) -> ColumnElement[Any]:
    return literal_column(f":{name}")


def _queued(which: ColumnElement[bool], *order: ColumnElement[object]) -> str:
    rows = select(
        texts.id,
        texts.phone,
        texts.body,
        texts.segments,
        texts.kind,
        texts.message_log_id,
        texts.attempts,
        texts.not_after,
        left_out(texts.phone).label("left_out"),
    ).where(
        texts.status == MessageStatus.QUEUED.value,
        texts.carrier == _given("b_carrier"),
        which,
        # nobody waits longer than the longest Retry-After: further ahead is a clock that was
        # set back
        or_(
            texts.not_before.is_(None),
            texts.not_before <= _given("b_moment"),
            texts.not_before > _given("b_latest"),
        ),
    )
    return compile_as_json(rows.order_by(*order).limit(_given("b_most")))


# b_carrier, b_moment, b_latest, b_most; answers first
QUEUED_SINGLES = _queued(
    texts.message_log_id.is_(None)
    & (texts.direction == MessageDirection.OUTBOUND.value),
    texts.priority.desc(),
    texts.id,
)
# the same, and b_log
QUEUED_OF_LOG = _queued(texts.message_log_id == _given("b_log"), texts.id)

_TOO_LATE = {"status": MessageStatus.EXPIRED.value, "reason": "too_late"}
_STILL_QUEUED = texts.status == MessageStatus.QUEUED.value
# b_log; b_id
EXPIRE_LOG = (
    update(messages)
    .where(texts.message_log_id == bindparam("b_log"), _STILL_QUEUED)
    .values(_TOO_LATE)
)
EXPIRE_ONE = (
    update(messages)
    .where(texts.id == bindparam("b_id"), _STILL_QUEUED)
    .values(_TOO_LATE)
)

# what waits for somebody: b_phone, b_reason; and what answers their last word (kind system):
# b_phone
_WAITS = (
    texts.phone == bindparam("b_phone"),
    texts.status == MessageStatus.QUEUED.value,
)
LEAVE_OUT = PreparedStatement(
    update(messages)
    .where(*_WAITS, texts.kind != MessageKind.SYSTEM.value)
    .values(status=MessageStatus.SKIPPED.value, reason=bindparam("b_reason"))
)
OVERTAKE = PreparedStatement(
    update(messages)
    .where(*_WAITS, texts.kind == MessageKind.SYSTEM.value)
    .values(status=MessageStatus.CANCELLED.value, reason="overtaken")
)

_HAS_QUEUED = exists().where(
    texts.message_log_id == logs.id,
    texts.status == MessageStatus.QUEUED.value,
    texts.carrier == _given("b_carrier"),
)
_BUSY = exists().where(
    texts.message_log_id == logs.id, texts.status == MessageStatus.SUBMITTING.value
)
# b_carrier: running blasts with something queued, `busy` with a row on the wire; the oldest first
RUNNING_LOGS = compile_as_json(
    select(logs.id, logs.proven, logs.not_after, _BUSY.label("busy"))
    .where(
        logs.status == BlastStatus.PROCESSING.value,
        logs.carrier == _given("b_carrier"),
        _HAS_QUEUED,
    )
    .order_by(logs.id)
)
_RUNNING = exists().where(
    logs.id == texts.message_log_id, logs.status == BlastStatus.PROCESSING.value
)
# b_carrier
ANYTHING_QUEUED = (
    select(texts.id)
    .where(
        texts.status == MessageStatus.QUEUED.value,
        texts.carrier == bindparam("b_carrier"),
        or_(texts.message_log_id.is_(None), _RUNNING),
    )
    .limit(1)
)
_WAITING = exists().where(
    texts.message_log_id == logs.id,
    texts.status.in_((MessageStatus.QUEUED.value, MessageStatus.SUBMITTING.value)),
)
FINISHED_LOGS = compile_as_json(
    select(logs.id).where(
        logs.status.in_((BlastStatus.PROCESSING.value, BlastStatus.PAUSED.value)),
        ~_WAITING,
    )
)
_health = sender_health.c
# b_sender, b_carrier
HEALTH = compile_as_json(
    select(_health.share, _health.slowed_at, _health.hold_until).where(
        _health.sender == _given("b_sender"), _health.carrier == _given("b_carrier")
    )
)
# b_name
LEADER = compile_as_json(
    select(Lease.holder, Lease.epoch).where(Lease.name == _given("b_name"))
)
