"""The statement that finds the newest text of a blast that asks a survey."""

from sqlalchemy import bindparam, exists, func, select

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import MessageStatus

# The answer to a text can come before its result is known.
POSSIBLY_RECEIVED_STATUSES = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.NO_RECEIPT,
    MessageStatus.DELIVERED,
)
L = message_logs.c
M = messages.c
_PHONE = bindparam("b_phone", type_=M.phone.type)
POSSIBLY_RECEIVED_VALUES = [status.value for status in POSSIBLY_RECEIVED_STATUSES]
# When a text left us, as exactly as its row says.
SENT_AT = func.coalesce(M.sent_at, M.submitted_at, M.created_at, type_=M.created_at.type)

_later = messages.alias()
_HAS_LATER_TEXT = exists().where(
    _later.c.phone == _PHONE, _later.c.id > M.id, _later.c.status.in_(POSSIBLY_RECEIVED_VALUES)
)
# Runs for every text of a phone that may answer a survey, inside the write lock: built once it
# takes 10 µs, through the session 200. It looks once into the unique index of (blast, phone) for
# each blast of `b_since` and later that asks a survey: there are few.
SELECT_NEWEST_SURVEY_TEXT = PreparedStatement(
    select(M.message_log_id, L.survey_id, SENT_AT, ~_HAS_LATER_TEXT)
    .join(message_logs, M.message_log_id == L.id)
    .where(
        L.survey_id.is_not(None),
        func.coalesce(L.finished_at, bindparam("b_moment", type_=UtcDateTime()))
        >= bindparam("b_since", type_=UtcDateTime()),
        M.phone == _PHONE,
        M.status.in_(POSSIBLY_RECEIVED_VALUES),
    )
    .order_by(M.id.desc())
    .limit(1)
)
