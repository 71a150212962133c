"""The rehearsal of a blast, and the lists of blasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from app.community import queries as community
from app.delivery.models import Message, MessageLog, ScheduledMessage
from app.domain.audience import Person, Rehearsal, rehearse
from app.domain.blast_states import LogStatus, MessageStatus, Target
from app.domain.permission import LeftOut
from app.events import queries as events
from app.kit.db import db
from app.kit.pages import Asked, Page, last_page

FAILED = (MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.OPTED_OUT)
# The chips above a blast's people: word -> statuses.
FILTERS: dict[str, tuple[MessageStatus, ...]] = {
    "failed": FAILED,
    "unknown": (MessageStatus.UNKNOWN, MessageStatus.NOT_SENT),
    "waiting": (MessageStatus.QUEUED, MessageStatus.SUBMITTING),
    "sent": (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.NO_RECEIPT),
    "delivered": (MessageStatus.DELIVERED,),
    "left_out": (MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.EXPIRED),
}


class EventGone(Exception):
    """The event of a blast does not exist any more. It never becomes a blast to the community."""


def rehearsal(target: Target, event_id: int | None, template: str, footer: str | None) -> Rehearsal:
    """Who would get what if the blast left now: the review page shows it, release makes rows of it.

    Raises EventGone.
    """
    return rehearse(_people(_pool(target, event_id)), template, footer)


def _pool(target: Target, event_id: int | None) -> Select[Any]:
    if target == Target.COMMUNITY:
        return community.pool()
    if event_id is None or events.event(event_id) is None:
        raise EventGone
    return events.pool(event_id)


def _people(pool: Select[Any]) -> list[Person]:
    rows = db.session.execute(pool)
    return [Person(name, phone, LeftOut(reason) if reason else None) for name, phone, reason in rows]


def scheduled(scheduled_id: int) -> ScheduledMessage | None:
    """One scheduled blast."""
    return db.session.get(ScheduledMessage, scheduled_id)


def log(log_id: int) -> MessageLog | None:
    """One blast as sent."""
    return db.session.get(MessageLog, log_id)


def schedule_of(log_id: int) -> ScheduledMessage | None:
    """What the blast was confirmed as."""
    return db.session.scalar(select(ScheduledMessage).where(ScheduledMessage.message_log_id == log_id).limit(1))


def scheduled_page(asked: Asked) -> Page:
    """Scheduled blasts, those that still wait first, by time; then the ended ones, the latest first."""
    total = db.session.scalar(select(func.count()).select_from(ScheduledMessage)) or 0
    asked = last_page(total, asked)
    waiting = ScheduledMessage.status == "pending"
    rows = select(ScheduledMessage).order_by(
        waiting.desc(),
        func.iif(waiting, ScheduledMessage.scheduled_at, None),
        ScheduledMessage.scheduled_at.desc(),
        ScheduledMessage.id.desc(),
    )
    return Page(db.session.scalars(rows.offset(asked.offset).limit(asked.per_page)).all(), total, asked)


def logs_page(asked: Asked) -> Page:
    """Blasts as sent, the latest first. `search` looks in their texts."""
    rows = select(MessageLog)
    if asked.search:
        rows = rows.where(MessageLog.message_body.icontains(asked.search, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    asked = last_page(total, asked)
    rows = rows.order_by(MessageLog.id.desc()).offset(asked.offset).limit(asked.per_page)
    return Page(db.session.scalars(rows).all(), total, asked)


def people_page(log_id: int, chosen: str, asked: Asked) -> Page:
    """The people of one blast, failed ones first; `chosen` is one of FILTERS or "" for all."""
    rows = select(Message).where(Message.message_log_id == log_id)
    if chosen in FILTERS:
        rows = rows.where(Message.status.in_(FILTERS[chosen]))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    asked = last_page(total, asked)
    rows = rows.order_by(Message.status.in_(FAILED).desc(), Message.id)
    return Page(db.session.scalars(rows.offset(asked.offset).limit(asked.per_page)).all(), total, asked)


@dataclass(frozen=True)
class Result:
    """One line of a log's results, as exports and `MessageLog.results` of the first design read it."""

    phone: str
    name: str | None
    success: bool
    error: str | None


def export_slice(log_id: int, after_id: int, most: int = 1000) -> Sequence[Message]:
    """The next rows of one blast in id order: exports are read in slices."""
    rows = select(Message).where(Message.message_log_id == log_id, Message.id > after_id)
    return db.session.scalars(rows.order_by(Message.id).limit(most)).all()


def running() -> Sequence[MessageLog]:
    """Blasts that are being sent or paused, for the first page."""
    open_now = MessageLog.status.in_((LogStatus.PROCESSING, LogStatus.PAUSED))
    return db.session.scalars(select(MessageLog).where(open_now).order_by(MessageLog.id.desc()).limit(5)).all()
