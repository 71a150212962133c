"""The statement that reads what a phone was texted last."""

from sqlalchemy import bindparam, case, null, select

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import message_logs, messages
from app.delivery.sql.survey_texts import POSSIBLY_RECEIVED_VALUES, SENT_AT
from app.domain.delivery.message_statuses import MessageDirection, MessageStatus

RECENT_TEXTS = 12
M = messages.c
_is_queued = M.status == MessageStatus.QUEUED
_STATUS_VALUES = [MessageStatus.QUEUED.value, *POSSIBLY_RECEIVED_VALUES]
# Read for every text of somebody who is answering a survey, inside the write lock: prepared it
# takes 20 µs, through the session 250.
SELECT_RECENT_TEXTS = PreparedStatement(
    select(
        M.kind,
        M.body,
        M.message_log_id,
        message_logs.c.survey_id,
        M.created_at,
        case((_is_queued, null()), else_=SENT_AT).label("left_at"),
    )
    .select_from(messages.outerjoin(message_logs, message_logs.c.id == M.message_log_id))
    .where(
        M.phone == bindparam("b_phone", type_=M.phone.type),
        M.direction == MessageDirection.OUTBOUND,
        M.status.in_(_STATUS_VALUES),
    )
    .order_by(M.id.desc())
    .limit(RECENT_TEXTS)
)
