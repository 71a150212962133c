"""Hold everything back while the database may be an older state or a copy, and let go again."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, update

from app.core.db import db, execute_and_count_rows
from app.delivery.actions.blast_control import IS_SENT_UNATTENDED
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.installation_models import Installation
from app.delivery.models import Message, MessageLog
from app.delivery.queries.installation import find_database_moment, load_installation
from app.delivery.sql.queue_filters import IS_WAITING
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.installation_rules import HOLD_LABELS, HOLD_PAUSE_REASONS, HoldReason
from app.domain.delivery.message_statuses import BlastStatus, MessageDirection, MessageStatus

HOLD_FIX = "The Sending page says what to do."
RESTORED_REASON = "restored"
GONE_ON_TEXT = "An admin continued without Twilio's list."


def hold_sending(reason: HoldReason, carrier: str, moment: datetime) -> None:
    """Let nothing leave until a person has looked, and say why. Inside write().

    Blasts that were being sent are paused, single texts that waited become not sent: each may
    have left already. Idempotent; the moment of the database is kept from the first time.
    """
    row = load_installation()
    is_new = row.hold_reason != reason
    values: dict[str, Any] = {"hold_reason": reason.value, "checked_epoch": None}
    if row.hold_since is None:
        values |= {"hold_since": find_database_moment(carrier) or moment, "held_at": moment}
    _update_installation(**values)
    pause_running_blasts(reason, carrier)
    _put_aside_single_texts(carrier)
    _look_up_soon(carrier, moment)
    if is_new:
        cause = f"Nothing is being sent: {HOLD_LABELS[reason]}."
        notice = build_notice(AlertEvent.SENDING_HELD, cause, HOLD_FIX, moment)
        tell_admins(notice, "/sending")


def has_running_blasts(carrier: str) -> bool:
    """Whether something is sent through `carrier` without a person. A read."""
    running = exists().where(IS_SENT_UNATTENDED, MessageLog.carrier == carrier)
    return bool(db.session.scalar(select(running)))


def pause_running_blasts(reason: HoldReason, carrier: str) -> int:
    """Pause what is being sent through `carrier`; return how many blasts. Inside write().

    Also what the limit of a day stopped: only a person continues it now.
    """
    return execute_and_count_rows(
        update(MessageLog)
        .where(IS_SENT_UNATTENDED, MessageLog.carrier == carrier)
        .values(
            status=BlastStatus.PAUSED,
            pause_reason=HOLD_PAUSE_REASONS[reason],
            pause_code=None,
            proven=False,
        )
    )


def _put_aside_single_texts(carrier: str) -> None:
    db.session.execute(
        update(Message)
        .where(
            IS_WAITING,
            Message.carrier == carrier,
            Message.direction == MessageDirection.OUTBOUND,
            Message.message_log_id.is_(None),
        )
        .values(status=MessageStatus.NOT_SENT, reason=RESTORED_REASON)
    )


def _look_up_soon(carrier: str, moment: datetime) -> None:
    """Look up at once what has no final result: its receipts came to the newer database."""
    has_no_news = or_(
        Message.status == MessageStatus.UNKNOWN,
        Message.status.in_((MessageStatus.ACCEPTED, MessageStatus.SENT))
        & Message.look_up_at.is_not(None),
    )
    db.session.execute(
        update(Message)
        .where(has_no_news, Message.carrier == carrier)
        .values(look_up_at=moment)
        .execution_options(synchronize_session=False)
    )


def mark_checked(epoch: int) -> None:
    """Let this lead send: the comparison was passed. Inside write()."""
    _update_installation(checked_epoch=epoch)


def ensure_installation_id() -> None:
    """Give the installation a random id unless it has one. Inside write()."""
    _update_installation(
        installation_id=func.coalesce(Installation.installation_id, secrets.token_hex(16))
    )


def identify_installation(machine: str, path: str) -> None:
    """Note on which machine and where the installation is. Inside write()."""
    _update_installation(machine=machine, path=path)


def end_hold(armed_count: int, words: str, moment: datetime) -> None:
    """Let texts leave again after Reconcile. Inside write().

    `armed_count`: at least what the file beside the database says. `words`: what was found. The
    engine compares once more before it sends.
    """
    _update_installation(
        hold_reason=None,
        hold_since=None,
        held_at=None,
        checked_epoch=None,
        reconcile_requested_at=None,
        reconciled_at=moment,
        reconcile_words=words,
        armed_count=armed_count,
    )


def end_hold_unreconciled(armed_count: int, moment: datetime) -> bool:
    """End the hold although Reconcile could not read the carrier's list; return whether it ended.

    Only after Reconcile has failed: a person has read what that means. Inside write().
    """
    row = load_installation()
    if row.hold_reason is None or row.reconcile_requested_at or not row.reconcile_words:
        return False
    end_hold(max(armed_count, row.armed_count), GONE_ON_TEXT, moment)
    return True


def request_reconcile(moment: datetime) -> bool:
    """Ask the engine for Reconcile; return whether anything is held. Inside write()."""
    if load_installation().hold_reason is None:
        return False
    _update_installation(reconcile_requested_at=moment, reconcile_words=None)
    return True


def store_reconcile_failure(words: str) -> None:
    """Say why Reconcile did not come to its end; the hold stays. Inside write()."""
    _update_installation(reconcile_requested_at=None, reconcile_words=words)


def take_over_installation() -> bool:
    """Make a copy an installation of its own; return whether it was held as one. Inside write().

    A person has said that the first one is gone. What that one sent meanwhile is compared with
    the carrier at once, before anything leaves.
    """
    row = load_installation()
    if row.hold_reason != HoldReason.CLONE:
        return False
    _update_installation(
        installation_id=None,
        machine=None,
        path=None,
        hold_reason=None,
        hold_since=None,
        held_at=None,
        checked_epoch=None,
    )
    return True


def _update_installation(**values: Any) -> None:
    statement = update(Installation).where(Installation.id == 1).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))
