"""The last look before the wire: which queued rows go now, each with an attempt and a fresh ref."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import Executable, Row, exists, insert, or_, select, update

from app.delivery.actions import control
from app.delivery.models import attempts, message_logs, messages
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
        update(messages)
        .where(messages.c.id == row.id)
        .values(status=MessageStatus.SUBMITTING, attempts=number, submitted_at=moment, not_before=None)
    )
    made = db.session.execute(
        insert(attempts).values(message_id=row.id, n=number, ref=ref, started_at=moment).returning(attempts.c.id)
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
        messages.c.message_log_id == message_logs.c.id,
        messages.c.status == MessageStatus.QUEUED,
        messages.c.carrier == carrier,
    )
    busy = exists().where(messages.c.message_log_id == message_logs.c.id, messages.c.status == MessageStatus.SUBMITTING)
    return (
        select(message_logs.c.id, message_logs.c.proven, busy.label("busy"))
        .where(message_logs.c.status == LogStatus.PROCESSING, message_logs.c.carrier == carrier, queued)
        .order_by(message_logs.c.success_count + message_logs.c.failure_count, message_logs.c.id)
    )


def _lane(carrier: str, log: Line, share: int, moment: datetime) -> Sequence[Line]:
    if not log.proven and log.busy:
        return []
    most = share if log.proven else 1
    return db.session.execute(_queued(carrier, log.id, moment, most)).all()


def _queued(carrier: str, log_id: int | None, moment: datetime, most: int) -> Executable:
    texts = messages.c
    rows = select(texts.id, texts.phone, texts.body, texts.segments, texts.kind, texts.attempts)
    rows = rows.where(
        texts.status == MessageStatus.QUEUED,
        texts.carrier == carrier,
        texts.message_log_id == log_id if log_id else texts.message_log_id.is_(None),
        or_(texts.not_before.is_(None), texts.not_before <= moment),
    ).limit(most)
    if log_id:
        return rows.order_by(texts.id)
    return rows.where(texts.direction == Direction.OUTBOUND).order_by(texts.priority.desc(), texts.id)


def anything_queued(carrier: str) -> bool:
    """Whether some row could be armed, now or later. A read, without the write lock."""
    texts, logs = messages.c, message_logs.c
    running = exists().where(logs.id == texts.message_log_id, logs.status == LogStatus.PROCESSING)
    rows = select(texts.id).where(
        texts.status == MessageStatus.QUEUED,
        texts.carrier == carrier,
        or_(texts.message_log_id.is_(None), running),
    )
    return db.session.scalar(rows.limit(1)) is not None
