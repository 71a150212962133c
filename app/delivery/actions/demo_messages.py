"""Texts of the demo data, which no carrier has ever seen. Inside write()."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from app.core.db import db
from app.delivery.actions.blast_replies import record_blast_reply
from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageStatus, UnknownReason
from app.domain.texts.segments import measure_segments

SECONDS_BETWEEN_TEXTS = timedelta(seconds=0.25)
SECONDS_TO_ARRIVE = timedelta(seconds=3)


def create_demo_inbound_message(phone: str, body: str, moment: datetime) -> int:
    """Store a text from this phone that came in at `moment`, and return its id.

    It counts to the blast that it answers, as a text from a carrier does.
    """
    message_id = _insert_message(
        phone, body, moment, direction="inbound", kind="inbound", status="received"
    )
    record_blast_reply(phone, body, message_id, moment)
    return message_id


def create_demo_reply(phone: str, body: str, moment: datetime) -> int:
    """Store a reply to this phone that was delivered at `moment`, and return its id."""
    return _insert_message(
        phone,
        body,
        moment,
        direction="outbound",
        kind="reply",
        status="delivered",
        delivered_at=moment,
    )


def _insert_message(phone: str, body: str, moment: datetime, **values: object) -> int:
    size = measure_segments(body)
    statement = insert(messages).values(
        phone=phone,
        body=body,
        segments=size.segments,
        encoding=size.encoding.value,
        created_at=moment,
        **values,
    )
    return int(db.session.scalar(statement.returning(messages.c.id)) or 0)


def settle_demo_blast(log_id: int, moment: datetime, failures: Mapping[str, int]) -> None:
    """Let every queued text of a blast arrive from `moment` on, but those that fail.

    `failures`: the carrier's error code by phone. Four texts a second leave.
    """
    queued = select(messages.c.id, messages.c.phone).where(
        messages.c.message_log_id == log_id, messages.c.status == MessageStatus.QUEUED
    )
    rows = []
    for position, (message_id, phone) in enumerate(db.session.execute(queued).all()):
        left_at = moment + position * SECONDS_BETWEEN_TEXTS
        rows.append(_build_outcome(message_id, left_at, failures.get(phone)))
    if rows:
        _update_outcomes(rows)


def settle_demo_replies(moment: datetime) -> None:
    """Let every queued text without a blast arrive at `moment`."""
    queued = select(messages.c.id).where(
        messages.c.message_log_id.is_(None), messages.c.status == MessageStatus.QUEUED
    )
    rows = [_build_outcome(message_id, moment, None) for message_id in db.session.scalars(queued)]
    if rows:
        _update_outcomes(rows)


def doubt_demo_texts(log_id: int, count: int, moment: datetime) -> None:
    """Let the carrier have given no answer to the first texts of a blast."""
    first = select(messages.c.id).where(messages.c.message_log_id == log_id)
    is_first = messages.c.id.in_(first.order_by(messages.c.id).limit(count).scalar_subquery())
    values = {
        "status": MessageStatus.UNKNOWN,
        "reason": UnknownReason.NO_ANSWER,
        "submitted_at": moment,
        "lookups": 7,
        "sent_at": None,
        "delivered_at": None,
    }
    db.session.execute(update(messages).where(is_first).values(values))


def settle_first_demo_texts(log_id: int, count: int, moment: datetime) -> None:
    """Let the first texts of a blast arrive; the others wait."""
    queued = select(messages.c.id).where(
        messages.c.message_log_id == log_id, messages.c.status == MessageStatus.QUEUED
    )
    first = db.session.scalars(queued.order_by(messages.c.id).limit(count)).all()
    _update_outcomes([_build_outcome(message_id, moment, None) for message_id in first])


def _build_outcome(message_id: int, left_at: datetime, error_code: int | None) -> dict[str, Any]:
    """Return the columns of a text that left at `left_at`, and arrived unless it has an error."""
    ended_at = left_at + SECONDS_TO_ARRIVE
    is_failed = error_code is not None
    return {
        "b_id": message_id,
        "b_status": MessageStatus.UNDELIVERED if is_failed else MessageStatus.DELIVERED,
        "b_submitted_at": left_at,
        "b_sent_at": left_at,
        "b_delivered_at": None if is_failed else ended_at,
        "b_failed_at": ended_at if is_failed else None,
        "b_error_code": error_code,
    }


def _update_outcomes(rows: Sequence[dict[str, Any]]) -> None:
    values: dict[str, Any] = {
        column: bindparam(f"b_{column}")
        for column in (
            "status",
            "submitted_at",
            "sent_at",
            "delivered_at",
            "failed_at",
            "error_code",
        )
    }
    statement = update(messages).where(messages.c.id == bindparam("b_id")).values(values)
    db.session.connection().execute(statement, list(rows))


def list_queued_phones(log_id: int) -> Sequence[str]:
    """Return the numbers to which texts of a blast wait, in their order."""
    queued = select(messages.c.phone).where(
        messages.c.message_log_id == log_id, messages.c.status == MessageStatus.QUEUED
    )
    return db.session.scalars(queued.order_by(messages.c.id)).all()
