"""The blasts to a group or segment: those that wait or run, those that were sent, and when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from app.core.db import db
from app.delivery.audience_models import BlastAudiencePart, PartRole
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.audience_rules import PartKind
from app.domain.delivery.blast_labels import NamedBlast, format_blast_title, name_blast
from app.domain.delivery.message_statuses import BlastStatus, ScheduledBlastStatus

MAX_SHOWN_BLASTS = 5
MAX_NAMED_BLASTS = 3


class ListInUse(Exception):
    """Blasts to a group or segment wait or are being sent: it cannot be deleted."""

    def __init__(self, waiting: Sequence[ScheduledMessage], running: Sequence[MessageLog]) -> None:
        super().__init__(f"{len(waiting)} blasts wait, {len(running)} are being sent")
        self.waiting = waiting
        self.running = running

    def explain(self, reason: str, opening: str = "Not deleted") -> str:
        """Return why it is not deleted, with its blasts by name and what to do first."""
        blasts: list[NamedBlast] = [*self.waiting, *self.running]
        titles = [f"“{name_blast(blast)}”" for blast in blasts]
        names = ", ".join(titles[:MAX_NAMED_BLASTS])
        if len(titles) > MAX_NAMED_BLASTS:
            names += f" and {len(titles) - MAX_NAMED_BLASTS:,} more"
        steps = []
        if self.waiting:
            steps.append("cancel what is scheduled")
        if self.running:
            steps.append("stop what is being sent, or let it finish")
        return f"{opening}: {reason} ({names}). First {' and '.join(steps)}."


def find_last_texted_times(
    list_ids: Collection[int], kind: PartKind = PartKind.GROUP
) -> dict[int, datetime]:
    """Return when the newest blast to each list was sent, tests aside; never texted: missing."""
    log, part = MessageLog, BlastAudiencePart
    statement = (
        select(part.ref_id, func.max(log.created_at))
        .join_from(part, log, log.audience_id == part.audience_id)
        .where(
            part.kind == kind,
            part.ref_id.in_(list_ids),
            part.role == PartRole.INCLUDE,
            log.test_mode.is_(False),
        )
        .group_by(part.ref_id)
    )
    return {list_id: moment for list_id, moment in db.session.execute(statement) if list_id}


def _select_audience_ids(kind: PartKind, ref_id: int, *roles: PartRole) -> Select[Any]:
    """Select the audiences that name a list in one of these roles; in any without roles."""
    part = BlastAudiencePart
    statement = select(part.audience_id).where(part.kind == kind, part.ref_id == ref_id)
    return statement.where(part.role.in_(roles)) if roles else statement


@dataclass(frozen=True)
class GroupBlast:
    """A blast to a group or segment: its title, and when it was sent, or is due where it waits."""

    id: int
    title: str
    moment: datetime
    is_waiting: bool


def list_group_blasts(list_id: int, kind: PartKind = PartKind.GROUP) -> Sequence[GroupBlast]:
    """Return the blasts to a group or segment that wait, then the newest that were sent.

    At most MAX_SHOWN_BLASTS of each; tests aside. One statement.
    """
    log, blast = MessageLog, ScheduledMessage
    audience_ids = _select_audience_ids(kind, list_id, PartRole.INCLUDE)
    sent = (
        select(literal(0), log.id, log.message_body, log.name, log.created_at)
        .where(log.audience_id.in_(audience_ids), log.test_mode.is_(False))
        .order_by(log.id.desc())
        .limit(MAX_SHOWN_BLASTS)
    )
    waiting = (
        select(literal(1), blast.id, blast.message_body, blast.name, blast.scheduled_at)
        .where(
            blast.audience_id.in_(audience_ids),
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


def list_waiting_blasts_of_list(kind: PartKind, ref_id: int) -> Sequence[ScheduledMessage]:
    """Return the blasts that wait for their time and name a list, the next first.

    Also those that leave its people out: without it they would go to more people.
    """
    blast = ScheduledMessage
    waiting = select(blast).where(
        blast.audience_id.in_(_select_audience_ids(kind, ref_id)),
        blast.status == ScheduledBlastStatus.PENDING,
    )
    return db.session.scalars(waiting.order_by(blast.scheduled_at, blast.id)).all()


def require_unused_list(kind: PartKind, ref_id: int) -> None:
    """Raise ListInUse while a blast that names a list waits, is being sent, or is paused."""
    log = MessageLog
    running = select(log).where(
        log.audience_id.in_(_select_audience_ids(kind, ref_id)),
        log.status.in_((BlastStatus.PROCESSING, BlastStatus.PAUSED)),
    )
    waiting_blasts = list_waiting_blasts_of_list(kind, ref_id)
    running_blasts = db.session.scalars(running.order_by(log.id)).all()
    if waiting_blasts or running_blasts:
        raise ListInUse(waiting_blasts, running_blasts)
