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
from app.delivery.actions import blast_control, sql
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.retry_delays import MAX_RETRY_AFTER_SECONDS
from app.domain.delivery.send_rate import TokenBucket, compute_validity_seconds
from app.domain.delivery.skip_reasons import SkipReason

REF_BYTES = 16


class QueuedMessage(NamedTuple):
    """One queued row. `left_out`: why its person must not be texted, if so (a LeftOut)."""

    id: int
    phone: str
    body: str
    segments: int
    kind: str
    message_log_id: int | None
    attempts: int
    not_after: str | None
    skip_reason: str | None


class RunningBlast(NamedTuple):
    """One blast with something queued. `busy`: a row of it is on the wire."""

    id: int
    proven: int
    not_after: str | None
    has_in_flight: int

    @property
    def deadline(self) -> datetime | None:
        """When it is too late for what has not left."""
        return datetime_from_db(self.not_after)


Candidate = tuple[QueuedMessage, datetime | None]


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """One text on its way to the carrier.

    `valid_for`: seconds until its end, None when it has none.
    """

    message_id: int
    ref: str
    phone: str
    body: str
    attempt_number: int
    validity_seconds: int | None = None
    log_id: int | None = None


@dataclass(frozen=True)
class SendCapacity:
    """How much may be armed now: rows, and segments by the bucket at `monotonic` seconds.

    `silence_until`: the sender's hold that is known to be over by now, if there was one.
    `served`: the blast that got the last place; the next one is first now.
    """

    max_rows: int
    bucket: TokenBucket
    monotonic: float
    expired_hold_until: datetime | None = None
    last_served_log_id: int = 0


def claim_messages(carrier: str, room: SendCapacity, moment: datetime) -> list[ClaimedMessage]:
    """Arm what may go.

    Paused, stopped and ended blasts, other carriers and fresh opt-outs stay behind.
    """
    armed: list[ClaimedMessage] = []
    candidates = _list_candidates(carrier, room, moment)
    refs = _generate_refs(len(candidates))
    for row, end in candidates:
        if row.skip_reason and row.kind != MessageKind.SYSTEM:
            blast_control.skip_queued_messages(row.phone, SkipReason(row.skip_reason))
        elif end and not compute_validity_seconds(end, moment):
            db.session.execute(sql.EXPIRE_MESSAGE, {"b_id": row.id})
        elif room.bucket.has_token(room.monotonic):
            room.bucket.take_tokens(row.segments, room.monotonic)
            seconds = compute_validity_seconds(end, moment) if end else None
            number = row.attempts + 1
            armed.append(
                ClaimedMessage(
                    row.id,
                    next(refs),
                    row.phone,
                    row.body,
                    number,
                    seconds,
                    row.message_log_id,
                )
            )
    _store_attempts(armed, moment)
    return armed


def _generate_refs(most: int) -> Iterator[str]:
    """Fresh refs, drawn all at once: every single draw would give Python's lock away."""
    drawn = secrets.token_hex(most * REF_BYTES)
    return (drawn[start : start + 2 * REF_BYTES] for start in range(0, len(drawn), 2 * REF_BYTES))


def _store_attempts(armed: Sequence[ClaimedMessage], moment: datetime) -> None:
    if not armed:
        return
    rows = json.dumps([[each.message_id, each.attempt_number, each.ref] for each in armed])
    for statement in (sql.MARK_SUBMITTING, sql.INSERT_ATTEMPTS):
        raw_connection().execute(statement, {"b_rows": rows, "b_moment": datetime_to_db(moment)})
    for _ in armed:
        failpoint.crash_if_armed("T1")


def _list_candidates(carrier: str, room: SendCapacity, moment: datetime) -> list[Candidate]:
    """Answers before blasts; blasts in turn, one row each, so that none starves; an unproven
    blast one row alone.

    Each with its end, if it has one.
    """
    most = room.max_rows
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
        for row in starmap(QueuedMessage, fetch_as_json(sql.SELECT_QUEUED_DIRECT, **asked))
    ]
    left = most - len(singles)
    if left <= 0:
        return singles
    logs = _rotate_blasts(_list_running_blasts(carrier, moment), room.last_served_log_id)
    share = -(-left // max(1, len(logs)))
    lanes = [_list_next_of_blast(log, asked | {"b_most": share}) for log in logs]
    in_turn = [found for found in chain.from_iterable(zip_longest(*lanes)) if found is not None]
    return [*singles, *in_turn[:left]]


def _list_running_blasts(carrier: str, moment: datetime) -> list[RunningBlast]:
    """Blasts with something queued; what waits of a blast that has reached its end is too late
    now.
    """
    logs = list(starmap(RunningBlast, fetch_as_json(sql.SELECT_RUNNING_BLASTS, b_carrier=carrier)))
    ended = {
        log.id
        for log in logs
        if log.deadline and not compute_validity_seconds(log.deadline, moment)
    }
    for log_id in ended:
        db.session.execute(sql.EXPIRE_BLAST_MESSAGES, {"b_log": log_id})
    return [log for log in logs if log.id not in ended]


def _rotate_blasts(logs: list[RunningBlast], served: int) -> list[RunningBlast]:
    """Whoever comes after the blast that was served last goes first: at one text a second none
    waits for the others.
    """
    return [log for log in logs if log.id > served] + [log for log in logs if log.id <= served]


def _list_next_of_blast(log: RunningBlast, asked: dict[str, Any]) -> list[Candidate]:
    """The next rows of one blast; of an unproven one a single row, and none while that is on
    the wire.
    """
    if not log.proven and log.has_in_flight:
        return []
    most = asked["b_most"] if log.proven else 1
    rows = fetch_as_json(sql.SELECT_QUEUED_OF_BLAST, **asked | {"b_log": log.id, "b_most": most})
    return [*zip(starmap(QueuedMessage, rows), repeat(log.deadline))]


def has_queued_messages(carrier: str) -> bool:
    """Whether some row could be armed, now or later. A read, without the write lock."""
    return db.session.scalar(sql.SELECT_ANY_QUEUED, {"b_carrier": carrier}) is not None
