"""A person decides about texts in doubt: ask the carrier now, send them again, or leave them as
they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, update

from app.core.db import db, execute_and_count_rows
from app.delivery.models import Message, MessageLog, ScheduledMessage
from app.delivery.queries.resendable_messages import (
    build_blast_messages_filter,
    build_resendable_filter,
    preview_resend,
)
from app.domain.delivery.message_statuses import (
    ENDED_BLAST_STATUSES,
    UNCERTAIN_STATUSES,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
)
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SkipReason
from app.suppression.queries.sending_permission import select_suppression_reason


@dataclass(frozen=True)
class ResendResult:
    """What came of it: how many wait to leave once more, and how many stay out by why.

    The others had moved on.
    """

    queued: int = 0
    skipped_by_reason: dict[SkipReason, int] = field(default_factory=dict)


def resend_messages(
    log_id: int, message_ids: Sequence[int], sender: str, moment: datetime
) -> ResendResult:
    """Put these texts of one blast back into its queue, and open the blast again if it has
    ended.

    Only what may go again: never what the carrier delivered on, never to somebody who said STOP
    or whose number does not work by now (such rows stay as they are), and nothing after the
    blast's own end. What went wrong before stays written down. They leave from `sender`, the
    one in use. A paused blast stays paused; of a stopped one these texts alone go. Only for a
    blast of the carrier in use: nobody sends the others.
    """
    log = db.session.get_one(MessageLog, log_id, populate_existing=True)
    if log.not_after and not compute_validity_seconds(log.not_after, moment):
        return ResendResult()
    these = build_resendable_filter(log_id, message_ids)
    stay_out = preview_resend(log_id, message_ids).skipped_by_reason
    queued = execute_and_count_rows(
        update(Message)
        .where(these, select_suppression_reason(Message.phone).is_(None))
        .values(
            status=MessageStatus.QUEUED,
            sender=sender,
            reason=case(
                (Message.reason.in_(REVERSIBLE_SKIP_REASONS), None),
                else_=Message.reason,
            ),
            provider_sid=None,
            not_before=None,
            sent_at=None,
            failed_at=None,
            look_up_at=None,
            lookups=0,
            left_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    if queued:
        _reopen_blast(log_id, sender, moment)
    return ResendResult(queued, stay_out)


def _reopen_blast(log_id: int, sender: str, moment: datetime) -> None:
    """An ended blast is being sent again, and so is its schedule; both end once more when
    nothing is left to send.
    """
    log = update(MessageLog).where(
        MessageLog.id == log_id, MessageLog.status.in_(ENDED_BLAST_STATUSES)
    )
    fresh = {
        "pause_reason": None,
        "pause_code": None,
        "proven": False,
        "finished_at": None,
        "resumed_at": moment,
    }
    if execute_and_count_rows(log.values(status=BlastStatus.PROCESSING, sender=sender, **fresh)):
        schedule = update(ScheduledMessage).where(
            ScheduledMessage.message_log_id == log_id,
            ScheduledMessage.status.in_(
                (
                    ScheduledBlastStatus.SENT,
                    ScheduledBlastStatus.FAILED,
                    ScheduledBlastStatus.CANCELLED,
                )
            ),
        )
        db.session.execute(
            schedule.values(
                status=ScheduledBlastStatus.PROCESSING, sent_at=None, error_message=None
            )
        )


def dismiss_doubtful_messages(log_id: int, message_ids: Sequence[int], moment: datetime) -> int:
    """These texts stay in doubt, and nobody asks about them any more; a receipt that still
    comes counts. How many.
    """
    return _update_doubtful_messages(
        log_id, message_ids, UNCERTAIN_STATUSES, left_at=moment, look_up_at=None
    )


def request_status_lookup(log_id: int, message_ids: Sequence[int], moment: datetime) -> int:
    """The carrier is asked about these texts now. Says about how many."""
    return _update_doubtful_messages(
        log_id,
        message_ids,
        (*UNCERTAIN_STATUSES, MessageStatus.NO_RECEIPT),
        look_up_at=moment,
    )


def _update_doubtful_messages(
    log_id: int,
    message_ids: Sequence[int],
    states: Sequence[MessageStatus],
    **values: datetime | None,
) -> int:
    return execute_and_count_rows(
        update(Message)
        .where(
            build_blast_messages_filter(log_id, message_ids),
            Message.status.in_(states),
            Message.left_at.is_(None),
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
