"""What a text is for: whether we begin, or answer. It decides which consent the text needs."""

from typing import Any

from sqlalchemy import ColumnElement, case, or_, select

from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import MessageKind
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)

# What only follows a text or an act of its reader: a survey's questions, HELP, the admin's test.
ANSWERING_KINDS = (MessageKind.SURVEY, MessageKind.SYSTEM, MessageKind.TEST)


def select_skip_reason() -> ColumnElement[Any]:
    """Return why a row of `messages` must not leave, by what it is for; NULL when it may.

    What answers a text needs no recorded consent. A blast to the people of an event goes also to
    those who agreed to texts about that event only.
    """
    columns = messages.c
    is_answer = or_(columns.in_reply_to.is_not(None), columns.kind.in_(ANSWERING_KINDS))
    return case(
        (is_answer, select_suppression_reason(columns.phone, PermissionPurpose.ANSWERING)),
        else_=select_suppression_reason(
            columns.phone, event_id=select_blast_event_id(columns.message_log_id)
        ),
    )


def select_blast_event_id(log_id: Any) -> ColumnElement[Any]:
    """Return the event whose people a blast is for, for any select; NULL for the community's."""
    log = message_logs.alias()
    return select(log.c.event_id).where(log.c.id == log_id).correlate_except(log).scalar_subquery()
