"""Blasts that wait for their time: made, moved, cancelled, expired."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from app.core.db import db, execute_and_count_rows
from app.delivery.models import ScheduledMessage
from app.domain.delivery.message_statuses import BlastTarget, ScheduledBlastStatus


@dataclass(frozen=True)
class BlastSpec:
    """A blast as it was confirmed: nothing of it changes afterwards.

    `event_id` only for target event.
    """

    body: str
    footer: str | None
    target: BlastTarget
    event_id: int | None
    sender: str
    carrier: str
    test_mode: bool
    immediate: bool
    timezone: str
    client_token: str | None
    created_by: str
    not_after: datetime | None = None
    event_reminder_id: int | None = None
    survey_id: int | None = None


def schedule_blast(blast: BlastSpec, scheduled_at: datetime) -> ScheduledMessage:
    """Add the blast, due at `scheduled_at` (UTC).

    Its client_token is unique: a second one is refused.
    """
    row = ScheduledMessage(
        scheduled_at=scheduled_at,
        message_body=blast.body,
        footer=blast.footer,
        target=blast.target,
        event_id=blast.event_id,
        sender=blast.sender,
        carrier=blast.carrier,
        test_mode=blast.test_mode,
        immediate=blast.immediate,
        timezone=blast.timezone,
        client_token=blast.client_token,
        created_by=blast.created_by,
        not_after=blast.not_after,
        event_reminder_id=blast.event_reminder_id,
        survey_id=blast.survey_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def reschedule_blast(scheduled_id: int, blast: BlastSpec, scheduled_at: datetime) -> bool:
    """Give a blast that has not been released another time (UTC), text and end.

    False when it is too late.
    """
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(
            scheduled_at=scheduled_at,
            message_body=blast.body,
            footer=blast.footer,
            timezone=blast.timezone,
            not_after=blast.not_after,
        )
    )
    return execute_and_count_rows(statement) == 1


def cancel_scheduled_blast(scheduled_id: int, why: str | None = None) -> bool:
    """Cancel a blast that has not been released; undo is this too. False when it is too late."""
    return _end_scheduled_blast(scheduled_id, ScheduledBlastStatus.CANCELLED, why)


def cancel_event_blasts(event_id: int, why: str) -> int:
    """Cancel every blast to this event that has not been released, with the reason in words.

    Says how many.
    """
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.event_id == event_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(status=ScheduledBlastStatus.CANCELLED, error_message=why)
    )
    return execute_and_count_rows(statement)


def fail_scheduled_blast(scheduled_id: int, why: str) -> bool:
    """End a pending blast that cannot be released, with the reason in words."""
    return _end_scheduled_blast(scheduled_id, ScheduledBlastStatus.FAILED, why)


def expire_scheduled_blast(scheduled_id: int, why: str) -> bool:
    """End a pending blast for which it is too late, with the reason in words: late is worse
    than never.
    """
    return _end_scheduled_blast(scheduled_id, ScheduledBlastStatus.EXPIRED, why)


def delete_scheduled_blast(scheduled_id: int) -> bool:
    """Take an ended blast off the list. A pending or released one stays: cancel it first."""
    ended = (
        ScheduledBlastStatus.CANCELLED,
        ScheduledBlastStatus.EXPIRED,
        ScheduledBlastStatus.FAILED,
        ScheduledBlastStatus.SENT,
    )
    statement = db.delete(ScheduledMessage).where(
        ScheduledMessage.id == scheduled_id, ScheduledMessage.status.in_(ended)
    )
    return execute_and_count_rows(statement) == 1


def _end_scheduled_blast(
    scheduled_id: int, status: ScheduledBlastStatus, why: str | None = None
) -> bool:
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(status=status, error_message=why)
    )
    return execute_and_count_rows(statement) == 1
