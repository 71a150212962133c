"""Blasts in numbers for the first page: delivered, failed, segments, and what still waits."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, select, union_all

from app.core.db import db
from app.core.fetched_rows import RowSelect
from app.delivery.archive_models import ArchivedCount
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    OPEN_BLAST_STATUSES,
    MessageStatus,
)

ONE_WEEK = timedelta(days=7)
# Counting a blast of 100,000 rows takes 10 ms, adding up its segments 20 to 100. A large one is
# counted again after five seconds while it runs and after ten minutes once it has ended; a small
# one every time.
LARGE_BLAST_RECIPIENTS = 5000
RUNNING_CACHE_SECONDS = 5.0
ENDED_CACHE_SECONDS = 600.0
MAX_CACHED_BLASTS = 500
_CACHE_KEY = "dashboard_counted"


@dataclass(frozen=True)
class DeliveryTotals:
    """One blast, or several together, in numbers.

    `accepted`: texts the carrier took; `segments` are theirs, an estimate unless `is_exact`.
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
        """How many texts the carrier took or refused."""
        return self.accepted + self.failed

    @property
    def delivery_rate(self) -> float | None:
        """The delivered share of all that were attempted, 0 to 1; None before anything was."""
        return self.delivered / self.attempted if self.attempted else None

    @property
    def delivered_percent(self) -> int | None:
        """The rate in whole percent; 100 and 0 only where it is all or nothing."""
        if self.delivery_rate is None:
            return None
        if 0 < self.delivered < self.attempted:
            return min(99, max(1, round(100 * self.delivery_rate)))
        return round(100 * self.delivery_rate)


@dataclass(frozen=True)
class CachedTotals:
    """The totals of a large blast, good until `expires_at` (time.monotonic seconds)."""

    expires_at: float
    totals: DeliveryTotals


def count_queued_by_blast(logs: Iterable[MessageLog]) -> dict[int, int]:
    """Return how many texts of each blast wait to be sent; a blast without any is missing."""
    log_ids = [log.id for log in logs]
    statement = (
        select(Message.message_log_id, func.count())
        .where(Message.status == MessageStatus.QUEUED, Message.message_log_id.in_(log_ids))
        .group_by(Message.message_log_id)
    )
    return {log_id: count for log_id, count in db.session.execute(statement) if log_id}


def fetch_totals_by_blast(logs: Sequence[MessageLog]) -> dict[int, DeliveryTotals]:
    """Return the totals of each blast by its id; those of large ones may be some seconds old."""
    totals_cache: dict[int, CachedTotals] = current_app.extensions.setdefault(_CACHE_KEY, {})
    # The cache is for the few blasts of the first page; emptying it all is enough of a bound.
    if len(totals_cache) > MAX_CACHED_BLASTS:
        totals_cache.clear()
    moment = time.monotonic()
    totals = {}
    for log in logs:
        row = totals_cache.get(log.id)
        if row is not None and moment < row.expires_at:
            totals[log.id] = row.totals
    uncounted = [log for log in logs if log.id not in totals]
    delivered = count_delivered_by_blast([log.id for log in uncounted])
    for log in uncounted:
        totals[log.id], _ = measure_blast(log, delivered.get(log.id, 0))
        if log.total_recipients >= LARGE_BLAST_RECIPIENTS:
            is_running = log.status in OPEN_BLAST_STATUSES
            seconds = RUNNING_CACHE_SECONDS if is_running else ENDED_CACHE_SECONDS
            totals_cache[log.id] = CachedTotals(moment + seconds, totals[log.id])
    return totals


def count_delivered_by_blast(log_ids: Sequence[int]) -> dict[int, int]:
    """Return how many texts of each blast were delivered, those in archives too.

    Along the index of statuses. A blast without any is missing; no statement for no blasts.
    """
    if not log_ids:
        return {}
    row = ArchivedCount
    stored = (
        select(Message.message_log_id, func.count())
        .where(Message.message_log_id.in_(log_ids), Message.status == MessageStatus.DELIVERED)
        .group_by(Message.message_log_id)
    )
    archived = (
        select(row.message_log_id, func.sum(row.texts))
        .where(row.message_log_id.in_(log_ids), row.status == MessageStatus.DELIVERED.value)
        .group_by(row.message_log_id)
    )
    counts: Any = db.session.execute(union_all(stored, archived))
    delivered: Counter[int] = Counter()
    for log_id, count in counts:
        delivered[log_id] += count
    return delivered


def measure_blast(log: MessageLog, delivered: int) -> tuple[DeliveryTotals, datetime | None]:
    """Return the totals of a blast and when its last text arrived, in one statement.

    Segments are scaled up from the first 5,000 texts that were accepted, and the last delivery
    is that of the newest 5,000 delivered ones, which were sent last.
    """
    row_count, segments, last_delivery, archived_texts, archived_segments = db.session.execute(
        _select_measures(), {"log_id": log.id}
    ).one()
    accepted_here = log.success_count - archived_texts
    totals = DeliveryTotals(
        delivered=delivered,
        accepted=log.success_count,
        failed=log.failure_count,
        segments=archived_segments + round(segments * accepted_here / max(row_count, 1)),
        is_exact=log.success_count <= LARGE_BLAST_RECIPIENTS,
    )
    return totals, last_delivery


@cache
def _select_measures() -> RowSelect:
    """Build the statement of measure_blast() once: Home runs it for five blasts."""
    texts = select(Message).where(Message.message_log_id == bindparam("log_id"))
    accepted = texts.where(Message.status.in_(ACCEPTED_STATUSES))
    sample = accepted.with_only_columns(Message.segments).limit(LARGE_BLAST_RECIPIENTS).subquery()
    arrived = texts.where(Message.status == MessageStatus.DELIVERED).order_by(Message.id.desc())
    newest = (
        arrived.with_only_columns(Message.delivered_at).limit(LARGE_BLAST_RECIPIENTS).subquery()
    )
    return select(
        func.count(),
        func.coalesce(func.sum(sample.c.segments), 0),
        select(func.max(newest.c.delivered_at)).scalar_subquery(),
        _select_archived(ArchivedCount.texts),
        _select_archived(ArchivedCount.segments),
    ).select_from(sample)


def _select_archived(column: Any) -> Any:
    """Select the sum of a column over the accepted texts of a blast that are in an archive."""
    accepted = [status.value for status in ACCEPTED_STATUSES]
    statement = select(func.coalesce(func.sum(column), 0)).where(
        ArchivedCount.message_log_id == bindparam("log_id"), ArchivedCount.status.in_(accepted)
    )
    return statement.scalar_subquery()
