"""Let a blast be sent at any hour, with the reason that a user gave. Inside write()."""

from datetime import datetime

from sqlalchemy import update

from app.core.db import execute_and_count_rows
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql.queue_filters import IS_HELD
from app.domain.delivery.message_statuses import OPEN_BLAST_STATUSES, ScheduledBlastStatus

MAX_REASON_LENGTH = 200


def send_held_texts_now(log_id: int, carrier: str, reason: str, moment: datetime) -> int | None:
    """Let all texts of an open blast be sent at any hour; return how many were held.

    None when it has ended, or is sent at any hour already.
    """
    is_changed = execute_and_count_rows(
        update(MessageLog)
        .where(
            MessageLog.id == log_id,
            MessageLog.status.in_(OPEN_BLAST_STATUSES),
            MessageLog.any_hour_reason.is_(None),
        )
        .values(any_hour_reason=reason)
    )
    # Of two admins who press at the same time, the first one's reason is kept.
    if not is_changed:
        return None
    statement = (
        update(Message)
        .where(IS_HELD, Message.carrier == carrier, Message.message_log_id == log_id)
        .values(held_until=None, held_why=None, not_before=moment)
        .execution_options(synchronize_session=False)
    )
    return execute_and_count_rows(statement)


def exempt_scheduled_blast(scheduled_id: int, reason: str) -> bool:
    """Let a blast that waits for its time be sent at any hour; return whether it still waited."""
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.id == scheduled_id,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            ScheduledMessage.any_hour_reason.is_(None),
        )
        .values(any_hour_reason=reason)
    )
    return execute_and_count_rows(statement) == 1
