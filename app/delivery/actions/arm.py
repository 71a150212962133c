"""The last look before the wire: which queued rows go now, each with an attempt and a fresh ref."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat, starmap, zip_longest
from typing import Any, NamedTuple

from app.core import failpoint
from app.core.column_types import datetime_from_db, datetime_to_db
from app.core.db import db, fetch_as_json, raw_connection
from app.delivery.actions import control, statements
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.retry_delays import MAX_RETRY_AFTER_SECONDS
from app.domain.delivery.send_rate import TokenBucket, compute_validity_seconds
from app.domain.delivery.skip_reasons import SkipReason

REF_BYTES = 16


class Waiting(NamedTuple):
    """One queued row. `left_out`: why its person must not be texted, if so (a LeftOut)."""

    id: int
    phone: str
    body: str
    segments: int
    kind: str
    message_log_id: int | None
    attempts: int
    not_after: str | None
    left_out: str | None


class Running(NamedTuple):
    """One blast with something queued. `busy`: a row of it is on the wire."""

    id: int
    proven: int
    not_after: str | None
    busy: int

    @property
    def end(self) -> datetime | None:
        """When it is too late for what has not left."""
        return datetime_from_db(self.not_after)


Line = tuple[Waiting, datetime | None]


@dataclass(frozen=True, slots=True)
class Armed:
    """One text on its way to the carrier.

    `valid_for`: seconds until its end, None when it has none.
    """

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

    `silence_until`: the sender's hold that is known to be over by now, if there was one.
    `served`: the blast that got the last place; the next one is first now.
    """

    rows: int
    bucket: TokenBucket
    monotonic: float
    silence_until: datetime | None = None
    served: int = 0


def arm(carrier: str, room: Room, moment: datetime) -> list[Armed]:
    """Arm what may go.

    Paused, stopped and ended blasts, other carriers and fresh opt-outs stay behind.
    """
    armed: list[Armed] = []
    candidates = _candidates(carrier, room, moment)
    refs = _refs(len(candidates))
    for row, end in candidates:
        if row.left_out and row.kind != MessageKind.SYSTEM:
            control.leave_out(row.phone, SkipReason(row.left_out))
        elif end and not compute_validity_seconds(end, moment):
            db.session.execute(statements.EXPIRE_ONE, {"b_id": row.id})
        elif room.bucket.available(room.monotonic):
            room.bucket.take(row.segments, room.monotonic)
            seconds = compute_validity_seconds(end, moment) if end else None
            number = row.attempts + 1
            armed.append(
                Armed(
                    row.id,
                    next(refs),
                    row.phone,
                    row.body,
                    number,
                    seconds,
                    row.message_log_id,
                )
            )
    _write_down(armed, moment)
    return armed


def _refs(most: int) -> Iterator[str]:
    """Fresh refs, drawn all at once: every single draw would give Python's lock away."""
    drawn = secrets.token_hex(most * REF_BYTES)
    return (
        drawn[start : start + 2 * REF_BYTES]
        for start in range(0, len(drawn), 2 * REF_BYTES)
    )


def _write_down(armed: Sequence[Armed], moment: datetime) -> None:
    if not armed:
        return
    rows = json.dumps([[each.message_id, each.number, each.ref] for each in armed])
    for statement in (statements.ARM, statements.ATTEMPTS):
        raw_connection().execute(
            statement, {"b_rows": rows, "b_moment": datetime_to_db(moment)}
        )
    for _ in armed:
        failpoint.crash_if_armed("T1")


def _candidates(carrier: str, room: Room, moment: datetime) -> list[Line]:
    """Answers before blasts; blasts in turn, one row each, so that none starves; an unproven
    blast one row alone.

    Each with its end, if it has one.
    """
    most = room.rows
    if most <= 0:
        return []
    latest = moment + timedelta(seconds=MAX_RETRY_AFTER_SECONDS)
    asked = {
        "b_carrier": carrier,
        "b_moment": datetime_to_db(moment),
        "b_latest": datetime_to_db(latest),
        "b_most": most,
    }
    singles = [
        (row, datetime_from_db(row.not_after))
        for row in starmap(Waiting, fetch_as_json(statements.QUEUED_SINGLES, **asked))
    ]
    left = most - len(singles)
    if left <= 0:
        return singles
    logs = _in_turn(_running(carrier, moment), room.served)
    share = -(-left // max(1, len(logs)))
    lanes = [_lane(log, asked | {"b_most": share}) for log in logs]
    in_turn = [
        found for found in chain.from_iterable(zip_longest(*lanes)) if found is not None
    ]
    return [*singles, *in_turn[:left]]


def _running(carrier: str, moment: datetime) -> list[Running]:
    """Blasts with something queued; what waits of a blast that has reached its end is too late
    now.
    """
    logs = list(
        starmap(Running, fetch_as_json(statements.RUNNING_LOGS, b_carrier=carrier))
    )
    ended = {
        log.id
        for log in logs
        if log.end and not compute_validity_seconds(log.end, moment)
    }
    for log_id in ended:
        db.session.execute(statements.EXPIRE_LOG, {"b_log": log_id})
    return [log for log in logs if log.id not in ended]


def _in_turn(logs: list[Running], served: int) -> list[Running]:
    """Whoever comes after the blast that was served last goes first: at one text a second none
    waits for the others.
    """
    return [log for log in logs if log.id > served] + [
        log for log in logs if log.id <= served
    ]


def _lane(log: Running, asked: dict[str, Any]) -> list[Line]:
    """The next rows of one blast; of an unproven one a single row, and none while that is on
    the wire.
    """
    if not log.proven and log.busy:
        return []
    most = asked["b_most"] if log.proven else 1
    rows = fetch_as_json(
        statements.QUEUED_OF_LOG, **asked | {"b_log": log.id, "b_most": most}
    )
    return [*zip(starmap(Waiting, rows), repeat(log.end))]


def anything_queued(carrier: str) -> bool:
    """Whether some row could be armed, now or later. A read, without the write lock."""
    return (
        db.session.scalar(statements.ANYTHING_QUEUED, {"b_carrier": carrier})
        is not None
    )
