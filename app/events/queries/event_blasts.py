"""What was sent to an event's people, and what is still to be."""

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
    """The blasts to this event, the latest first; the last MOST of them."""
    logs = select(MessageLog).where(MessageLog.event_id == event_id).order_by(MessageLog.id.desc())
    return db.session.scalars(logs.limit(MAX_LISTED_BLASTS)).all()


def list_planned_event_blasts(event_id: int) -> Sequence[ScheduledMessage]:
    """The blasts that wait, the next first; then those that could not leave, the latest first;
    the first MOST.

    Without the reminders: the plan of the event says what becomes of them.
    """
    waits = ScheduledMessage.status == ScheduledBlastStatus.PENDING
    of_the_event = (
        ScheduledMessage.event_id == event_id,
        ScheduledMessage.event_reminder_id.is_(None),
    )
    rows = select(ScheduledMessage).where(
        *of_the_event, ScheduledMessage.status.in_(UNSENT_STATUSES)
    )
    rows = rows.where(ScheduledMessage.message_log_id.is_(None))
    in_order = (
        waits.desc(),
        func.iif(waits, ScheduledMessage.scheduled_at, None),
        ScheduledMessage.scheduled_at.desc(),
    )
    return db.session.scalars(
        rows.order_by(*in_order, ScheduledMessage.id).limit(MAX_LISTED_BLASTS)
    ).all()


def count_pending_event_blasts(event_id: int) -> int:
    """How many blasts to this event wait for their time."""
    waits = (
        ScheduledMessage.event_id == event_id,
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
    )
    return db.session.scalar(select(func.count()).select_from(ScheduledMessage).where(*waits)) or 0


def list_running_event_blast_ids(event_id: int) -> Sequence[int]:
    """The ids of the blasts to this event that are being sent, or paused."""
    going = MessageLog.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED))
    return db.session.scalars(
        select(MessageLog.id).where(MessageLog.event_id == event_id, going)
    ).all()
