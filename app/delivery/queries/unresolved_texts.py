"""Texts whose outcome a person must decide, and the first signs that delivery works."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import (
    OPEN_BLAST_STATUSES,
    UNCERTAIN_STATUSES,
    MessageStatus,
)

ONE_WEEK = timedelta(days=7)
# A younger doubt may still be cleared by itself before anybody has read about it.
MIN_UNRESOLVED_AGE = timedelta(minutes=2)
# Nobody decides about more than these one by one, so no more are counted.
MAX_UNRESOLVED_COUNTED = 1000


@dataclass(frozen=True)
class UnresolvedBlast:
    """A blast with texts in doubt: how many are not sure, and how many were not sent."""

    log: MessageLog
    unknown_count: int
    not_sent_count: int


@dataclass(frozen=True)
class UnresolvedTexts:
    """Texts in doubt that nobody has decided about, by blast.

    `is_exact`: these are all. Otherwise there are more than MAX_UNRESOLVED_COUNTED.
    """

    blasts: tuple[UnresolvedBlast, ...]
    is_exact: bool = True

    @property
    def total(self) -> int:
        """How many texts there are together."""
        return sum(blast.unknown_count + blast.not_sent_count for blast in self.blasts)


def find_unresolved_texts(moment: datetime) -> UnresolvedTexts:
    """Return the doubtful texts of the last seven days' blasts on the carrier in use."""
    counts: dict[tuple[int, MessageStatus], int] = {}
    for log_id, status, count in db.session.execute(_select_unresolved_counts(moment)):
        counts[log_id, status] = count
    log_ids = {log_id for log_id, _ in counts}
    statement = select(MessageLog).where(MessageLog.id.in_(log_ids)).order_by(MessageLog.id.desc())
    blasts = tuple(_build_unresolved_blast(log, counts) for log in db.session.scalars(statement))
    return UnresolvedTexts(blasts, is_exact=sum(counts.values()) <= MAX_UNRESOLVED_COUNTED)


def _select_unresolved_counts(moment: datetime) -> Select[Any]:
    """Return a select of (log id, status, count) that reads few rows, and only those in doubt."""
    recent_logs = select(MessageLog.id).where(
        or_(
            MessageLog.finished_at >= moment - ONE_WEEK,
            MessageLog.status.in_(OPEN_BLAST_STATUSES),
        ),
        MessageLog.carrier == current_settings().carrier,
    )
    is_old_enough = or_(
        Message.status == MessageStatus.NOT_SENT,
        Message.submitted_at < moment - MIN_UNRESOLVED_AGE,
    )
    rows = (
        select(Message.message_log_id, Message.status)
        .where(
            Message.message_log_id.in_(recent_logs),
            Message.status.in_(UNCERTAIN_STATUSES),
            Message.left_at.is_(None),
            is_old_enough,
        )
        .limit(MAX_UNRESOLVED_COUNTED + 1)
        .subquery()
    )
    columns = (rows.c.message_log_id, rows.c.status)
    return select(*columns, func.count()).group_by(*columns)


def _build_unresolved_blast(
    log: MessageLog, counts: Mapping[tuple[int, MessageStatus], int]
) -> UnresolvedBlast:
    return UnresolvedBlast(
        log,
        counts.get((log.id, MessageStatus.UNKNOWN), 0),
        counts.get((log.id, MessageStatus.NOT_SENT), 0),
    )


def has_delivered_text() -> bool:
    """Whether one text of one blast has arrived.

    Asked through the logs, because the index of statuses is one within each blast.
    """
    delivered = exists().where(
        Message.message_log_id == MessageLog.id,
        Message.status == MessageStatus.DELIVERED,
    )
    return bool(db.session.scalar(select(exists().where(MessageLog.success_count > 0, delivered))))


def has_received_text(carrier: str) -> bool:
    """Whether a person's text came in through this carrier.

    Made-up people's texts have no SID; texts that come in belong to no blast, which the index
    needs to be told.
    """
    received = exists().where(
        Message.message_log_id.is_(None),
        Message.status == MessageStatus.RECEIVED,
        Message.carrier == carrier,
        Message.provider_sid.is_not(None),
    )
    return bool(db.session.scalar(select(received)))
