"""Whether a text can answer a survey, and which blast asked somebody one.

Both are derived from the rows of texts, so that releasing a blast costs nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_

from app.delivery.queries.survey_blasts import (
    build_asked_by_blast_condition,
    find_newest_survey_text,
)
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys import sql
from app.surveys.models import survey_sessions

# No survey waits longer: the form allows 720 hours.
MAX_SURVEY_WAIT = timedelta(days=31)


# Most texts are no survey's business, and there may be 200 a second: whoever takes them in puts
# this into the one statement that asks everything about them, and a text that cannot answer costs
# no statement more.
def build_may_answer_condition(phone: Any, just_before: Any) -> ColumnElement[bool]:
    """Return whether a text of `phone` can be an answer, for a statement of another feature.

    It can when a survey waits for one, when one ended after the moment `just_before` (the text may
    repeat the last answer), or when a blast asked. Both are columns or parameters of the statement.
    """
    session = survey_sessions.c
    is_answering = exists().where(
        session.phone == phone,
        or_(session.status == SurveySessionStatus.ACTIVE, session.ended_at >= just_before),
    )
    return or_(is_answering, build_asked_by_blast_condition(phone))


@dataclass(frozen=True)
class SurveyInvitation:
    """A text of a blast that asks a survey, not answered yet.

    `is_newest`: nothing was texted to them since.
    """

    log_id: int
    survey_id: int
    asked_at: datetime
    is_newest: bool


def find_survey_invitation(phone: str, moment: datetime) -> SurveyInvitation | None:
    """Return the newest text that asked this phone a survey in the last 31 days.

    None when there is none, or when this phone has begun because of it.
    """
    text = find_newest_survey_text(phone, moment, moment - MAX_SURVEY_WAIT)
    if text is None:
        return None
    if sql.SELECT_HAS_SESSION_OF_BLAST.fetch_value(b_log_id=text.log_id, b_phone=phone):
        return None
    return SurveyInvitation(text.log_id, text.survey_id, text.sent_at, text.is_newest)
