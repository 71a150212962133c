"""Reading blasts, their rows, what may go again, and the engine's pulse."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from app.core.clock import now
from app.core.db import db
from app.delivery.models import Lease, Message, ScheduledMessage, SenderHealth
from app.domain.delivery.cost_estimate import format_approximate_duration
from app.domain.delivery.message_statuses import (
    RESENDABLE_STATUSES,
    UNCERTAIN_STATUSES,
    BlastCounts,
    MessageStatus,
    ScheduledBlastStatus,
    build_blast_counts,
)
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SkipReason
from app.suppression.queries import select_suppression_reason

# the app's extension in which the engine of this process says what it cannot do
ENGINE_TROUBLE_KEY = "engine_trouble"
HEARTBEAT_TIMEOUT_SECONDS = 20.0
SEGMENT_SAMPLE_ROWS, BLAST_BATCH_ROWS = 5000, 1000
# Where somebody was erased, a mark stands in place of the number: nothing is sent to it or
# asked about it.
_PHONE_NOT_ERASED = Message.phone.startswith("+")


@dataclass(frozen=True)
class Heartbeat:
    """When the leading engine last said that it lives: `seconds` ago; None when nobody leads.

    `pid`: its process.
    """

    age_seconds: float | None = None
    pid: int | None = None

    @property
    def is_alive(self) -> bool:
        """Whether texts are being sent: a beat within 20 seconds."""
        return self.age_seconds is not None and self.age_seconds < HEARTBEAT_TIMEOUT_SECONDS

    @property
    def outage_reason(self) -> str:
        """Why nothing is being sent, as half a sentence; "" while all is well."""
        if self.is_alive:
            return ""
        if self.age_seconds is None:
            return "no engine is running"
        return f"no engine has answered for {format_approximate_duration(self.age_seconds)}"


# For a statement that asks for something else too: what `heartbeat_of` is told.
HEARTBEAT_COLUMNS = tuple(
    select(told).where(Lease.name == "engine").scalar_subquery()
    for told in (Lease.beat_at, Lease.holder)
)


def load_heartbeat() -> Heartbeat:
    """The engine's."""
    beat_at, holder = db.session.execute(select(*HEARTBEAT_COLUMNS)).one()
    return build_heartbeat(beat_at, holder)


def build_heartbeat(beat_at: datetime | None, holder: str | None) -> Heartbeat:
    """What a beat says now.

    One that lies ahead of us was noted before the clock was set back: it is no fresher.
    """
    if beat_at is None:
        return Heartbeat()
    seconds = abs((now() - beat_at).total_seconds())
    pid = (holder or "").partition("-")[0]
    return Heartbeat(
        seconds,
        int(pid) if pid.isdecimal() and seconds < HEARTBEAT_TIMEOUT_SECONDS else None,
    )


def get_blast_tally(log_id: int) -> BlastCounts:
    """A blast in numbers, from its rows."""
    return build_blast_counts(count_messages_by_status(log_id))


def count_messages_by_status(log_id: int) -> dict[str, int]:
    """How many rows of a blast are in which state; only states that occur.

    One walk along an index.
    """
    counts = (
        select(Message.status, func.count())
        .where(Message.message_log_id == log_id)
        .group_by(Message.status)
    )
    return {row[0]: row[1] for row in db.session.execute(counts)}


def estimate_queued_segments(log_id: int, queued: int) -> int:
    """The segments a blast has still to send, scaled up from SAMPLE rows where more than that
    are `queued`.
    """
    waiting = select(Message.segments).where(
        Message.message_log_id == log_id, Message.status == MessageStatus.QUEUED
    )
    some = waiting.limit(SEGMENT_SAMPLE_ROWS).subquery()
    rows, segments = db.session.execute(
        select(func.count(), func.coalesce(func.sum(some.c.segments), 0))
    ).one()
    return round(segments * max(1.0, queued / rows)) if rows else 0


def get_sender_health(sender: str, carrier: str) -> SenderHealth | None:
    """What slows a sender down or holds it back; None for one that nothing ever did."""
    return db.session.get(SenderHealth, (sender, carrier), populate_existing=True)


def build_blast_messages_filter(log_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """For any where: these rows, as far as they belong to this blast.

    However many they are, it is one parameter.
    """
    wanted = func.json_each(json.dumps(list(message_ids))).table_valued("value")
    return and_(
        Message.message_log_id == log_id,
        Message.id.in_(select(wanted.c.value)),
        _PHONE_NOT_ERASED,
    )


def build_resendable_filter(log_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """For any where: those of these rows of a blast that a person may send again, whoever has
    said STOP since.
    """
    return and_(
        build_blast_messages_filter(log_id, message_ids),
        or_(
            Message.status.in_(RESENDABLE_STATUSES),
            *map(_build_skipped_filter, REVERSIBLE_SKIP_REASONS),
        ),
    )


def _build_skipped_filter(reason: str) -> ColumnElement[bool]:
    return and_(Message.status == MessageStatus.SKIPPED, Message.reason == str(reason))


def _build_actionable_filter(log_id: int, state: str) -> ColumnElement[bool]:
    """The rows of a blast that a person may decide about at once: those of one state that
    nobody has left as it is.
    """
    which = (
        _build_skipped_filter(state)
        if state in REVERSIBLE_SKIP_REASONS
        else Message.status == state
    )
    if state in UNCERTAIN_STATUSES:
        which = and_(which, Message.left_at.is_(None))
    return and_(Message.message_log_id == log_id, which, _PHONE_NOT_ERASED)


def list_actionable_message_ids(log_id: int, state: str) -> list[int]:
    """Their ids.

    `state`: a state that may be sent again, `country_off` or `maybe_stop`; any other word:
    nobody.
    """
    if state not in (*RESENDABLE_STATUSES, *REVERSIBLE_SKIP_REASONS):
        return []
    return list(
        db.session.scalars(
            select(Message.id).where(_build_actionable_filter(log_id, state)).order_by(Message.id)
        )
    )


def count_actionable_messages(log_id: int, state: str) -> int:
    """How many they are."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Message).where(_build_actionable_filter(log_id, state))
        )
        or 0
    )


@dataclass(frozen=True)
class ResendPreview:
    """Some texts sent again, in numbers.

    `unsure` of these people may get it twice; `left_out`: why who stays out.
    """

    people: int = 0
    segments: int = 0
    possible_duplicates: int = 0
    skipped_by_reason: dict[SkipReason, int] = field(default_factory=dict)


def preview_resend(log_id: int, message_ids: Sequence[int]) -> ResendPreview:
    """What sending these rows of a blast again would come to at this moment."""
    why = select_suppression_reason(Message.phone)
    numbers = (
        select(
            why,
            func.count(),
            func.sum(Message.segments),
            func.count().filter(Message.status == MessageStatus.UNKNOWN),
        )
        .select_from(Message)
        .where(build_resendable_filter(log_id, message_ids))
        .group_by(why)
    )
    found = {row[0]: row for row in db.session.execute(numbers)}
    _, people, parts, unsure = found.pop(None, (None, 0, 0, 0))
    return ResendPreview(
        people,
        parts,
        unsure,
        {SkipReason(reason): row[1] for reason, row in found.items()},
    )


def list_resendable_messages(
    log_id: int, message_ids: Sequence[int], offset: int, most: int
) -> Sequence[Message]:
    """Some of those who would get their text again, in the order of the blast."""
    rows = select(Message).where(
        build_resendable_filter(log_id, message_ids),
        select_suppression_reason(Message.phone).is_(None),
    )
    return db.session.scalars(rows.order_by(Message.id).offset(offset).limit(most)).all()


def iterate_blast_rows(log_id: int, *columns: Any) -> Iterator[Sequence[Row[Any]]]:
    """These columns of every row of a blast in id order, in slices: however large it is, only
    one is held at a time.
    """
    bounds = select(func.min(Message.id), func.max(Message.id)).where(
        Message.message_log_id == log_id
    )
    first, last = db.session.execute(bounds).one()
    after = (first or 0) - 1
    while last is not None and after < last:
        found = db.session.execute(_select_row_batch(log_id, after, last, columns)).all()
        if not found:
            return
        yield found
        after = found[-1].id


def build_blast_id_range_filter(log_id: int) -> ColumnElement[bool]:
    """For any where: the rows of a blast, walked as they lie in the file.

    Where each row must be read anyway (names are in no index), that takes a tenth of the time
    of an index that leads to them one by one.
    """
    states = func.json_each(json.dumps(list(MessageStatus))).table_valued("value")
    of_state = (
        Message.message_log_id == log_id,
        Message.status == states.c.value,
    )  # one step along an index each
    first, last = (
        select(
            outer(select(outer(Message.id)).where(*of_state).correlate(states).scalar_subquery())
        ).select_from(states)
        for outer in (func.min, func.max)
    )
    this_blast = Message.message_log_id.op("+")(0) == log_id
    return and_(Message.id.between(first.scalar_subquery(), last.scalar_subquery()), this_blast)


def _select_row_batch(log_id: int, after: int, last: int, columns: tuple[Any, ...]) -> Any:
    """By the primary key: `+ 0` keeps SQLite from collecting and sorting the whole blast again
    for every slice.
    """
    this_blast = Message.message_log_id.op("+")(0) == log_id
    rows = select(Message.id, *columns).where(Message.id > after, Message.id <= last, this_blast)
    return rows.order_by(Message.id).limit(BLAST_BATCH_ROWS)


def find_next_due_time(carrier: str) -> datetime | None:
    """When the next pending blast is due (UTC); None when there is none."""
    pending = select(func.min(ScheduledMessage.scheduled_at)).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.carrier == carrier,
    )
    return db.session.scalar(pending)


def list_due_blast_ids(carrier: str, moment: datetime) -> Sequence[int]:
    """The ids of the pending blasts that are due, the oldest first."""
    pending = (
        select(ScheduledMessage.id)
        .where(
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            ScheduledMessage.carrier == carrier,
            ScheduledMessage.scheduled_at <= moment,
        )
        .order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id)
    )
    return db.session.scalars(pending).all()


def list_overdue_blasts(moment: datetime) -> Sequence[Row[int, datetime]]:
    """Pending blasts of whatever carrier that were due before `moment`, each with its id and
    when that was.
    """
    late = select(ScheduledMessage.id, ScheduledMessage.scheduled_at).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.scheduled_at < moment,
    )
    return db.session.execute(late).all()


def find_blast_by_token(client_token: str) -> int | None:
    """The blast that was confirmed with this token, if it was."""
    return db.session.scalar(
        select(ScheduledMessage.id).where(ScheduledMessage.client_token == client_token)
    )


def find_latest_contact_name(phone: str) -> str | None:
    """The name under which we last texted a number."""
    named = select(Message.name).where(Message.phone == phone, Message.name.is_not(None))
    return db.session.scalar(named.order_by(Message.id.desc()).limit(1))
