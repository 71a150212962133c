"""What the rule of a segment asks of texts: who was texted when, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, exists, func, select, type_coerce
from sqlalchemy.orm import aliased

from app.delivery.models import Message, MessageLog
from app.delivery.queries.outcome_recipients import select_outcome_message_ids
from app.delivery.reply_models import BlastReply
from app.domain.delivery.blast_outcomes import BlastOutcome
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    NEVER_SENT_STATUSES,
    MessageDirection,
    MessageKind,
    MessageStatus,
)

# What we text of our own accord; automatic answers do not count as "texted".
BEGINNING_KINDS = (MessageKind.BLAST, MessageKind.REMINDER, MessageKind.REPLY)
# On its way, or arrived as far as we know.
TEXTED_STATUSES = (
    MessageStatus.QUEUED,
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    *ACCEPTED_STATUSES,
)
UNSENT_STATUSES = (*NEVER_SENT_STATUSES, MessageStatus.NOT_SENT)


def exists_blast(log_id: int) -> ColumnElement[bool]:
    """Return the condition that a blast is there, for any select."""
    log = aliased(MessageLog)
    return exists().where(log.id == log_id).correlate_except(log)


def was_texted_since(phone: Any, moment: datetime) -> ColumnElement[bool]:
    """Return the condition that a phone was texted since a moment, or is about to be."""
    text = aliased(Message)
    texted = select(text.phone).where(
        text.created_at >= moment,
        text.direction == MessageDirection.OUTBOUND,
        text.kind.in_(BEGINNING_KINDS),
        text.status.in_(TEXTED_STATUSES),
    )
    condition: ColumnElement[bool] = phone.in_(texted)
    return condition


def select_texts_since(moment: datetime) -> Select[int]:
    """Select the ids of all texts since a moment, to be counted by their index."""
    return select(Message.id).where(Message.created_at >= moment)


def has_last_text_in(phone: Any, statuses: tuple[MessageStatus, ...]) -> ColumnElement[bool]:
    """Return the condition that the newest text that left for a phone has one of these statuses."""
    text = aliased(Message)
    newest = (
        select(text.status)
        .where(
            text.phone == phone,
            text.direction == MessageDirection.OUTBOUND,
            text.kind != MessageKind.TEST,
            text.status.not_in(UNSENT_STATUSES),
        )
        .order_by(text.id.desc())
        .limit(1)
        .correlate_except(text)
        .scalar_subquery()
    )
    # Who was never texted has no status: NULL would be neither true nor false.
    status = func.coalesce(type_coerce(newest, String), "")
    return status.in_([status.value for status in statuses])


def has_replied_to_blast(phone: Any, log_id: int) -> ColumnElement[bool]:
    """Return the condition that a phone replied to a blast with anything but STOP."""
    text, reply = aliased(Message), aliased(BlastReply)
    replied = (
        select(text.phone)
        .join_from(reply, text, text.id == reply.blast_message_id)
        .where(and_(reply.message_log_id == log_id, reply.answer.is_not(None)))
    )
    condition: ColumnElement[bool] = phone.in_(replied)
    return condition


def has_not_replied_to_blast(phone: Any, log_id: int) -> ColumnElement[bool]:
    """Return the condition that a phone got a blast, and nothing came back."""
    text = aliased(Message)
    silent = select_outcome_message_ids(log_id, BlastOutcome.NO_REPLY)
    condition: ColumnElement[bool] = phone.in_(select(text.phone).where(text.id.in_(silent)))
    return condition


def select_last_texted_at(phone: Any) -> ColumnElement[Any]:
    """Select when a phone was texted last, or is about to be, as a column of lists."""
    text = aliased(Message)
    newest = (
        select(text.created_at)
        .where(
            text.phone == phone,
            text.direction == MessageDirection.OUTBOUND,
            text.kind.in_(BEGINNING_KINDS),
            text.status.in_(TEXTED_STATUSES),
        )
        .order_by(text.id.desc())
        .limit(1)
    )
    return newest.correlate_except(text).scalar_subquery()
