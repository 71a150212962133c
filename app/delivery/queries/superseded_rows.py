"""Texts of a blast that a text to another number of the person stands in for."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.delivery.models import Message
from app.domain.delivery.message_statuses import FAILED_STATUSES, MessageStatus


# Made once: an alias copies every column of the table, and a blast's page asks for six.
@cache
def _get_aliases() -> tuple[type[Message], type[Message]]:
    """Return two names of the table: of the first text, and of the one that follows it."""
    return aliased(Message), aliased(Message)


def build_not_superseded_filter(log_id: int, message_id: Any = Message.id) -> ColumnElement[bool]:
    """Return the condition for the rows of a blast that count: one a person.

    `message_id`: the column of the ids of these rows. The others are few, and listed in an index
    of their own: no row is read for it.
    """
    _, second = _get_aliases()
    superseded = select(second.fallback_for_id).where(
        second.message_log_id == log_id, second.fallback_for_id.is_not(None)
    )
    condition: ColumnElement[bool] = message_id.not_in(superseded)
    return condition


def select_superseded_counts(log_id: int) -> Select[MessageStatus, int]:
    """Select (status, count) of the rows of a blast that do not count."""
    first, second = _get_aliases()
    return (
        select(first.status, func.count().label("count"))
        .join(second, second.fallback_for_id == first.id)
        .where(second.message_log_id == log_id, second.fallback_for_id.is_not(None))
        .group_by(first.status)
    )


def find_first_texts(rows: Sequence[Message]) -> dict[int, Message]:
    """Return the refused texts that these follow, by the ids of these. No statement without one."""
    ids = {row.fallback_for_id: row.id for row in rows if row.fallback_for_id}
    if not ids:
        return {}
    listed = select(build_listed_column(ids))
    is_refused = Message.status.in_(FAILED_STATUSES)
    first_texts = db.session.scalars(select(Message).where(Message.id.in_(listed), is_refused))
    return {ids[first.id]: first for first in first_texts}
