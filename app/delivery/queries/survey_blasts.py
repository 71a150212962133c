"""The texts of blasts that ask a survey."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, exists, func, select

from app.core.column_types import UtcDateTime
from app.core.db import db
from app.core.prepared_statements import PreparedStatement
from app.delivery.models import Message, MessageLog, message_logs, messages
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
_STATUS_VALUES = [status.value for status in POSSIBLY_RECEIVED_STATUSES]


class SurveyText(NamedTuple):
    """A text of a blast that asks a survey. `is_newest`: the phone got no text since."""

    log_id: int
    survey_id: int
    sent_at: datetime
    is_newest: bool


def build_sent_at(row: Any = M) -> ColumnElement[datetime]:
    """Return when a text left us, as exactly as its row says."""
    return func.coalesce(row.sent_at, row.submitted_at, row.created_at, type_=M.created_at.type)


_later = messages.alias()
_HAS_LATER_TEXT = exists().where(
    _later.c.phone == _PHONE, _later.c.id > M.id, _later.c.status.in_(_STATUS_VALUES)
)
# Runs for every text of a phone that may answer a survey, inside the write lock: built once it
# takes 10 µs, through the session 200. It looks once into the unique index of (blast, phone) for
# each blast of `b_since` and later that asks a survey: there are few.
SELECT_NEWEST_SURVEY_TEXT = PreparedStatement(
    select(M.message_log_id, L.survey_id, build_sent_at(), ~_HAS_LATER_TEXT)
    .join(message_logs, M.message_log_id == L.id)
    .where(
        L.survey_id.is_not(None),
        func.coalesce(L.finished_at, bindparam("b_moment", type_=UtcDateTime()))
        >= bindparam("b_since", type_=UtcDateTime()),
        M.phone == _PHONE,
        M.status.in_(_STATUS_VALUES),
    )
    .order_by(M.id.desc())
    .limit(1)
)


def find_newest_survey_text(phone: str, moment: datetime, since: datetime) -> SurveyText | None:
    """Return the newest text that asked this phone a survey and that it may have received.

    Only of blasts that had not ended before `since`.
    """
    row = SELECT_NEWEST_SURVEY_TEXT.fetch_first_row(b_phone=phone, b_moment=moment, b_since=since)
    return SurveyText(*row) if row else None


def build_asked_by_blast_condition(phone: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a blast ever asked this phone a survey, for a statement of another feature."""
    asks = message_logs.join(messages, M.message_log_id == L.id)
    return exists().select_from(asks).where(L.survey_id.is_not(None), M.phone == phone)


def build_sent_at_subquery(log_id: Any, phone: Any) -> ScalarSelect[datetime]:
    """Return when the text of blast `log_id` to `phone` left us, both columns of another table."""
    row = Message
    sent_at = select(build_sent_at(row)).where(row.message_log_id == log_id, row.phone == phone)
    return sent_at.limit(1).correlate_except(row).scalar_subquery()


def count_survey_texts(survey_id: int) -> int:
    """Count the texts of blasts that asked this survey and may have been received."""
    logs = select(MessageLog.id).where(MessageLog.survey_id == survey_id)
    texts = select(func.count()).where(
        Message.message_log_id.in_(logs), Message.status.in_(POSSIBLY_RECEIVED_STATUSES)
    )
    return db.session.scalar(texts) or 0
