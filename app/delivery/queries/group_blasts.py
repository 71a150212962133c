"""The blasts to groups: those that wait or run, those that were sent, and when the last was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, union_all

from app.core.db import db
from app.delivery.models import MessageLog, ScheduledMessage
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.delivery.message_statuses import BlastStatus, ScheduledBlastStatus

MAX_SHOWN_BLASTS = 5


def find_last_texted_times(group_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the newest blast to each group was sent, tests aside; never texted: missing."""
    log = MessageLog
    statement = (
        select(log.audience_group_id, func.max(log.created_at))
        .where(log.audience_group_id.in_(group_ids), log.test_mode.is_(False))
        .group_by(log.audience_group_id)
    )
    return {group_id: moment for group_id, moment in db.session.execute(statement) if group_id}


@dataclass(frozen=True)
class GroupBlast:
    """A blast to a group: its title, and when it was sent, or is due where it waits."""

    id: int
    title: str
    moment: datetime
    is_waiting: bool


def list_group_blasts(group_id: int) -> Sequence[GroupBlast]:
    """Return the blasts to a group that wait, the next first, then the newest that were sent.

    At most MAX_SHOWN_BLASTS of each; tests aside. One statement.
    """
    log, blast = MessageLog, ScheduledMessage
    sent = (
        select(literal(0), log.id, log.message_body, log.name, log.created_at)
        .where(log.audience_group_id == group_id, log.test_mode.is_(False))
        .order_by(log.id.desc())
        .limit(MAX_SHOWN_BLASTS)
    )
    waiting = (
        select(literal(1), blast.id, blast.message_body, blast.name, blast.scheduled_at)
        .where(
            blast.audience_group_id == group_id,
            blast.status == ScheduledBlastStatus.PENDING,
            blast.test_mode.is_(False),
        )
        .order_by(blast.scheduled_at, blast.id)
        .limit(MAX_SHOWN_BLASTS)
    )
    rows = union_all(select(waiting.subquery()), select(sent.subquery()))
    return [
        GroupBlast(id_, format_blast_title(body, None, name), moment, bool(is_waiting))
        for is_waiting, id_, body, name, moment in db.session.execute(rows)
    ]


def list_waiting_group_blasts(group_id: int) -> Sequence[ScheduledMessage]:
    """Return the blasts to a group that wait for their time, the next first."""
    blast = ScheduledMessage
    waiting = select(blast).where(
        blast.audience_group_id == group_id, blast.status == ScheduledBlastStatus.PENDING
    )
    return db.session.scalars(waiting.order_by(blast.scheduled_at, blast.id)).all()


def list_running_group_blasts(group_id: int) -> Sequence[MessageLog]:
    """Return the blasts to a group that are being sent, or paused."""
    log = MessageLog
    running = select(log).where(
        log.audience_group_id == group_id,
        log.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED)),
    )
    return db.session.scalars(running.order_by(log.id)).all()
