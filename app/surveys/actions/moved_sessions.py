"""A person who is answering a survey has a new number. Inside write()."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from app.core.db import db
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.suppression.queries.sending_permission import find_suppression_reason
from app.surveys.models import SurveySession


def move_survey_session(old_phone: str, new_phone: str, moment: datetime) -> None:
    """Let a survey that a number is answering go on at the person's new one.

    It ends where the new number may not be texted, or is answering a survey itself: no reminder
    of it leaves to a number that the person has given up.
    """
    row, other = SurveySession, aliased(SurveySession)
    is_open = (row.phone == old_phone, row.status == SurveySessionStatus.ACTIVE)
    if db.session.scalar(select(row.id).where(*is_open)) is None:
        return
    is_answering = exists().where(
        other.phone == new_phone, other.status == SurveySessionStatus.ACTIVE
    )
    if find_suppression_reason(new_phone) or db.session.scalar(select(is_answering)):
        values = {"status": SurveySessionStatus.STOPPED, "ended_at": moment}
    else:
        values = {"phone": new_phone}
    statement = update(row).where(*is_open).values(values)
    db.session.execute(statement.execution_options(synchronize_session=False))
