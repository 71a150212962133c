"""Which people of a sent blast the user who asks may be shown: those in their groups and events."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, select

from app.core.fetched_rows import count_rows
from app.core.scope_conditions import list_scope_conditions
from app.delivery.models import Message, MessageLog
from app.delivery.queries.superseded_rows import build_not_superseded_filter
from app.domain.delivery.message_statuses import MessageStatus


def list_seen_conditions(log: MessageLog) -> list[ColumnElement[bool]]:
    """Return the conditions that a text of a blast went to somebody in scope; [] for everybody.

    A test goes to a phone that its sender chose.
    """
    return [] if log.test_mode else list_scope_conditions(Message.phone)


def select_blast_message_ids(log_id: int, statuses: Collection[MessageStatus]) -> Select[Any]:
    """Select the ids of a blast's texts with one of these statuses, one a person."""
    return select(Message.id).where(
        Message.message_log_id == log_id,
        Message.status.in_(statuses),
        build_not_superseded_filter(log_id),
    )


def count_people_outside(log: MessageLog, message_ids: Select[Any]) -> int:
    """Count those of some texts of a blast that went to nobody in scope.

    No statement where everybody is reached.
    """
    conditions = list_seen_conditions(log)
    if not conditions:
        return 0
    return count_rows(Message, Message.id.in_(message_ids), not_(and_(*conditions)))
