"""What a person decides about messages in doubt: look them up, send them again, or dismiss them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, case, update

from app.core.db import db, execute_and_count_rows
from app.delivery.models import Message, MessageLog
from app.delivery.queries.resendable_messages import (
    build_blast_messages_filter,
    build_resendable_filter,
    preview_resend,
    select_resend_reason,
)
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.message_statuses import (
    ENDED_BLAST_STATUSES,
    UNCERTAIN_STATUSES,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
)
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SkipReason

# The ends of a scheduled blast that was released; an expired one never was.
RELEASED_SCHEDULE_STATUSES = (
    ScheduledBlastStatus.SENT,
    ScheduledBlastStatus.FAILED,
    ScheduledBlastStatus.CANCELLED,
)


@dataclass(frozen=True)
class ResendResult:
    """How many messages were queued once more, and how many stay out by which reason.

    The others had moved on.
    """

    queued: int = 0
    skipped_by_reason: dict[SkipReason, int] = field(default_factory=dict)


def resend_messages(
    log_id: int, message_ids: Sequence[int], sender: str, moment: datetime
) -> ResendResult:
    """Queue these messages of one blast again, and reopen it if it has ended. Inside write().

    Only what may go again: never what the carrier passed on, never to somebody who said STOP or
    whose number does not work by now, and nothing after the blast's own end. What went wrong before
    stays stored. They leave from `sender`, the one in use. A paused blast stays paused; of a
    stopped one these messages alone go. Only for a blast of the carrier in use: nothing else is
    ever claimed.
    """
    # populate_existing: the page may have loaded the log before write() began.
    log = db.session.get_one(MessageLog, log_id, populate_existing=True)
    if log.not_after and not compute_validity_seconds(log.not_after, moment):
        return ResendResult()
    preview = preview_resend(log_id, message_ids)
    queued_count = _requeue_messages(build_resendable_filter(log_id, message_ids), sender)
    if queued_count:
        _reopen_blast(log_id, sender, moment)
    return ResendResult(queued_count, preview.skipped_by_reason)


def _requeue_messages(condition: ColumnElement[bool], sender: str) -> int:
    reason = case((Message.reason.in_(REVERSIBLE_SKIP_REASONS), None), else_=Message.reason)
    statement = (
        update(Message)
        .where(condition, select_resend_reason().is_(None))
        .values(
            status=MessageStatus.QUEUED,
            sender=sender,
            reason=reason,
            provider_sid=None,
            price=None,
            not_before=None,
            held_until=None,
            held_why=None,
            sent_at=None,
            failed_at=None,
            look_up_at=None,
            lookups=0,
            left_at=None,
        )
    )
    # The session cannot evaluate this condition in Python; nobody has loaded the messages.
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))


def _reopen_blast(log_id: int, sender: str, moment: datetime) -> None:
    """Send an ended blast again, and its schedule with it.

    Both end once more when nothing is left to send.
    """
    reopened_count = execute_and_count_rows(
        update(MessageLog)
        .where(MessageLog.id == log_id, MessageLog.status.in_(ENDED_BLAST_STATUSES))
        .values(
            status=BlastStatus.PROCESSING,
            sender=sender,
            pause_reason=None,
            pause_code=None,
            proven=False,
            finished_at=None,
            resumed_at=moment,
        )
    )
    if not reopened_count:
        return
    db.session.execute(
        update(ScheduledMessage)
        .where(
            ScheduledMessage.message_log_id == log_id,
            ScheduledMessage.status.in_(RELEASED_SCHEDULE_STATUSES),
        )
        .values(status=ScheduledBlastStatus.PROCESSING, sent_at=None, error_message=None)
    )


def dismiss_doubtful_messages(log_id: int, message_ids: Sequence[int], moment: datetime) -> int:
    """Leave these messages in doubt and stop looking them up; return how many. Inside write().

    A receipt that still comes counts.
    """
    return _update_doubtful_messages(
        log_id, message_ids, UNCERTAIN_STATUSES, left_at=moment, look_up_at=None
    )


def request_status_lookup(log_id: int, message_ids: Sequence[int], moment: datetime) -> int:
    """Have the carrier asked about these messages now; return how many. Inside write()."""
    statuses = (*UNCERTAIN_STATUSES, MessageStatus.NO_RECEIPT)
    return _update_doubtful_messages(log_id, message_ids, statuses, look_up_at=moment)


def _update_doubtful_messages(
    log_id: int,
    message_ids: Sequence[int],
    statuses: Sequence[MessageStatus],
    **values: datetime | None,
) -> int:
    statement = (
        update(Message)
        .where(
            build_blast_messages_filter(log_id, message_ids),
            Message.status.in_(statuses),
            Message.left_at.is_(None),
        )
        .values(values)
    )
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
