"""The blasts to one event's people: those that were sent, and those that are planned."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select

from app.core.db import db
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
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


@dataclass(frozen=True)
class PlannedEventBlasts:
    """Blasts to one event that have not been sent.

    `pending_count` counts every blast that waits for its time, reminders included.
    """

    blasts: Sequence[ScheduledMessage]
    pending_count: int


def load_planned_event_blasts(event_id: int) -> PlannedEventBlasts:
    """Return the first MAX_LISTED_BLASTS blasts to this event that have not been sent.

    First those that are pending, the next first; then those that could not be sent, the latest
    first. Reminders are not listed: the plan of the event lists them.
    """
    # The count is the one row on the left of the join, so it comes without any blast too.
    count = _select_pending_count(event_id).subquery()
    is_pending = ScheduledMessage.status == ScheduledBlastStatus.PENDING
    is_listed = and_(
        ScheduledMessage.event_id == event_id,
        ScheduledMessage.event_reminder_id.is_(None),
        ScheduledMessage.status.in_(UNSENT_STATUSES),
        ScheduledMessage.message_log_id.is_(None),
    )
    statement = (
        select(count.c.pending_count, ScheduledMessage)
        .select_from(count)
        .outerjoin(ScheduledMessage, is_listed)
        .order_by(
            is_pending.desc(),
            func.iif(is_pending, ScheduledMessage.scheduled_at, None),
            ScheduledMessage.scheduled_at.desc(),
            ScheduledMessage.id,
        )
        .limit(MAX_LISTED_BLASTS)
    )
    rows = db.session.execute(statement).all()
    blasts = [blast for _, blast in rows if blast is not None]
    return PlannedEventBlasts(blasts, pending_count=rows[0].pending_count)


def count_pending_event_blasts(event_id: int) -> int:
    """Return how many blasts to this event wait for their time."""
    return db.session.scalar(_select_pending_count(event_id)) or 0


def _select_pending_count(event_id: int) -> Select[int]:
    return select(func.count().label("pending_count")).where(
        ScheduledMessage.event_id == event_id,
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
    )


def list_running_event_blast_ids(event_id: int) -> Sequence[int]:
    """Return the ids of the blasts to this event that are being sent, or paused."""
    running = select(MessageLog.id).where(
        MessageLog.event_id == event_id,
        MessageLog.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED)),
    )
    return db.session.scalars(running).all()
