"""The blasts of series, by their own ids: what became of each, and how many people got it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.db import db
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import (
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
)


@dataclass(frozen=True)
class SeriesBlast:
    """One blast of a series. `log_status`: of the blast it became; None: not released."""

    id: int
    status: ScheduledBlastStatus
    scheduled_at: datetime
    error_message: str | None
    held_reason: str | None
    log_id: int | None
    log_status: BlastStatus | None
    total_recipients: int
    success_count: int


def find_series_blasts(scheduled_ids: Collection[int]) -> Mapping[int, SeriesBlast]:
    """Return these blasts by their ids, past what the session has loaded."""
    if not scheduled_ids:
        return {}
    statement = (
        select(
            ScheduledMessage.id,
            ScheduledMessage.status,
            ScheduledMessage.scheduled_at,
            ScheduledMessage.error_message,
            ScheduledMessage.held_reason,
            ScheduledMessage.message_log_id,
            MessageLog.status,
            func.coalesce(MessageLog.total_recipients, 0),
            func.coalesce(MessageLog.success_count, 0),
        )
        .outerjoin(MessageLog, MessageLog.id == ScheduledMessage.message_log_id)
        .where(ScheduledMessage.id.in_(scheduled_ids))
    )
    return {row[0]: SeriesBlast(*row) for row in db.session.execute(statement)}


def count_texted_people(log_id: int) -> int:
    """Return how many people a released blast was for, without those who were skipped."""
    statement = select(func.count()).where(
        Message.message_log_id == log_id, Message.status != MessageStatus.SKIPPED
    )
    return db.session.scalar(statement) or 0
