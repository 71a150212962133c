"""The texts of blasts that ask a survey."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, exists, select

from app.core.fetched_rows import count_rows
from app.delivery.models import Message, MessageLog, message_logs, messages
from app.delivery.sql.survey_texts import (
    POSSIBLY_RECEIVED_STATUSES,
    SELECT_NEWEST_SURVEY_TEXT,
    SENT_AT,
)


class SurveyText(NamedTuple):
    """A text of a blast that asks a survey. `is_newest`: the phone got no text since."""

    log_id: int
    survey_id: int
    sent_at: datetime
    is_newest: bool


def find_newest_survey_text(phone: str, moment: datetime, since: datetime) -> SurveyText | None:
    """Return the newest text that asked this phone a survey and that it may have received.

    Only of blasts that had not ended before `since`.
    """
    row = SELECT_NEWEST_SURVEY_TEXT.fetch_first_row(b_phone=phone, b_moment=moment, b_since=since)
    return SurveyText(*row) if row else None


def build_asked_by_blast_condition(phone: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a blast ever asked this phone a survey, for a statement of another feature."""
    log = message_logs.c
    asking_texts = message_logs.join(messages, messages.c.message_log_id == log.id)
    is_asked = exists().select_from(asking_texts)
    return is_asked.where(log.survey_id.is_not(None), messages.c.phone == phone)


def build_sent_at_subquery(log_id: Any, phone: Any) -> ScalarSelect[datetime]:
    """Return when the text of blast `log_id` to `phone` left us, both columns of another table."""
    columns = messages.c
    sent_at = select(SENT_AT).where(columns.message_log_id == log_id, columns.phone == phone)
    return sent_at.limit(1).correlate_except(messages).scalar_subquery()


def count_survey_texts(survey_id: int) -> int:
    """Count the texts of blasts that asked this survey and may have been received."""
    logs = select(MessageLog.id).where(MessageLog.survey_id == survey_id)
    is_possibly_received = Message.status.in_(POSSIBLY_RECEIVED_STATUSES)
    return count_rows(Message, Message.message_log_id.in_(logs), is_possibly_received)
