"""The last look before the wire: which queued rows go now, each with an attempt and a fresh ref."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import Executable, Row, exists, insert, or_, select, update

from app.delivery.actions import control
from app.delivery.models import Attempt, Message, MessageLog
from app.domain.blast_states import Direction, Kind, LogStatus, MessageStatus
from app.domain.pacing import Bucket
from app.kit.db import db
from app.suppression import queries as suppression

Line = Row[Any]


@dataclass(frozen=True)
class Armed:
    """One text on its way to the carrier."""

    message_id: int
    attempt_id: int
    ref: str
    phone: str
    body: str
    number: int


@dataclass(frozen=True)
class Room:
    """How much may be armed now: rows, and segments by the bucket at `monotonic` seconds."""

    rows: int
    bucket: Bucket
    monotonic: float


def arm(carrier: str, room: Room, moment: datetime) -> list[Armed]:
    """Arm what may go. Paused and stopped blasts, other carriers and fresh opt-outs stay behind."""
    rows = _candidates(carrier, room.rows, moment)
    fresh = suppression.reasons_for([row.phone for row in rows if row.kind != Kind.SYSTEM])
    armed = []
    for row in rows:
        if row.kind != Kind.SYSTEM and row.phone in fresh:
            control.leave_out(row.phone, fresh[row.phone])
        elif room.bucket.available(room.monotonic):
            room.bucket.take(row.segments, room.monotonic)
            armed.append(_arm_one(row, moment))
    return armed


def _arm_one(row: Line, moment: datetime) -> Armed:
    ref, number = secrets.token_hex(16), row.attempts + 1
    db.session.execute(
        update(Message)
        .where(Message.id == row.id)
        .values(status=MessageStatus.SUBMITTING, attempts=number, submitted_at=moment, not_before=None)
    )
    made = db.session.execute(
        insert(Attempt).values(message_id=row.id, n=number, ref=ref, started_at=moment).returning(Attempt.id)
    )
    return Armed(row.id, made.scalar_one(), ref, row.phone, row.body, number)


def _candidates(carrier: str, most: int, moment: datetime) -> list[Line]:
    """Answers before blasts; blasts in turn, one row each, so that none starves; an unproven blast one row alone."""
    if most <= 0:
        return []
    singles = db.session.execute(_queued(carrier, None, moment, most)).all()
    left = most - len(singles)
    if left <= 0:
        return list(singles)
    logs = db.session.execute(_running_logs(carrier)).all()
    share = -(-left // max(1, len(logs)))
    lanes = [_lane(carrier, log, share, moment) for log in logs]
    in_turn = [row for row in chain.from_iterable(zip_longest(*lanes)) if row is not None]
    return [*singles, *in_turn[:left]]


def _running_logs(carrier: str) -> Executable:
    """Running blasts with something queued; `busy` when one of their rows is on the wire. The least advanced first."""
    queued = exists().where(
        Message.message_log_id == MessageLog.id,
        Message.status == MessageStatus.QUEUED,
        Message.carrier == carrier,
    )
    busy = exists().where(Message.message_log_id == MessageLog.id, Message.status == MessageStatus.SUBMITTING)
    return (
        select(MessageLog.id, MessageLog.proven, busy.label("busy"))
        .where(MessageLog.status == LogStatus.PROCESSING, MessageLog.carrier == carrier, queued)
        .order_by(MessageLog.success_count + MessageLog.failure_count, MessageLog.id)
    )


def _lane(carrier: str, log: Line, share: int, moment: datetime) -> Sequence[Line]:
    if not log.proven and log.busy:
        return []
    most = share if log.proven else 1
    return db.session.execute(_queued(carrier, log.id, moment, most)).all()


def _queued(carrier: str, log_id: int | None, moment: datetime, most: int) -> Executable:
    rows = select(Message.id, Message.phone, Message.body, Message.segments, Message.kind, Message.attempts).where(
        Message.status == MessageStatus.QUEUED,
        Message.carrier == carrier,
        Message.message_log_id == log_id if log_id else Message.message_log_id.is_(None),
        or_(Message.not_before.is_(None), Message.not_before <= moment),
    )
    rows = rows.limit(most)
    if log_id:
        return rows.order_by(Message.id)
    return rows.where(Message.direction == Direction.OUTBOUND).order_by(Message.priority.desc(), Message.id)


def anything_queued(carrier: str) -> bool:
    """Whether some row could be armed, now or later. A read, without the write lock."""
    running = exists().where(MessageLog.id == Message.message_log_id, MessageLog.status == LogStatus.PROCESSING)
    rows = select(Message.id).where(
        Message.status == MessageStatus.QUEUED,
        Message.carrier == carrier,
        or_(Message.message_log_id.is_(None), running),
    )
    return db.session.scalar(rows.limit(1)) is not None
