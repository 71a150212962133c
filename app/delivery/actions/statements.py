"""The statements that run for every text, built once: building one anew costs more than running it.

Their parameters are called `b_…`: SQLAlchemy keeps the columns' own names for itself.
"""

from functools import cache

from sqlalchemy import ColumnElement, Executable, bindparam, case, exists, func, insert, or_, select, update

from app.delivery.models import Lease, attempts, message_logs, messages, sender_health
from app.domain.blast_states import RANK, Direction, LogStatus, MessageStatus

texts, logs, tries = messages.c, message_logs.c, attempts.c
MOMENT = bindparam("b_moment", type_=texts.created_at.type)
KNOWN = case({status.value: rank for status, rank in RANK.items()}, value=texts.status)
STAMPS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.FAILED: "failed_at",
    MessageStatus.UNDELIVERED: "failed_at",
    MessageStatus.OPTED_OUT: "failed_at",
}


@cache
def move_up(status: MessageStatus, with_error: bool) -> Executable:
    """To `status` if it ranks higher (b_id, b_moment; b_code and b_words with an error). Returns the text's row."""
    values: dict[str, object] = {"status": status.value}
    if status in STAMPS:
        column = texts[STAMPS[status]]
        values[column.name] = func.coalesce(column, MOMENT)
    if with_error:
        values |= {"error_code": bindparam("b_code"), "error_message": bindparam("b_words")}
    return (
        update(messages)
        .where(texts.id == bindparam("b_id"), RANK[status] > KNOWN)
        .values(values)
        .returning(texts.phone, texts.message_log_id, texts.sender, texts.carrier)
    )


# b_id, b_sid. OR IGNORE: a carrier that gives one name to two texts must not keep us from storing what became of them.
NAME_TEXT, NAME_ATTEMPT = (
    update(table)
    .prefix_with("OR IGNORE")
    .where(table.c.id == bindparam("b_id"), table.c.provider_sid.is_(None))
    .values(provider_sid=bindparam("b_sid"))
    for table in (messages, attempts)
)
# b_log
PROVE = update(message_logs).where(logs.id == bindparam("b_log"), logs.proven.is_(False)).values(proven=True)
# b_id, b_moment, b_outcome, b_status, b_code, b_why
CLOSE_ATTEMPT = (
    update(attempts)
    .where(tries.id == bindparam("b_id"))
    .values(
        ended_at=MOMENT,
        outcome=bindparam("b_outcome"),
        http_status=bindparam("b_status"),
        code=bindparam("b_code"),
        why=bindparam("b_why"),
    )
)
_ON_THE_WIRE = (texts.id == bindparam("b_id"), texts.status == MessageStatus.SUBMITTING.value)
_STOPPED = exists().where(logs.id == texts.message_log_id, logs.status == LogStatus.CANCELLED.value)
# b_id, b_not_before. A blast that was stopped meanwhile has no queue to go back to: cancelled like its rest.
PUT_BACK = (
    update(messages)
    .where(*_ON_THE_WIRE)
    .values(
        status=case((_STOPPED, MessageStatus.CANCELLED.value), else_=MessageStatus.QUEUED.value),
        reason=case((_STOPPED, "stopped"), else_=texts.reason),
        not_before=bindparam("b_not_before"),
    )
)
# b_id, b_why
UNSURE = (
    update(messages)
    .where(*_ON_THE_WIRE)
    .values(status=MessageStatus.UNKNOWN.value, reason="no_answer", error_message=bindparam("b_why"))
)

# b_id, b_number, b_moment
ARM = (
    update(messages)
    .where(texts.id == bindparam("b_id"))
    .values(status=MessageStatus.SUBMITTING.value, attempts=bindparam("b_number"), submitted_at=MOMENT, not_before=None)
)
# message_id, n, ref, started_at
ATTEMPT = (
    insert(attempts)
    .values({name: bindparam(name) for name in ("message_id", "n", "ref", "started_at")})
    .returning(tries.id)
)


def _queued(which: ColumnElement[bool], *order: ColumnElement[object]) -> Executable:
    rows = select(texts.id, texts.phone, texts.body, texts.segments, texts.kind, texts.attempts).where(
        texts.status == MessageStatus.QUEUED.value,
        texts.carrier == bindparam("b_carrier"),
        which,
        or_(texts.not_before.is_(None), texts.not_before <= MOMENT),
    )
    return rows.order_by(*order).limit(bindparam("b_most"))


# b_carrier, b_moment, b_most; answers first
QUEUED_SINGLES = _queued(
    texts.message_log_id.is_(None) & (texts.direction == Direction.OUTBOUND.value), texts.priority.desc(), texts.id
)
# the same, and b_log
QUEUED_OF_LOG = _queued(texts.message_log_id == bindparam("b_log"), texts.id)

_HAS_QUEUED = exists().where(
    texts.message_log_id == logs.id,
    texts.status == MessageStatus.QUEUED.value,
    texts.carrier == bindparam("b_carrier"),
)
_BUSY = exists().where(texts.message_log_id == logs.id, texts.status == MessageStatus.SUBMITTING.value)
# b_carrier: running blasts with something queued, `busy` with a row on the wire; the least advanced first
RUNNING_LOGS = (
    select(logs.id, logs.proven, _BUSY.label("busy"))
    .where(logs.status == LogStatus.PROCESSING.value, logs.carrier == bindparam("b_carrier"), _HAS_QUEUED)
    .order_by(logs.success_count + logs.failure_count, logs.id)
)
_RUNNING = exists().where(logs.id == texts.message_log_id, logs.status == LogStatus.PROCESSING.value)
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
FINISHED_LOGS = select(logs.id).where(logs.status.in_((LogStatus.PROCESSING.value, LogStatus.PAUSED.value)), ~_WAITING)
_health = sender_health.c
# b_sender, b_carrier
HEALTH = select(_health.share, _health.slowed_at, _health.hold_until).where(
    _health.sender == bindparam("b_sender"), _health.carrier == bindparam("b_carrier")
)
# b_name
LEADER = select(Lease.holder, Lease.epoch).where(Lease.name == bindparam("b_name"))
