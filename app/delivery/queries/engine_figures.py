"""Figures about sending, for a program that watches. Each walks along a small index."""

from typing import NamedTuple

from sqlalchemy import func, select

from app.core.db import db
from app.delivery.models import MessageLog, messages
from app.delivery.sql.queue_filters import IS_CLAIMABLE, IS_HELD
from app.domain.delivery.message_statuses import MessageStatus

COUNT = func.count()


class BlastFigures(NamedTuple):
    """Released blasts of one state: how many, and how many of their texts went well or failed."""

    status: str
    blasts: int
    sent: int
    failed: int


def count_queue_by_state() -> dict[str, int]:
    """Return how many texts wait, are held, are being sent, and wait for news of the carrier."""
    conditions = {
        "waiting": IS_CLAIMABLE,
        "held": IS_HELD,
        "sending": messages.c.status == MessageStatus.SUBMITTING,
        "without_news": messages.c.look_up_at.is_not(None),
    }
    counts = (
        select(COUNT).where(condition).select_from(messages).scalar_subquery().label(name)
        for name, condition in conditions.items()
    )
    return dict(db.session.execute(select(*counts)).one()._mapping)


def list_blast_figures() -> list[BlastFigures]:
    """Return the figures of blasts by state. The triggers keep the counts: no text is read."""
    rows = db.session.execute(
        select(
            MessageLog.status,
            COUNT,
            func.sum(MessageLog.success_count),
            func.sum(MessageLog.failure_count),
        ).group_by(MessageLog.status)
    )
    return [BlastFigures(status, blasts, sent, failed) for status, blasts, sent, failed in rows]
