"""Lists of blasts: scheduled, running, upcoming and sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.settings import current_settings
from app.delivery.models import MessageLog
from app.delivery.queries.blast_scope import list_scheduled_conditions, list_sent_conditions
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import (
    ENDED_BLAST_STATUSES,
    OPEN_BLAST_STATUSES,
    BlastStatus,
    ScheduledBlastStatus,
)

MAX_RUNNING_BLASTS = 5
# Blasts that were never released, by the word in the address; "" is all of them.
SCHEDULED_FILTERS: dict[str, tuple[ScheduledBlastStatus, ...]] = {
    "waiting": (ScheduledBlastStatus.PENDING,),
    "not_sent": (ScheduledBlastStatus.EXPIRED, ScheduledBlastStatus.FAILED),
    "canceled": (ScheduledBlastStatus.CANCELLED,),
}
# Released blasts, by the word in the address; "" is every one that has ended.
LOG_FILTERS: dict[str, tuple[BlastStatus, ...]] = {
    "": ENDED_BLAST_STATUSES,
    "sending": OPEN_BLAST_STATUSES,
    "sent": (BlastStatus.SENT,),
    "stopped": (BlastStatus.CANCELLED,),
    "failed": (BlastStatus.FAILED,),
}

EXPIRED_SHOWN_FOR = timedelta(days=2)


@dataclass(frozen=True)
class BlastLogFilter:
    """Which released blasts a list shows: one of LOG_FILTERS, and by whom ("" for everyone)."""

    state: str = ""
    sent_by: str = ""


def fetch_scheduled_blasts_page(params: ListParams, filter_name: str = "") -> ListPage:
    """Return a page of blasts that were never released, by one of SCHEDULED_FILTERS.

    The pending ones by time, then the latest others. Released ones are in the list of logs.
    """
    statement = select(ScheduledMessage).where(
        ScheduledMessage.message_log_id.is_(None), *list_scheduled_conditions()
    )
    statuses = SCHEDULED_FILTERS.get(filter_name)
    if statuses:
        statement = statement.where(ScheduledMessage.status.in_(statuses))
    total = count_rows(statement.subquery())
    params = clamp_to_last_page(total, params)
    is_pending = ScheduledMessage.status == ScheduledBlastStatus.PENDING
    statement = statement.order_by(
        is_pending.desc(),
        func.iif(is_pending, ScheduledMessage.scheduled_at, None),
        ScheduledMessage.scheduled_at.desc(),
        ScheduledMessage.id.desc(),
    )
    statement = statement.offset(params.offset).limit(params.per_page)
    return ListPage(db.session.scalars(statement).all(), total, params)


def fetch_blast_logs_page(params: ListParams, filter_: BlastLogFilter) -> ListPage:
    """Return a page of released blasts, the latest first; `params.search` looks in their texts."""
    statement = select(MessageLog).where(
        MessageLog.status.in_(LOG_FILTERS[filter_.state]), *list_sent_conditions()
    )
    if filter_.sent_by:
        statement = statement.where(MessageLog.created_by == filter_.sent_by)
    if params.search:
        has_words = or_(
            MessageLog.message_body.icontains(params.search, autoescape=True),
            MessageLog.name.icontains(params.search, autoescape=True),
        )
        statement = statement.where(has_words)
    total = count_rows(statement.subquery())
    params = clamp_to_last_page(total, params)
    statement = statement.order_by(MessageLog.id.desc())
    statement = statement.offset(params.offset).limit(params.per_page)
    return ListPage(db.session.scalars(statement).all(), total, params)


def list_blast_senders() -> Sequence[str]:
    """Return everyone who has sent a blast, by name."""
    is_meant = (MessageLog.created_by.is_not(None), *list_sent_conditions())
    statement = select(MessageLog.created_by).where(*is_meant)
    return list(filter(None, db.session.scalars(statement.distinct().order_by("created_by"))))


def build_scheduled_count() -> ScalarSelect[int]:
    """Select how many blasts are scheduled, as a column of any select."""
    is_pending = ScheduledMessage.status == ScheduledBlastStatus.PENDING
    pending = select(func.count()).where(is_pending, *list_scheduled_conditions())
    return pending.scalar_subquery()


def build_running_count() -> ScalarSelect[int]:
    """Select how many blasts are being sent or paused, as a column of any select."""
    is_open = MessageLog.status.in_(OPEN_BLAST_STATUSES)
    running = select(func.count()).where(is_open, *list_sent_conditions())
    return running.scalar_subquery()


def find_running_blasts() -> Sequence[MessageLog]:
    """Return the latest blasts that are being sent or paused, at most five."""
    is_open = MessageLog.status.in_(OPEN_BLAST_STATUSES)
    statement = select(MessageLog).where(is_open, *list_sent_conditions())
    statement = statement.order_by(MessageLog.id.desc()).limit(MAX_RUNNING_BLASTS)
    return db.session.scalars(statement).all()


def find_expired_blasts(moment: datetime, limit: int = 5) -> Sequence[ScheduledMessage]:
    """Return the blasts that were not sent because it was too late, of the last two days."""
    statement = (
        select(ScheduledMessage)
        .where(
            ScheduledMessage.status == ScheduledBlastStatus.EXPIRED,
            ScheduledMessage.scheduled_at >= moment - EXPIRED_SHOWN_FOR,
            ScheduledMessage.carrier == current_settings().carrier,
            *list_scheduled_conditions(),
        )
        .order_by(ScheduledMessage.scheduled_at.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def find_upcoming_blasts(limit: int = 5) -> Sequence[ScheduledMessage]:
    """Return the pending blasts, the next first."""
    statement = (
        select(ScheduledMessage)
        .where(
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            *list_scheduled_conditions(),
        )
        .order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def find_finished_blasts(limit: int = 7) -> Sequence[MessageLog]:
    """Return the blasts that ended, tests left out, the latest first."""
    statement = (
        select(MessageLog)
        .where(
            MessageLog.status.in_(ENDED_BLAST_STATUSES),
            MessageLog.test_mode.is_(False),
            *list_sent_conditions(),
        )
        .order_by(MessageLog.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()
