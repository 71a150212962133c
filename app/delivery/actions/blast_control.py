"""A person's hand on a running blast, and a fault's: pause, resume, stop the rest, leave
somebody out.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.delivery.actions import sender_throttle
from app.delivery.models import Message, MessageLog, ScheduledMessage
from app.delivery.queries.blast_messages import get_blast_tally
from app.delivery.sql import engine_state, queued_messages
from app.domain.delivery.message_statuses import (
    OPEN_BLAST_STATUSES,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
    compute_final_blast_status,
)
from app.domain.delivery.skip_reasons import SkipReason

PAUSED_BY_PERSON = "person"


def pause_blast(log_id: int) -> bool:
    """Pause a blast that is being sent: no row is armed after this commit.

    False when it was not running.
    """
    return _pause_blasts(MessageLog.id == log_id, PAUSED_BY_PERSON, None) == [log_id]


def pause_blasts_for_fault(log: ColumnElement[bool], reason: str, code: int) -> list[int]:
    """Pause every running blast that `log` describes, with the cause in words. Gives their ids."""
    return _pause_blasts(log, reason, code)


def _pause_blasts(which: ColumnElement[bool], reason: str, code: int | None) -> list[int]:
    statement = (
        update(MessageLog)
        .where(which, MessageLog.status == BlastStatus.PROCESSING)
        .values(
            status=BlastStatus.PAUSED,
            pause_reason=reason,
            pause_code=code,
            proven=False,
        )
        .returning(MessageLog.id)
    )
    return sorted(db.session.scalars(statement))


def resume_blast(log_id: int, moment: datetime | None = None) -> bool:
    """Go on with a paused blast; its next row goes alone until the carrier accepts one.

    False when not paused.

    Whatever failed before `moment` (UTC, default now) counts no more towards a pause, and its
    sender is not held back any longer: a person says "try now".
    """
    statement = (
        update(MessageLog)
        .where(MessageLog.id == log_id, MessageLog.status == BlastStatus.PAUSED)
        .values(
            status=BlastStatus.PROCESSING,
            pause_reason=None,
            pause_code=None,
            proven=False,
            resumed_at=moment or now(),
        )
        .returning(MessageLog.sender, MessageLog.carrier)
    )
    resumed = db.session.execute(statement).first()
    if resumed is None:
        return False
    sender_throttle.release_sender_hold(resumed.sender, resumed.carrier)
    return True


def stop_blast(log_id: int, moment: datetime) -> int | None:
    """Cancel whatever of a blast has not left.

    Says how many people that is; None when the blast had ended.
    """
    statement = (
        update(MessageLog)
        .where(MessageLog.id == log_id, MessageLog.status.in_(OPEN_BLAST_STATUSES))
        .values(status=BlastStatus.CANCELLED, finished_at=moment)
    )
    if execute_and_count_rows(statement) == 0:
        return None
    stopped = _cancel_queued_messages(Message.message_log_id == log_id, "stopped")
    _copy_status_to_schedule(log_id, ScheduledBlastStatus.CANCELLED, moment)
    return stopped


def skip_queued_messages(phone: str, reason: SkipReason) -> int:
    """Skip every queued text to a number, in every blast.

    Says how many. (Answers of ours, kind system, still go.)
    """
    return queued_messages.SKIP_QUEUED_OF_PHONE.execute(recipient=phone, skip_reason=reason.value)


def cancel_queued_system_replies(phone: str) -> int:
    """They have said something new: what confirms or answers their last word (kind system) and
    has not left yet is overtaken. Says how many.
    """
    return queued_messages.CANCEL_SYSTEM_REPLIES.execute(recipient=phone)


def close_finished_blasts(moment: datetime) -> list[int]:
    """End every open blast with nothing left to send, and its schedule with it.

    Returns their ids.
    """
    finished_ids = [row[0] for row in engine_state.SELECT_FINISHED_BLASTS.fetch_json()]
    for log_id in finished_ids:
        _close_blast(log_id, moment)
    return finished_ids


def _close_blast(log_id: int, moment: datetime) -> None:
    status = compute_final_blast_status(get_blast_tally(log_id))
    db.session.execute(
        update(MessageLog).where(MessageLog.id == log_id).values(status=status, finished_at=moment)
    )
    _copy_status_to_schedule(log_id, ScheduledBlastStatus(status.value), moment)


def cancel_blasts_of_other_carriers(carrier: str, moment: datetime) -> int:
    """Practice never becomes real: whatever is open on another carrier is cancelled.

    Says how many texts.
    """
    why = "made in practice mode" if carrier == "twilio" else "made for Twilio"
    said = f"{why.capitalize()}, so it never left."
    db.session.execute(
        update(ScheduledMessage)
        .where(
            ScheduledMessage.carrier != carrier,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(status=ScheduledBlastStatus.CANCELLED, error_message=why)
    )
    logs = db.session.scalars(
        select(MessageLog.id).where(
            MessageLog.carrier != carrier, MessageLog.status.in_(OPEN_BLAST_STATUSES)
        )
    ).all()
    stopped = _cancel_queued_messages(Message.carrier != carrier, "other_carrier")
    for log_id in logs:
        db.session.execute(
            update(MessageLog)
            .where(MessageLog.id == log_id)
            .values(status=BlastStatus.CANCELLED, finished_at=moment, pause_reason=said)
        )
        _copy_status_to_schedule(log_id, ScheduledBlastStatus.CANCELLED, moment)
    return stopped


def update_sender_of_unsent(sender: str, carrier: str) -> None:
    """What has not left will leave from this sender now, whatever it was when it was confirmed:
    the rows say so too.

    A fault of a sender pauses the blasts of that sender; a blast under an old name would go on
    and meet it again.
    """
    waiting = (
        (ScheduledMessage, ScheduledMessage.status == ScheduledBlastStatus.PENDING),
        (MessageLog, MessageLog.status.in_(OPEN_BLAST_STATUSES)),
        (Message, Message.status == MessageStatus.QUEUED),
    )
    for table, which in waiting:
        others = (
            update(table)
            .where(which, table.carrier == carrier, table.sender != sender)
            .values(sender=sender)
        )
        db.session.execute(others.execution_options(synchronize_session=False))


def _cancel_queued_messages(which: ColumnElement[bool], reason: str) -> int:
    statement = (
        update(Message)
        .where(which, Message.status == MessageStatus.QUEUED)
        .values(status=MessageStatus.CANCELLED, reason=reason)
    )
    return execute_and_count_rows(statement)


def _copy_status_to_schedule(log_id: int, status: ScheduledBlastStatus, moment: datetime) -> None:
    statement = (
        update(ScheduledMessage)
        .where(
            ScheduledMessage.message_log_id == log_id,
            ScheduledMessage.status == ScheduledBlastStatus.PROCESSING,
        )
        .values(
            status=status,
            sent_at=moment if status == ScheduledBlastStatus.SENT else None,
        )
    )
    db.session.execute(statement)
