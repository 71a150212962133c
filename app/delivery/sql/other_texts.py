"""Whether a person has a text of a blast at another of their numbers."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_, tuple_

from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.delivery.skip_reasons import SkipReason
from app.profiles.queries.other_phones import (
    select_has_second_numbers,
    select_other_phones,
    select_rank,
)

# The person has the text, or may have it.
TAKEN_STATUSES = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.NOT_SENT,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.NO_RECEIPT,
    MessageStatus.DELIVERED,
)


def select_other_text_reason() -> ColumnElement[Any]:
    """Return the reason of a queued row of `messages` whose person gets the blast elsewhere.

    NULL for all others. Of two numbers that wait, as when two people were found to be one
    meanwhile, the better-ranked one leaves. Nothing is looked up while no one has two numbers:
    SQLite reads that once a statement.
    """
    row, other = messages.c, messages.alias()
    is_ranked_before = tuple_(select_rank(other.c.phone), other.c.phone) < tuple_(
        select_rank(row.phone), row.phone
    )
    is_first = and_(other.c.status == MessageStatus.QUEUED, is_ranked_before)
    has_other_text = exists().where(
        other.c.message_log_id == row.message_log_id,
        other.c.phone.in_(select_other_phones(row.phone)),
        or_(other.c.status.in_(TAKEN_STATUSES), is_first),
    )
    is_reached = and_(select_has_second_numbers(), has_other_text.correlate_except(other))
    return case((is_reached, literal(SkipReason.OTHER_NUMBER.value)))
