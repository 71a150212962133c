"""The last look before the wire: which queued rows go now, each with an attempt and a fresh ref."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import Row

from app.delivery.actions import control, statements
from app.domain.blast_states import Kind
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
    db.session.execute(statements.ARM, {"b_id": row.id, "b_number": number, "b_moment": moment})
    values = {"message_id": row.id, "n": number, "ref": ref, "started_at": moment}
    made = db.session.execute(statements.ATTEMPT, values)
    return Armed(row.id, made.scalar_one(), ref, row.phone, row.body, number)


def _candidates(carrier: str, most: int, moment: datetime) -> list[Line]:
    """Answers before blasts; blasts in turn, one row each, so that none starves; an unproven blast one row alone."""
    if most <= 0:
        return []
    asked = {"b_carrier": carrier, "b_moment": moment, "b_most": most}
    singles = db.session.execute(statements.QUEUED_SINGLES, asked).all()
    left = most - len(singles)
    if left <= 0:
        return list(singles)
    logs = db.session.execute(statements.RUNNING_LOGS, {"b_carrier": carrier}).all()
    share = -(-left // max(1, len(logs)))
    lanes = [_lane(log, asked | {"b_most": share}) for log in logs]
    in_turn = [row for row in chain.from_iterable(zip_longest(*lanes)) if row is not None]
    return [*singles, *in_turn[:left]]


def _lane(log: Line, asked: dict[str, Any]) -> Sequence[Line]:
    """The next rows of one blast; of an unproven one a single row, and none while that is on the wire."""
    if not log.proven and log.busy:
        return []
    most = asked["b_most"] if log.proven else 1
    return db.session.execute(statements.QUEUED_OF_LOG, asked | {"b_log": log.id, "b_most": most}).all()


def anything_queued(carrier: str) -> bool:
    """Whether some row could be armed, now or later. A read, without the write lock."""
    return db.session.scalar(statements.ANYTHING_QUEUED, {"b_carrier": carrier}) is not None
