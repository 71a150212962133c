"""What will be sent: the blasts that wait for their time, and the texts that wait for hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from app.core.db import db
from app.delivery.models import Message
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql.queue_filters import IS_HELD
from app.domain.delivery.message_statuses import ScheduledBlastStatus


class HeldTotal(NamedTuple):
    """How many texts of a blast wait until the same moment (UTC)."""

    log_id: int
    until: datetime
    people_count: int


def list_pending_blasts(
    carrier: str, start: datetime | None, end: datetime, limit: int
) -> Sequence[ScheduledMessage]:
    """Return the first `limit` blasts that wait and are due before `end`, the next first.

    `start`: only those due from then on; None: also those that are late.
    """
    statement = select(ScheduledMessage).where(
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.carrier == carrier,
        ScheduledMessage.scheduled_at < end,
    )
    if start is not None:
        statement = statement.where(ScheduledMessage.scheduled_at >= start)
    statement = statement.order_by(ScheduledMessage.scheduled_at, ScheduledMessage.id)
    return db.session.scalars(statement.limit(limit)).all()


def list_held_totals(carrier: str, start: datetime | None, end: datetime) -> list[HeldTotal]:
    """Return how many texts of each blast wait until a moment before `end`; `start` as above.

    Reads one index alone.
    """
    statement = (
        select(Message.message_log_id, Message.held_until, func.count())
        .where(IS_HELD, Message.carrier == carrier, Message.held_until < end)
        .group_by(Message.held_until, Message.message_log_id)
    )
    if start is not None:
        statement = statement.where(Message.held_until >= start)
    rows = db.session.execute(statement)
    totals = []
    for log_id, until, count in rows:
        if log_id is not None and until is not None:
            totals.append(HeldTotal(log_id, until, count))
    return totals


def list_held_phones(carrier: str, start: datetime | None, end: datetime) -> list[str]:
    """Return the number of each text that waits until a moment before `end`; `start` as above."""
    statement = select(Message.phone).where(
        IS_HELD, Message.carrier == carrier, Message.held_until < end
    )
    if start is not None:
        statement = statement.where(Message.held_until >= start)
    return list(db.session.scalars(statement))
