"""Which blasts are within the reach of the user who asks: their own, and those to their events.

Asked by every list and by the guard of addresses. Whose a blast is says the id that stands with
the scheduled blast, and never a name: names change, and once a user was deleted (null) somebody
else may be called the same. A sent blast whose schedule is gone is nobody's own.
"""

from typing import Any

from flask_login import current_user
from sqlalchemy import ColumnElement, and_, or_, select

from app.core.fetched_rows import count_rows
from app.core.scope_conditions import get_list_scope, list_event_conditions
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage


def list_scheduled_conditions() -> list[ColumnElement[bool]]:
    """Return the conditions that the user reaches a scheduled blast; [] for all."""
    if get_list_scope().is_everybody:
        return []
    return [or_(_is_own(), _is_to_event(ScheduledMessage.event_id))]


def list_sent_conditions() -> list[ColumnElement[bool]]:
    """Return the conditions that the user reaches a sent blast; [] for all."""
    if get_list_scope().is_everybody:
        return []
    own_logs = select(ScheduledMessage.message_log_id).where(
        _is_own(), ScheduledMessage.message_log_id.is_not(None)
    )
    return [or_(MessageLog.id.in_(own_logs), _is_to_event(MessageLog.event_id))]


def is_scheduled_blast_reached(scheduled_id: int) -> bool:
    """Whether there is such a scheduled blast that the user reaches."""
    is_meant = ScheduledMessage.id == scheduled_id
    return count_rows(ScheduledMessage, is_meant, *list_scheduled_conditions()) > 0


def is_sent_blast_reached(log_id: int) -> bool:
    """Whether there is such a sent blast that the user reaches."""
    return count_rows(MessageLog, MessageLog.id == log_id, *list_sent_conditions()) > 0


def _is_own() -> ColumnElement[bool]:
    is_own: ColumnElement[bool] = ScheduledMessage.created_by_id == current_user.id
    return is_own


def _is_to_event(event_id: Any) -> ColumnElement[bool]:
    return and_(event_id.is_not(None), *list_event_conditions(event_id))
