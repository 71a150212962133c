"""The texts of one blast by what came of them, replies included."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select

from app.delivery.models import Message
from app.delivery.queries.superseded_rows import build_not_superseded_filter
from app.delivery.reply_models import BlastReply, ReplyAnswer
from app.delivery.sql.sending_purpose import select_has_left_blast_topic
from app.domain.delivery.blast_outcomes import BlastOutcome
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES, FAILED_STATUSES, MessageStatus
from app.suppression.queries.sending_permission import select_suppression_reason

OUTCOME_STATUSES: dict[BlastOutcome, tuple[MessageStatus, ...]] = {
    BlastOutcome.EVERYONE: ACCEPTED_STATUSES,
    BlastOutcome.NO_REPLY: ACCEPTED_STATUSES,
    BlastOutcome.DELIVERED: (MessageStatus.DELIVERED,),
    BlastOutcome.FAILED: FAILED_STATUSES,
    BlastOutcome.NOT_SENT: (
        MessageStatus.CANCELLED,
        MessageStatus.EXPIRED,
        MessageStatus.NOT_SENT,
    ),
}
OUTCOME_ANSWERS: dict[BlastOutcome, tuple[ReplyAnswer, ...]] = {
    BlastOutcome.REPLIED: tuple(ReplyAnswer),
    BlastOutcome.YES: (ReplyAnswer.YES,),
    BlastOutcome.NO: (ReplyAnswer.NO,),
    BlastOutcome.OTHER: (ReplyAnswer.OTHER,),
}


def select_outcome_message_ids(log_id: int, outcome: BlastOutcome) -> Select[Any]:
    """Select the ids of a blast's texts with this outcome."""
    if outcome in OUTCOME_ANSWERS:
        return select(BlastReply.blast_message_id).where(
            BlastReply.message_log_id == log_id,
            BlastReply.answer.in_(OUTCOME_ANSWERS[outcome]),
        )
    statement = select(Message.id).where(
        Message.message_log_id == log_id,
        Message.status.in_(OUTCOME_STATUSES[outcome]),
        build_not_superseded_filter(log_id),
    )
    return statement.where(_has_no_reply()) if outcome is BlastOutcome.NO_REPLY else statement


def _has_no_reply() -> ColumnElement[bool]:
    """Whether nothing came back, STOP included."""
    return ~exists().where(BlastReply.blast_message_id == Message.id)


def select_results_audience(log_id: int, outcome: BlastOutcome) -> Select[Any]:
    """Select (name, phone, left_out) of the people of a blast with this outcome, in its order.

    Erased people have no number any more and are not among them.
    """
    ids = select_outcome_message_ids(log_id, outcome)
    return (
        select(Message.name, Message.phone, _select_left_out().label("left_out"))
        .where(and_(Message.id.in_(ids), Message.phone.startswith("+")))
        .order_by(Message.id)
    )


@cache
def _select_left_out() -> ColumnElement[Any]:
    # Building it takes 7 ms; it holds no value, so one serves every select.
    has_left = select_has_left_blast_topic(Message.phone, Message.message_log_id)
    return select_suppression_reason(Message.phone, has_left_topic=has_left)


def select_outcome_phones(log_id: int, outcome: BlastOutcome) -> Select[Any]:
    """Select the phones of the people of a blast with this outcome."""
    ids = select_outcome_message_ids(log_id, outcome)
    return select(Message.phone).where(Message.id.in_(ids), Message.phone.startswith("+"))
