"""Which blast asked somebody a survey. Derived from its texts, so that releasing one to many costs nothing more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from app.delivery.models import Message, MessageLog
from app.domain.blast_states import MessageStatus
from app.kit.db import db
from app.surveys.models import SurveySession

# They may have it: the answer to a text can come before we know what became of it.
MAY_HAVE_IT = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.NO_RECEIPT,
    MessageStatus.DELIVERED,
)
LONGEST_PATIENCE = timedelta(days=31)  # no survey waits longer


@dataclass(frozen=True)
class Asking:
    """A text of a blast that asks a survey, not answered yet. `is_newest`: nothing was texted to them since."""

    log_id: int
    survey_id: int
    asked_at: datetime
    is_newest: bool


def asked_by_blast(phone: str, moment: datetime) -> Asking | None:
    """The newest text of a blast with a survey that this person may have, and has not answered; None without any.

    One look-up in the unique index of (blast, phone) for each such blast of the last month: there are few.
    """
    later = aliased(Message)
    since = exists().where(later.phone == phone, later.id > Message.id, later.status.in_(MAY_HAVE_IT))
    asked_at = func.coalesce(Message.sent_at, Message.submitted_at, Message.created_at, type_=Message.created_at.type)
    found = db.session.execute(
        select(Message.message_log_id, MessageLog.survey_id, asked_at, ~since)
        .join(MessageLog, Message.message_log_id == MessageLog.id)
        .where(
            MessageLog.survey_id.is_not(None),
            func.coalesce(MessageLog.finished_at, moment) >= moment - LONGEST_PATIENCE,
            Message.phone == phone,
            Message.status.in_(MAY_HAVE_IT),
        )
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    log_id, survey_id, at, is_newest = found
    asking = Asking(int(log_id or 0), int(survey_id or 0), at, is_newest)
    taken = exists().where(SurveySession.message_log_id == asking.log_id, SurveySession.phone == phone)
    return None if db.session.scalar(select(taken)) else asking
