"""The blasts to one event's people: those that were sent, and those that are planned."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.delivery.models import MessageLog, ScheduledMessage
from app.domain.delivery.message_statuses import BlastStatus, ScheduledBlastStatus

MAX_LISTED_BLASTS = 50
UNSENT_STATUSES = (
    ScheduledBlastStatus.PENDING,
    ScheduledBlastStatus.FAILED,
    ScheduledBlastStatus.EXPIRED,
)


def list_event_blasts(event_id: int) -> Sequence[MessageLog]:
    """Return the last MAX_LISTED_BLASTS blasts to this event, the latest first."""
    logs = select(MessageLog).where(MessageLog.event_id == event_id).order_by(MessageLog.id.desc())
    return db.session.scalars(logs.limit(MAX_LISTED_BLASTS)).all()


def list_planned_event_blasts(event_id: int) -> Sequence[ScheduledMessage]:
    """Return the first MAX_LISTED_BLASTS blasts to this event that have not been sent.

    First those that are pending, the next first; then those that could not be sent, the latest
    first. Reminders are left out: the plan of the event lists them.
    """
    is_pending = ScheduledMessage.status == ScheduledBlastStatus.PENDING
    blasts = (
        select(ScheduledMessage)
        .where(
            ScheduledMessage.event_id == event_id,
            ScheduledMessage.event_reminder_id.is_(None),
            ScheduledMessage.status.in_(UNSENT_STATUSES),
            ScheduledMessage.message_log_id.is_(None),
        )
        .order_by(
            is_pending.desc(),
            func.iif(is_pending, ScheduledMessage.scheduled_at, None),
            ScheduledMessage.scheduled_at.desc(),
            ScheduledMessage.id,
        )
        .limit(MAX_LISTED_BLASTS)
    )
    return db.session.scalars(blasts).all()


def count_pending_event_blasts(event_id: int) -> int:
    """Return how many blasts to this event wait for their time."""
    count = (
        select(func.count())
        .select_from(ScheduledMessage)
        .where(
            ScheduledMessage.event_id == event_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
    )
    return db.session.scalar(count) or 0


def list_running_event_blast_ids(event_id: int) -> Sequence[int]:
    """Return the ids of the blasts to this event that are being sent, or paused."""
    running = select(MessageLog.id).where(
        MessageLog.event_id == event_id,
        MessageLog.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED)),
    )
    return db.session.scalars(running).all()
