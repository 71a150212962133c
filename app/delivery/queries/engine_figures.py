"""Figures about sending, for a program that watches. Each walks along a small index."""

from typing import NamedTuple

from sqlalchemy import func, select

from app.core.db import db
from app.delivery.models import MessageLog
from app.delivery.sql.engine_figures import COUNT_QUEUE, QUEUE_STATES

COUNT = func.count()


class BlastFigures(NamedTuple):
    """Released blasts of one state: how many, and how many of their texts went well or failed."""

    status: str
    blasts: int
    sent: int
    failed: int


def count_queue_by_state() -> dict[str, int]:
    """Return how many texts wait, are held, are being sent, and wait for news of the carrier."""
    counts = COUNT_QUEUE.fetch_first_row() or ()
    return dict(zip(QUEUE_STATES, counts, strict=True))


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
