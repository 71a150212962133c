"""Pause, resume and stop released blasts, and take one person's messages out of the queue."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update

from app.core.clock import now
from app.core.db import db, execute_and_count_rows, update_row
from app.delivery.actions import sender_throttle
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_messages import get_blast_tally
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql import engine_state, queued_messages
from app.delivery.sql.queue_filters import IS_WAITING
from app.domain.delivery.message_statuses import (
    OPEN_BLAST_STATUSES,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
    compute_final_blast_status,
)
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.limits.allowances import ReachedLimit

PAUSED_BY_PERSON = "person"
MADE_FOR_TWILIO_REASON = (
    "This blast was made for Twilio, but SMS Admin is running without Twilio's settings "
    "(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and a sender). Set them again and resume, or stop "
    "the rest."
)
# What is sent without a person: now, or after the limit of a day in the morning.
IS_SENT_UNATTENDED = or_(
    MessageLog.status == BlastStatus.PROCESSING,
    and_(
        MessageLog.status == BlastStatus.PAUSED,
        MessageLog.pause_code == ReachedLimit.TEXTS_A_DAY.value,
    ),
)
UNCOUNTABLE = "Some of this blast's rows cannot be read. Run: python -m app.dbdoctor --doctor."


def pause_blast(log_id: int) -> bool:
    """Pause a blast that is being sent; return whether it was.

    No message of it is claimed after this commit; what is in flight gets its answer. One that the
    limit of a day stopped is not continued in the morning any more.
    """
    is_meant = and_(MessageLog.id == log_id, IS_SENT_UNATTENDED)
    return _pause_blasts(is_meant, PAUSED_BY_PERSON, None) == [log_id]


def pause_blasts_for_fault(condition: ColumnElement[bool], reason: str, code: int) -> list[int]:
    """Pause every running blast that meets `condition`; return the ids of those it paused.

    `reason`: the cause in words. `code`: the carrier's number for it. Inside write().
    """
    is_running = MessageLog.status == BlastStatus.PROCESSING
    return _pause_blasts(and_(condition, is_running), reason, code)


def _pause_blasts(condition: ColumnElement[bool], reason: str, code: int | None) -> list[int]:
    statement = (
        update(MessageLog)
        .where(condition)
        .values(
            status=BlastStatus.PAUSED,
            pause_reason=reason,
            pause_code=code,
            proven=False,
        )
        .returning(MessageLog.id)
    )
    return sorted(db.session.scalars(statement))


def resume_blast(log_id: int, moment: datetime | None = None, *, ends_hold: bool = True) -> bool:
    """Go on with a paused blast; return whether it was paused. Inside write().

    Its next message goes alone until the carrier accepts one. Failures before `moment` (UTC,
    default now) no longer count towards a pause, and a hold on its sender ends (`ends_hold`).
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
    if ends_hold:
        sender_throttle.release_sender_hold(resumed.sender, resumed.carrier)
    return True


def stop_blast(log_id: int, moment: datetime) -> int | None:
    """Cancel what of a blast has not left; return how many messages, None when it had ended.

    Inside write().
    """
    statement = (
        update(MessageLog)
        .where(MessageLog.id == log_id, MessageLog.status.in_(OPEN_BLAST_STATUSES))
        .values(status=BlastStatus.CANCELLED, finished_at=moment)
    )
    if execute_and_count_rows(statement) == 0:
        return None
    cancelled_count = _cancel_queued_messages(Message.message_log_id == log_id, "stopped")
    _copy_status_to_schedule(log_id, ScheduledBlastStatus.CANCELLED, moment)
    return cancelled_count


def skip_queued_messages(phone: str, reason: SkipReason) -> int:
    """Skip every queued message to a number, in every blast; return how many.

    Kind system still goes: it confirms the opt-out. Inside write().
    """
    return queued_messages.SKIP_QUEUED_OF_PHONE.execute(recipient=phone, skip_reason=reason.value)


def cancel_queued_system_replies(phone: str) -> int:
    """Cancel the queued confirmations (kind system) to a number that has texted again.

    They answer what the person wrote before. Returns how many. Inside write().
    """
    return queued_messages.CANCEL_SYSTEM_REPLIES.execute(recipient=phone)


def close_finished_blasts(moment: datetime) -> list[int]:
    """End every open blast with nothing left to send, and its schedule; return their ids.

    Inside write().
    """
    # One statement finds them, and mostly there are none: this runs with each tick.
    finished_ids = list_finished_blast_ids()
    for log_id in finished_ids:
        close_blast(log_id, moment)
    return finished_ids


def list_finished_blast_ids() -> list[int]:
    """Return the ids of the open blasts with nothing left to send. A read."""
    return [row[0] for row in engine_state.SELECT_FINISHED_BLASTS.fetch_json()]


def fail_blast(log_id: int, moment: datetime) -> None:
    """End a blast whose messages cannot even be counted. Inside write()."""
    values = {"status": BlastStatus.FAILED, "finished_at": moment, "pause_reason": UNCOUNTABLE}
    update_row(MessageLog, log_id, values)
    _copy_status_to_schedule(log_id, ScheduledBlastStatus.FAILED, moment)


def close_blast(log_id: int, moment: datetime) -> None:
    """End one blast with nothing left to send, as its messages ended. Inside write()."""
    status = compute_final_blast_status(get_blast_tally(log_id))
    db.session.execute(
        update(MessageLog).where(MessageLog.id == log_id).values(status=status, finished_at=moment)
    )
    _copy_status_to_schedule(log_id, ScheduledBlastStatus(status.value), moment)


def reopen_blast(log_id: int) -> bool:
    """Let an ended blast go on with what was queued since; return whether it had ended.

    A stopped one stays stopped. It goes on as it was: failures before count as they did. Inside
    write().
    """
    reopened_count = execute_and_count_rows(
        update(MessageLog)
        .where(
            MessageLog.id == log_id, MessageLog.status.in_((BlastStatus.SENT, BlastStatus.FAILED))
        )
        .values(status=BlastStatus.PROCESSING, finished_at=None)
    )
    if not reopened_count:
        return False
    db.session.execute(
        update(ScheduledMessage)
        .where(
            ScheduledMessage.message_log_id == log_id,
            ScheduledMessage.status.in_((ScheduledBlastStatus.SENT, ScheduledBlastStatus.FAILED)),
        )
        .values(status=ScheduledBlastStatus.PROCESSING, sent_at=None, error_message=None)
    )
    return True


def end_blasts_of_other_carriers(carrier: str, moment: datetime) -> int:
    """Cancel or hold what is open on another carrier; return how many texts were cancelled.

    What was made for practice never leaves through the real carrier. What was made for the real
    one waits: its settings may be missing for one start only, as when .env was lost. Inside
    write().
    """
    if carrier != "twilio":
        _hold_blasts_of_other_carriers(carrier)
        return 0
    reason = "made in practice mode"
    db.session.execute(
        update(ScheduledMessage)
        .where(
            ScheduledMessage.carrier != carrier,
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        )
        .values(status=ScheduledBlastStatus.CANCELLED, error_message=reason)
    )
    log_ids = db.session.scalars(
        select(MessageLog.id).where(
            MessageLog.carrier != carrier, MessageLog.status.in_(OPEN_BLAST_STATUSES)
        )
    ).all()
    cancelled_count = _cancel_queued_messages(Message.carrier != carrier, "other_carrier")
    values = {
        "status": BlastStatus.CANCELLED,
        "finished_at": moment,
        "pause_reason": f"{reason.capitalize()}, so it was not sent.",
    }
    for log_id in log_ids:
        update_row(MessageLog, log_id, values)
        _copy_status_to_schedule(log_id, ScheduledBlastStatus.CANCELLED, moment)
    return cancelled_count


def _hold_blasts_of_other_carriers(carrier: str) -> None:
    db.session.execute(
        update(MessageLog)
        .where(MessageLog.carrier != carrier, MessageLog.status == BlastStatus.PROCESSING)
        .values(
            status=BlastStatus.PAUSED,
            pause_reason=MADE_FOR_TWILIO_REASON,
            pause_code=None,
            proven=False,
        )
    )


def update_sender_of_unsent(sender: str, carrier: str) -> None:
    """Set the sender of everything that has not left to the one in use. Inside write().

    Everything leaves from that sender anyway. A fault of a sender pauses the blasts of that sender;
    a blast under a former one would go on and meet the fault again.
    """
    open_rows = (
        (ScheduledMessage, ScheduledMessage.status == ScheduledBlastStatus.PENDING),
        (MessageLog, MessageLog.status.in_(OPEN_BLAST_STATUSES)),
        (Message, IS_WAITING),
    )
    for model, is_open in open_rows:
        statement = (
            update(model)
            .where(is_open, model.carrier == carrier, model.sender != sender)
            .values(sender=sender)
        )
        # No objects to keep in step: whoever acquires the lead has loaded none.
        db.session.execute(statement.execution_options(synchronize_session=False))


def _cancel_queued_messages(condition: ColumnElement[bool], reason: str) -> int:
    return execute_and_count_rows(
        update(Message)
        .where(condition, Message.status == MessageStatus.QUEUED)
        .values(status=MessageStatus.CANCELLED, reason=reason)
    )


def _copy_status_to_schedule(log_id: int, status: ScheduledBlastStatus, moment: datetime) -> None:
    """Give the scheduled blast that was released as this log the status of the log."""
    sent_at = moment if status == ScheduledBlastStatus.SENT else None
    db.session.execute(
        update(ScheduledMessage)
        .where(
            ScheduledMessage.message_log_id == log_id,
            ScheduledMessage.status == ScheduledBlastStatus.PROCESSING,
        )
        .values(status=status, sent_at=sent_at)
    )
