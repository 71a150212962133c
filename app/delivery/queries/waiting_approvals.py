"""Scheduled blasts that are not sent because no admin has approved them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.core.db import db
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.approval_states import ApprovalState
from app.domain.delivery.message_statuses import ScheduledBlastStatus

NOT_APPROVED = (ApprovalState.WAITING, ApprovalState.DECLINED)


def list_waiting_blasts(carrier: str = "") -> Sequence[ScheduledMessage]:
    """Return the blasts that wait for approval, the next first; `carrier`: only of that one."""
    statement = select(ScheduledMessage).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.approval == ApprovalState.WAITING,
    )
    if carrier:
        statement = statement.where(ScheduledMessage.carrier == carrier)
    ordered = statement.order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id)
    return db.session.scalars(ordered).all()


def list_declined_blasts(user_id: int) -> Sequence[ScheduledMessage]:
    """Return the blasts of a user that an admin declined and that are not edited yet."""
    statement = select(ScheduledMessage).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.approval == ApprovalState.DECLINED,
        ScheduledMessage.created_by_id == user_id,
    )
    return db.session.scalars(statement.order_by(ScheduledMessage.scheduled_at)).all()


def waits_for_approval(scheduled_id: int) -> bool:
    """Whether a scheduled blast waits until an admin approves it."""
    statement = select(ScheduledMessage.id).where(
        ScheduledMessage.id == scheduled_id,
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.approval == ApprovalState.WAITING,
    )
    return db.session.scalar(statement) is not None


def list_ended_unapproved_blasts(carrier: str, moment: datetime) -> Sequence[ScheduledMessage]:
    """Return the blasts that were not approved before `moment`, when they should be over."""
    statement = select(ScheduledMessage).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.approval.in_(NOT_APPROVED),
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.not_after <= moment,
    )
    return db.session.scalars(statement).all()


def list_blast_ids_of_series(series_id: int) -> Sequence[int]:
    """Return the ids of every blast of a series, sent or not."""
    statement = select(ScheduledMessage.id).where(ScheduledMessage.series_id == series_id)
    return db.session.scalars(statement).all()


def list_cancelled_ids(scheduled_ids: Sequence[int]) -> set[int]:
    """Return which of these blasts were canceled, expired or failed: nothing of them was sent."""
    unsent = (
        ScheduledBlastStatus.CANCELLED,
        ScheduledBlastStatus.EXPIRED,
        ScheduledBlastStatus.FAILED,
    )
    statement = select(ScheduledMessage.id).where(
        ScheduledMessage.id.in_(scheduled_ids),
        ScheduledMessage.status.in_(unsent),
        ScheduledMessage.message_log_id.is_(None),
    )
    return set(db.session.scalars(statement))


def list_judged_ids(scheduled_ids: Sequence[int]) -> set[int]:
    """Return which of these blasts an admin approved, declined or has to decide about."""
    statement = select(ScheduledMessage.id).where(
        ScheduledMessage.id.in_(scheduled_ids), ScheduledMessage.approval.is_not(None)
    )
    return set(db.session.scalars(statement))


def list_coming_reminders(
    author_ids: Sequence[int], carrier: str, until: datetime
) -> Sequence[ScheduledMessage]:
    """Return the reminders of events by these users that are due by `until`."""
    statement = select(ScheduledMessage).where(
        ScheduledMessage.created_by_id.in_(author_ids),
        ScheduledMessage.event_reminder_id.is_not(None),
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.scheduled_at <= until,
    )
    return db.session.scalars(statement).all()
