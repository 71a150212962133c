"""Three practice phones to watch while a blast arrives: those that answered last, then others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_reply_people import find_reply_bodies
from app.delivery.queries.recipient_scope import list_seen_conditions
from app.delivery.reply_models import BlastReply
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES, MessageStatus

WATCHED_PHONES = 3


@dataclass(frozen=True)
class WatchedPhone:
    """A phone (E.164): whose it is, the text it got, its status, and what was texted back
    ("": nothing).
    """

    phone: str
    name: str
    body: str
    status: MessageStatus
    reply: str


def list_watched_phones(log: MessageLog) -> list[WatchedPhone]:
    """Return up to three phones of people in scope that have the text of a blast."""
    answered = (
        select(Message)
        .join(BlastReply, BlastReply.blast_message_id == Message.id)
        .where(BlastReply.message_log_id == log.id, *list_seen_conditions(log))
        .order_by(BlastReply.reply_id.desc())
        .limit(WATCHED_PHONES)
    )
    rows = list(db.session.scalars(answered))
    if len(rows) < WATCHED_PHONES:
        rows += _list_other_rows(log, rows)
    replies = find_reply_bodies(rows)
    phones = []
    for row in rows:
        name, reply = row.name or row.phone, replies.get(row.id, "")
        phones.append(WatchedPhone(row.phone, name, row.body, row.status, reply))
    return phones


def _list_other_rows(log: MessageLog, rows: Sequence[Message]) -> Sequence[Message]:
    statement = (
        select(Message)
        .where(
            Message.message_log_id == log.id,
            Message.status.in_(ACCEPTED_STATUSES),
            Message.id.not_in([row.id for row in rows]),
            *list_seen_conditions(log),
        )
        .limit(WATCHED_PHONES - len(rows))
    )
    return db.session.scalars(statement).all()
