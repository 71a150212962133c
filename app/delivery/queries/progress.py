"""Whether what is due leaves: an engine may be alive and yet send nothing."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from app.core.db import db
from app.core.settings import current_settings
from app.delivery.engine_models import attempts, sender_health
from app.delivery.models import MessageLog, messages
from app.delivery.queries.scheduled_messages import NEEDS_NO_APPROVAL
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql.queue_filters import IS_CLAIMABLE, IS_HELD
from app.domain.delivery.message_statuses import (
    BlastStatus,
    MessageDirection,
    ScheduledBlastStatus,
)

# A text of 48 parts at one part a second makes the next one wait for 48 s.
STALL_DELAY = timedelta(minutes=2)
# A sender that was slowed down to a 32nd of its rate takes its time.
SLOWED_STALL_DELAY = timedelta(minutes=30)
STALL_SENTENCE = "Texts are due, but none has been sent for {minutes} minutes."
STUCK_SENTENCE = "A blast was due {minutes} minutes ago and has not started."
M = messages.c


def find_stall(moment: datetime) -> str:
    """Return what is due and does not leave, as a sentence; "" when all is well.

    A sender on hold, a paused blast, one that waits for a person, a text that waits to be tried
    again and one that is held until texting hours are no stall.
    """
    delay = _find_stall_delay(moment)
    if delay is None:
        return ""
    minutes = int(delay.total_seconds() / 60)
    if _has_stuck_schedule(moment - STALL_DELAY):
        return STUCK_SENTENCE.format(minutes=int(STALL_DELAY.total_seconds() / 60))
    if not _has_attempt_since(moment - delay) and _has_due_text(moment - delay):
        return STALL_SENTENCE.format(minutes=minutes)
    return ""


def _find_stall_delay(moment: datetime) -> timedelta | None:
    """Return how long nothing may leave; None while the sender is held back."""
    settings = current_settings()
    health = sender_health.c
    row = db.session.execute(
        select(health.hold_until, health.slowed_at).where(
            health.sender == settings.sender, health.carrier == settings.carrier
        )
    ).first()
    if row is None:
        return STALL_DELAY
    if row.hold_until and row.hold_until > moment - STALL_DELAY:
        return None
    if row.slowed_at and row.slowed_at > moment - SLOWED_STALL_DELAY:
        return SLOWED_STALL_DELAY
    return STALL_DELAY


def _has_attempt_since(since: datetime) -> bool:
    newest = select(attempts.c.started_at).order_by(attempts.c.id.desc()).limit(1)
    started_at = db.session.scalar(newest)
    return started_at is not None and started_at > since


def _has_due_text(since: datetime) -> bool:
    """Whether a text has been allowed to leave since before that moment, and has not."""
    carrier = current_settings().carrier
    running = select(MessageLog.id).where(
        MessageLog.status == BlastStatus.PROCESSING,
        MessageLog.carrier == carrier,
        MessageLog.created_at <= since,
        or_(MessageLog.resumed_at.is_(None), MessageLog.resumed_at <= since),
    )
    for is_due in _list_due_filters(carrier, since):
        direct = and_(is_due, M.message_log_id.is_(None), M.direction == MessageDirection.OUTBOUND)
        for condition in (direct, and_(is_due, M.message_log_id.in_(running))):
            if db.session.scalar(select(M.id).where(condition).limit(1)) is not None:
                return True
    return False


def _list_due_filters(carrier: str, since: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions for what is due, one for each index: not held, and held too long."""
    of_carrier = and_(M.carrier == carrier, M.created_at <= since)
    is_not_put_off = or_(M.not_before.is_(None), M.not_before <= since)
    return [
        and_(IS_CLAIMABLE, of_carrier, is_not_put_off),
        and_(IS_HELD, of_carrier, M.held_until <= since),
    ]


def _has_stuck_schedule(since: datetime) -> bool:
    stuck = select(ScheduledMessage.id).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.carrier == current_settings().carrier,
        ScheduledMessage.held_reason.is_(None),
        NEEDS_NO_APPROVAL,
        ScheduledMessage.scheduled_at <= since,
        ScheduledMessage.created_at <= since,
    )
    return db.session.scalar(stuck.limit(1)) is not None
