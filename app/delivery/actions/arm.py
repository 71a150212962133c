"""The last look before the wire: which queued rows go now, each with an attempt and a fresh ref."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import Row

from app.delivery.actions import control, statements
from app.domain.blast_states import Kind
from app.domain.pacing import Bucket, valid_for
from app.domain.retries import LONGEST_RETRY_AFTER
from app.kit import failpoint
from app.kit.db import db

Line = Row[Any]


@dataclass(frozen=True, slots=True)
class Armed:
    """One text on its way to the carrier. `valid_for`: seconds until its end, None when it has none."""

    message_id: int
    ref: str
    phone: str
    body: str
    number: int
    valid_for: int | None = None
    log_id: int | None = None


@dataclass(frozen=True)
class Room:
    """How much may be armed now: rows, and segments by the bucket at `monotonic` seconds.

    `silence_until`: the sender's hold that is known to be over by now, if there was one. `served`: the blast that got
    the last place; the next one is first now.
    """

    rows: int
    bucket: Bucket
    monotonic: float
    silence_until: datetime | None = None
    served: int = 0


def arm(carrier: str, room: Room, moment: datetime) -> list[Armed]:
    """Arm what may go. Paused, stopped and ended blasts, other carriers and fresh opt-outs stay behind."""
    armed: list[Armed] = []
    for row, end in _candidates(carrier, room, moment):
        if row.left_out and row.kind != Kind.SYSTEM:
            control.leave_out(row.phone, row.left_out)
        elif end and not valid_for(end, moment):
            db.session.execute(statements.EXPIRE_ONE, {"b_id": row.id})
        elif room.bucket.available(room.monotonic):
            room.bucket.take(row.segments, room.monotonic)
            seconds = valid_for(end, moment) if end else None
            ref, number = secrets.token_hex(16), row.attempts + 1
            armed.append(Armed(row.id, ref, row.phone, row.body, number, seconds, row.message_log_id))
    _write_down(armed, moment)
    return armed


def _write_down(armed: Sequence[Armed], moment: datetime) -> None:
    if not armed:
        return
    rows = json.dumps([[each.message_id, each.number, each.ref] for each in armed])
    db.session.execute(statements.ARM, {"b_rows": rows, "b_moment": moment})
    db.session.execute(statements.ATTEMPTS, {"b_rows": rows, "b_moment": moment})
    for _ in armed:
        failpoint.reach("T1")


def _candidates(carrier: str, room: Room, moment: datetime) -> list[tuple[Line, datetime | None]]:
    """Answers before blasts; blasts in turn, one row each, so that none starves; an unproven blast one row alone.

    Each with its end, if it has one.
    """
    most = room.rows
    if most <= 0:
        return []
    latest = moment + timedelta(seconds=LONGEST_RETRY_AFTER)
    asked = {"b_carrier": carrier, "b_moment": moment, "b_latest": latest, "b_most": most}
    singles = [(row, row.not_after) for row in db.session.execute(statements.QUEUED_SINGLES, asked)]
    left = most - len(singles)
    if left <= 0:
        return singles
    logs = _in_turn(_running(carrier, moment), room.served)
    share = -(-left // max(1, len(logs)))
    lanes = [_lane(log, asked | {"b_most": share}) for log in logs]
    in_turn = [found for found in chain.from_iterable(zip_longest(*lanes)) if found is not None]
    return [*singles, *in_turn[:left]]


def _running(carrier: str, moment: datetime) -> list[Line]:
    """Blasts with something queued; what waits of a blast that has reached its end is too late now."""
    logs = db.session.execute(statements.RUNNING_LOGS, {"b_carrier": carrier}).all()
    ended = {log.id for log in logs if log.not_after and not valid_for(log.not_after, moment)}
    for log_id in ended:
        db.session.execute(statements.EXPIRE_LOG, {"b_log": log_id})
    return [log for log in logs if log.id not in ended]


def _in_turn(logs: list[Line], served: int) -> list[Line]:
    """Whoever comes after the blast that was served last goes first: at one text a second none waits for the others."""
    return [log for log in logs if log.id > served] + [log for log in logs if log.id <= served]


def _lane(log: Line, asked: dict[str, Any]) -> list[tuple[Line, datetime | None]]:
    """The next rows of one blast; of an unproven one a single row, and none while that is on the wire."""
    if not log.proven and log.busy:
        return []
    most = asked["b_most"] if log.proven else 1
    rows = db.session.execute(statements.QUEUED_OF_LOG, asked | {"b_log": log.id, "b_most": most})
    return [(row, log.not_after) for row in rows]


def anything_queued(carrier: str) -> bool:
    """Whether some row could be armed, now or later. A read, without the write lock."""
    return db.session.scalar(statements.ANYTHING_QUEUED, {"b_carrier": carrier}) is not None
