"""Reading what the first page shows: the first steps, what needs a person, what runs, how the
last blasts went.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from flask import current_app
from sqlalchemy import exists, func, or_, select

from app.accounts.models import AppUser
from app.community.models import CommunityMember
from app.core.db import db
from app.core.settings import current_settings
from app.delivery.models import Message, MessageLog
from app.domain.accounts.roles import Role
from app.domain.delivery.cost_estimate import compute_cost
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    OPEN_BLAST_STATUSES,
    UNCERTAIN_STATUSES,
    MessageStatus,
)
from app.organisation import queries as organisation

ONE_WEEK = timedelta(days=7)
# Counting a blast of 100,000 rows takes 10 ms, adding up its parts 20 to 100. Large ones are
# counted again after
# some seconds while they run, and after ten minutes once they have ended; small ones every time.
(
    LARGE_BLAST_RECIPIENTS,
    RUNNING_CACHE_SECONDS,
    ENDED_CACHE_SECONDS,
    MAX_CACHED_BLASTS,
) = 5000, 5.0, 600.0, 500
# A doubt that is younger may still be cleared by itself before anybody has read about it. More
# are counted by nobody.
MIN_UNRESOLVED_AGE, MAX_UNRESOLVED_COUNTED = timedelta(minutes=2), 1000


@dataclass(frozen=True)
class DeliveryTotals:
    """One blast, or several together, in numbers.

    `taken`: texts the carrier took. `parts`: theirs, `exact` unless a blast was too large to
    add them up.
    """

    delivered: int = 0
    accepted: int = 0
    failed: int = 0
    segments: int = 0
    is_exact: bool = True

    def __add__(self, other: "DeliveryTotals") -> "DeliveryTotals":
        return DeliveryTotals(
            self.delivered + other.delivered,
            self.accepted + other.accepted,
            self.failed + other.failed,
            self.segments + other.segments,
            self.is_exact and other.is_exact,
        )

    @property
    def attempted(self) -> int:
        """All that the carrier took or refused."""
        return self.accepted + self.failed

    @property
    def delivery_rate(self) -> float | None:
        """The delivered share of all that were tried, 0 to 1; None before anything was."""
        return self.delivered / self.attempted if self.attempted else None

    @property
    def cost(self) -> Decimal | None:
        """What the parts cost, as far as anybody has said the price."""
        return compute_cost(self.segments, organisation.get_organisation().price_per_segment)


@dataclass(frozen=True)
class SetupProgress:
    """What has been done of the first steps, read from facts."""

    admin_username: str | None
    has_name: bool
    has_people: bool
    has_delivery: bool
    has_twilio: bool
    has_reply: bool


def fetch_setup_progress() -> SetupProgress:
    """The first steps. Each is one look along an index."""
    settings = current_settings()
    return SetupProgress(
        admin_username=db.session.scalar(
            select(AppUser.username).where(AppUser.role == Role.ADMIN).order_by(AppUser.id).limit(1)
        ),
        has_name=organisation.get_organisation().name != organisation.DEFAULT_ORGANISATION_NAME,
        has_people=bool(db.session.scalar(select(exists().where(CommunityMember.id.is_not(None))))),
        has_delivery=_has_delivered_text(),
        has_twilio=settings.carrier == "twilio",
        has_reply=_has_received_reply(settings.carrier),
    )


def _has_delivered_text() -> bool:
    """Whether one text of one blast has arrived.

    Through the logs: there is an index of states within each.
    """
    arrived = exists().where(
        Message.message_log_id == MessageLog.id,
        Message.status == MessageStatus.DELIVERED,
    )
    return bool(db.session.scalar(select(exists().where(MessageLog.success_count > 0, arrived))))


def _has_received_reply(carrier: str) -> bool:
    """Whether a text from a person came in through this carrier, which gave it a name (made-up
    people's have none).

    They belong to no blast, which the index knows.
    """
    texts = exists().where(
        Message.message_log_id.is_(None),
        Message.status == MessageStatus.RECEIVED,
        Message.carrier == carrier,
        Message.provider_sid.is_not(None),
    )
    return bool(db.session.scalar(select(texts)))


def count_queued_by_blast(logs: Iterable[MessageLog]) -> dict[int, int]:
    """How many texts of each of these blasts wait to be sent."""
    queued = select(Message.message_log_id, func.count()).where(
        Message.status == MessageStatus.QUEUED,
        Message.message_log_id.in_([log.id for log in logs]),
    )
    return {
        row[0]: row[1]
        for row in db.session.execute(queued.group_by(Message.message_log_id))
        if row[0]
    }


@dataclass(frozen=True)
class UnresolvedTexts:
    """Texts in doubt that nobody has decided about: blasts with how many are not sure, and how
    many not sent.

    `exact`: these are all. Otherwise there are more than anybody would count.
    """

    blasts: tuple[tuple[MessageLog, int, int], ...]
    is_exact: bool = True

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(unsure + not_sent for _, unsure, not_sent in self.blasts)


def find_unresolved_texts(moment: datetime) -> UnresolvedTexts:
    """Of the blasts of the last seven days on the carrier in use.

    Reads only rows in doubt, and not too many.
    """
    settings = current_settings()
    recent = select(MessageLog.id).where(
        or_(
            MessageLog.finished_at >= moment - ONE_WEEK,
            MessageLog.status.in_(OPEN_BLAST_STATUSES),
        ),
        MessageLog.carrier == settings.carrier,
    )
    old_enough = or_(
        Message.status == MessageStatus.NOT_SENT,
        Message.submitted_at < moment - MIN_UNRESOLVED_AGE,
    )
    some = (
        select(Message.message_log_id, Message.status)
        .where(
            Message.message_log_id.in_(recent),
            Message.status.in_(UNCERTAIN_STATUSES),
            Message.left_at.is_(None),
            old_enough,
        )
        .limit(MAX_UNRESOLVED_COUNTED + 1)
        .subquery()
    )
    counts = select(some.c.message_log_id, some.c.status, func.count()).group_by(
        some.c.message_log_id, some.c.status
    )
    found = {(row[0], row[1]): row[2] for row in db.session.execute(counts)}
    logs = db.session.scalars(
        select(MessageLog).where(MessageLog.id.in_({log_id for log_id, _ in found}))
    )
    blasts = [
        (log, *(found.get((log.id, state), 0) for state in UNCERTAIN_STATUSES))
        for log in logs.all()
    ]
    blasts.sort(key=lambda blast: -blast[0].id)
    return UnresolvedTexts(tuple(blasts), is_exact=sum(found.values()) <= MAX_UNRESOLVED_COUNTED)


def fetch_week_totals(moment: datetime) -> DeliveryTotals:
    """The blasts of the last seven days on the carrier in use, tests left out, together."""
    settings = current_settings()
    recent = select(MessageLog).where(
        MessageLog.created_at >= moment - ONE_WEEK,
        MessageLog.carrier == settings.carrier,
        MessageLog.test_mode.is_(False),
    )
    return sum(
        fetch_totals_by_blast(db.session.scalars(recent).all()).values(),
        DeliveryTotals(),
    )


def fetch_totals_by_blast(logs: Sequence[MessageLog]) -> dict[int, DeliveryTotals]:
    """These blasts in numbers, by id; large ones as they were some seconds ago."""
    kept: dict[int, tuple[float, DeliveryTotals]] = current_app.extensions.setdefault(
        "dashboard_counted", {}
    )
    if len(kept) > MAX_CACHED_BLASTS:
        kept.clear()
    return {log.id: _get_cached_totals(log, kept) for log in logs}


def _get_cached_totals(
    log: MessageLog, kept: dict[int, tuple[float, DeliveryTotals]]
) -> DeliveryTotals:
    until, known = kept.get(log.id, (0.0, DeliveryTotals()))
    if time.monotonic() < until:
        return known
    found = _count_totals(log)
    if log.total_recipients >= LARGE_BLAST_RECIPIENTS:
        seconds = (
            RUNNING_CACHE_SECONDS if log.status in OPEN_BLAST_STATUSES else ENDED_CACHE_SECONDS
        )
        kept[log.id] = (time.monotonic() + seconds, found)
    return found


def _count_totals(log: MessageLog) -> DeliveryTotals:
    """What was taken and failed stands in the log; what arrived is counted along the index of
    states.
    """
    arrived = select(func.count()).where(
        Message.message_log_id == log.id, Message.status == MessageStatus.DELIVERED
    )
    return DeliveryTotals(
        delivered=db.session.scalar(arrived) or 0,
        accepted=log.success_count,
        failed=log.failure_count,
        segments=_estimate_segments(log),
        is_exact=log.success_count <= LARGE_BLAST_RECIPIENTS,
    )


def _estimate_segments(log: MessageLog) -> int:
    """The parts of the texts that were taken; of more than LARGE, told from the first of them."""
    taken = select(Message.segments).where(
        Message.message_log_id == log.id, Message.status.in_(ACCEPTED_STATUSES)
    )
    some = taken.limit(LARGE_BLAST_RECIPIENTS).subquery()
    rows, parts = db.session.execute(
        select(func.count(), func.coalesce(func.sum(some.c.segments), 0))
    ).one()
    return round(parts * log.success_count / rows) if rows else 0
