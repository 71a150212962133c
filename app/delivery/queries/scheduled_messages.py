"""Blasts that wait for their time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Row, func, or_, select

from app.core.db import db
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.approval_states import ApprovalState
from app.domain.delivery.message_statuses import ScheduledBlastStatus

ALWAYS_DUE = datetime(2000, 1, 1, tzinfo=UTC)
# What waits for approval or was declined is not due, however late it is; nothing may claim it.
NEEDS_NO_APPROVAL = or_(
    ScheduledMessage.approval.is_(None), ScheduledMessage.approval == ApprovalState.APPROVED
)


def find_next_due_time(carrier: str) -> datetime | None:
    """Return when the next pending blast is due (UTC); None when there is none.

    A time that is no time counts as due: whoever releases finds that row and sets it aside.
    """
    pending = select(func.min(ScheduledMessage.scheduled_at)).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.held_reason.is_(None),
        NEEDS_NO_APPROVAL,
    )
    try:
        return db.session.scalar(pending)
    except (ValueError, TypeError):
        db.session.rollback()
        return ALWAYS_DUE


def list_due_blast_ids(carrier: str, moment: datetime) -> Sequence[int]:
    """Return the ids of the pending blasts that are due at `moment`, the oldest first."""
    pending = (
        select(ScheduledMessage.id)
        .where(
            ScheduledMessage.status == ScheduledBlastStatus.PENDING,
            ScheduledMessage.carrier == carrier,
            ScheduledMessage.scheduled_at <= moment,
            ScheduledMessage.held_reason.is_(None),
            NEEDS_NO_APPROVAL,
        )
        .order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id)
    )
    return db.session.scalars(pending).all()


def list_overdue_blasts(carrier: str, moment: datetime) -> Sequence[Row[int, datetime]]:
    """Return (id, scheduled_at) of the pending blasts that were due before `moment`.

    Not those of another carrier, whose settings may be missing for a while, and not those that are
    held for a person or wait for approval.
    """
    late = select(ScheduledMessage.id, ScheduledMessage.scheduled_at).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.scheduled_at < moment,
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.held_reason.is_(None),
        NEEDS_NO_APPROVAL,
    )
    return db.session.execute(late).all()


def find_blast_by_token(client_token: str) -> int | None:
    """Return the id of the blast that was confirmed with this one-time token, or None."""
    return db.session.scalar(
        select(ScheduledMessage.id).where(ScheduledMessage.client_token == client_token)
    )
