"""Claim the queued messages that go to the carrier now, each with an attempt and a fresh ref."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, starmap, zip_longest
from typing import Any, NamedTuple

from app.core import failpoint
from app.core.column_types import datetime_from_db
from app.delivery.actions import set_aside
from app.delivery.actions.claim_limits import load_claim_limits
from app.delivery.actions.claim_skips import skip_unsendable_message
from app.delivery.actions.step_text_waits import keep_texts_in_hours
from app.delivery.actions.text_holding import TickHours, load_tick_hours
from app.delivery.sql import claiming as sql
from app.delivery.sql.installation import COUNT_ARMED, SELECT_HOLD
from app.domain.delivery.hold_rules import find_text_purpose
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.retry_delays import MAX_RETRY_AFTER_SECONDS
from app.domain.delivery.row_faults import find_message_fault
from app.domain.delivery.send_rate import TokenBucket, compute_validity_seconds
from app.domain.delivery.skip_reasons import SkipReason

# 128 bits: nobody can guess the address of somebody else's receipts.
REF_BYTES = 16


class QueuedMessage(NamedTuple):
    """One queued message. `skip_reason`: a SkipReason, if its person must not be texted."""

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
    """One blast with something queued. `has_in_flight`: a message of it waits for its answer.

    `asks_survey`, `is_any_hour`: what its texts are for, see find_text_purpose().
    """

    id: int
    proven: int
    not_after: str | None
    has_in_flight: int
    asks_survey: int
    is_any_hour: int

    @property
    def deadline(self) -> datetime | None:
        """The moment after which nothing of the blast leaves."""
        return datetime_from_db(self.not_after)

    def has_expired(self, moment: datetime) -> bool:
        """Whether it is too late at `moment` for what has not left."""
        return _is_past(self.deadline, moment)


@dataclass(frozen=True, slots=True)
class ClaimCandidate:
    """A queued message and the moment after which it must not leave, if there is one."""

    message: QueuedMessage
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """One message on its way to the carrier.

    `validity_seconds`: how long the carrier may keep trying, None without a deadline.
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
    """How much may be claimed now: rows, and segments by the bucket at `monotonic` seconds.

    `expired_hold_until`: the sender's hold that is known to be over by now, if there was one.
    `last_served_log_id`: the blast that got the last place; the one after it is first now.
    `certain_moment`: which moment it is at least, after the clock jumped. What is too late by the
    clock only waits meanwhile.
    """

    max_rows: int
    bucket: TokenBucket
    monotonic: float
    expired_hold_until: datetime | None = None
    last_served_log_id: int = 0
    certain_moment: datetime | None = None

    def find_certain_moment(self, moment: datetime) -> datetime:
        """Return which moment it is at least, when the clock says `moment`."""
        return self.certain_moment or moment


def claim_messages(carrier: str, capacity: SendCapacity, moment: datetime) -> list[ClaimedMessage]:
    """Mark what may leave at `moment` as submitting and return it. Inside write().

    Paused, stopped and ended blasts and other carriers stay behind. Whoever has opted out
    meanwhile is skipped, what is too late expires. Commit before anything is sent: a row that is
    not on the disk would be sent again after a crash.
    """
    # Read and marked in one transaction, so that no pause, opt-out or other leader comes between.
    return claim_candidates(_list_candidates(carrier, capacity, moment), capacity, moment)


def claim_candidates(
    candidates: Sequence[ClaimCandidate], capacity: SendCapacity, moment: datetime
) -> list[ClaimedMessage]:
    """Mark those of the candidates that may leave as submitting and return them. Inside write()."""
    # An older state or a copy of the database: whoever waits here may have the text already.
    if not candidates or SELECT_HOLD.fetch_value() is not None:
        return []
    refs = _generate_refs(len(candidates))
    claimed: list[ClaimedMessage] = []
    certain = capacity.find_certain_moment(moment)
    limits = load_claim_limits([candidate.message for candidate in candidates], certain)
    for candidate in candidates:
        if _drop_unsendable(candidate, moment, certain):
            continue
        if capacity.bucket.has_token(capacity.monotonic) and limits.admit(candidate.message):
            capacity.bucket.take_tokens(candidate.message.segments, capacity.monotonic)
            claimed.append(_build_claimed_message(candidate, next(refs), moment))
    _store_attempts(claimed, moment)
    limits.store(moment)
    return claimed


def has_queued_messages(carrier: str) -> bool:
    """Whether some message could be claimed, now or later. A read, without the write lock."""
    return sql.SELECT_ANY_QUEUED.fetch_value(carrier_name=carrier) is not None


def _drop_unsendable(candidate: ClaimCandidate, moment: datetime, certain: datetime) -> bool:
    """Skip, expire or set aside a message that must not leave; return whether it must not.

    What is past its time at `moment`, but not at `certain`, waits as it is.

    Kind system (the one confirmation of an opt-out) goes to whoever said STOP.
    """
    message = candidate.message
    fault = find_message_fault(message.phone, message.body, message.segments, message.attempts)
    if fault:
        set_aside.set_aside_message(message.id, message.message_log_id, moment, fault)
        return True
    if message.skip_reason and message.kind != MessageKind.SYSTEM:
        reason = SkipReason(message.skip_reason)
        skip_unsendable_message(message.id, message.phone, reason)
        return True
    if _is_past(candidate.deadline, moment):
        if _is_past(candidate.deadline, certain):
            sql.EXPIRE_MESSAGE.execute(message_id=message.id)
        return True
    return False


def _is_past(deadline: datetime | None, moment: datetime) -> bool:
    return deadline is not None and not compute_validity_seconds(deadline, moment)


def _build_claimed_message(candidate: ClaimCandidate, ref: str, moment: datetime) -> ClaimedMessage:
    message, deadline = candidate.message, candidate.deadline
    return ClaimedMessage(
        message_id=message.id,
        ref=ref,
        phone=message.phone,
        body=message.body,
        attempt_number=message.attempts + 1,
        validity_seconds=compute_validity_seconds(deadline, moment) if deadline else None,
        log_id=message.message_log_id,
    )


def _generate_refs(count: int) -> Iterator[str]:
    """Generate `count` random refs of 32 hex digits.

    All come from one token_hex() call: each call releases the GIL.
    """
    digits = secrets.token_hex(count * REF_BYTES)
    for start in range(0, len(digits), 2 * REF_BYTES):
        yield digits[start : start + 2 * REF_BYTES]


def _store_attempts(claimed: Sequence[ClaimedMessage], moment: datetime) -> None:
    if not claimed:
        return
    rows = json.dumps(
        [(message.message_id, message.attempt_number, message.ref) for message in claimed]
    )
    sql.MARK_SUBMITTING.execute(rows=rows, moment=moment)
    sql.INSERT_ATTEMPTS.execute(rows=rows, moment=moment)
    COUNT_ARMED.execute(count=len(claimed))
    for _ in claimed:
        failpoint.crash_if_armed("T1")


def _list_candidates(
    carrier: str, capacity: SendCapacity, moment: datetime
) -> list[ClaimCandidate]:
    """Return what may leave, in order: direct messages first, then one message of each blast in
    turn, so that no blast starves.
    """
    if capacity.max_rows <= 0:
        return []
    params = build_queue_params(carrier, capacity.max_rows, moment)
    messages = list(starmap(QueuedMessage, sql.SELECT_QUEUED_DIRECT.fetch_json(**params)))
    hours = load_tick_hours(carrier, moment, capacity.find_certain_moment(moment))
    direct = [
        ClaimCandidate(message, datetime_from_db(message.not_after))
        for message in keep_texts_in_hours(messages, hours, moment)
    ]
    capacity_left = capacity.max_rows - len(direct)
    if capacity_left <= 0:
        return direct
    blasts = _rotate_blasts(
        _list_running_blasts(carrier, moment, capacity.find_certain_moment(moment)),
        capacity.last_served_log_id,
    )
    share = -(-capacity_left // max(1, len(blasts)))  # rounded up
    queues = [_list_next_of_blast(blast, params | {"max_rows": share}, hours) for blast in blasts]
    # One column of the queues after the other: the first message of each blast, then the second.
    in_turn = filter(None, chain.from_iterable(zip_longest(*queues)))
    return [*direct, *in_turn][: capacity.max_rows]


def build_queue_params(carrier: str, max_rows: int, moment: datetime) -> dict[str, Any]:
    """Return the values of the statements that read the queue."""
    return {
        "carrier_name": carrier,
        "moment": moment,
        "latest": moment + timedelta(seconds=MAX_RETRY_AFTER_SECONDS),
        "max_rows": max_rows,
    }


def _list_running_blasts(carrier: str, moment: datetime, certain: datetime) -> list[RunningBlast]:
    """Return the blasts with something queued; what waits of one that is too late expires."""
    running: list[RunningBlast] = []
    for row in sql.SELECT_RUNNING_BLASTS.fetch_json(carrier_name=carrier):
        blast = RunningBlast(*row)
        if blast.has_expired(certain):
            sql.EXPIRE_BLAST_MESSAGES.execute(blast_id=blast.id)
        elif not blast.has_expired(moment):
            running.append(blast)
    return running


def _rotate_blasts(blasts: list[RunningBlast], last_served_id: int) -> list[RunningBlast]:
    """Return the blasts in order, beginning after the one that was served last.

    At one message a second only one blast is served a tick: each gets every nth.
    """
    start = sum(blast.id <= last_served_id for blast in blasts)
    return blasts[start:] + blasts[:start]


def _list_next_of_blast(
    blast: RunningBlast, params: dict[str, Any], hours: TickHours | None
) -> list[ClaimCandidate]:
    """Return the next messages of one blast that may leave at this hour.

    Of a blast that is not proven it is one, and none while that one waits for its answer: a wrong
    sender costs one request instead of the audience.
    """
    if not blast.proven and blast.has_in_flight:
        return []
    max_rows = params["max_rows"] if blast.proven else 1
    params = params | {"blast_id": blast.id, "max_rows": max_rows}
    messages = _fetch_next_of_blast(params)
    if hours and any(is_outside_hours(message, blast, hours) for message in messages):
        # So many that what follows them is mostly known to be in its hours.
        hours.hold_next_of_blast(blast.id)
        messages = [
            message
            for message in _fetch_next_of_blast(params)
            if not is_outside_hours(message, blast, hours)
        ]
    return [ClaimCandidate(message, blast.deadline) for message in messages]


def _fetch_next_of_blast(params: dict[str, Any]) -> list[QueuedMessage]:
    return list(starmap(QueuedMessage, sql.SELECT_QUEUED_OF_BLAST.fetch_json(**params)))


def is_outside_hours(message: QueuedMessage, blast: RunningBlast, hours: TickHours) -> bool:
    """Whether a message of a blast must wait for texting hours."""
    purpose = find_text_purpose(
        message.kind, asks_survey=bool(blast.asks_survey), is_any_hour=bool(blast.is_any_hour)
    )
    return hours.must_wait(message.phone, purpose)
