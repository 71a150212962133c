"""Erasing a phone number from surveys."""

from sqlalchemy import Select, and_, case, func, or_, select, update

from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.surveys.models import SurveySessionStatus, survey_answers, survey_sessions

sessions_c, answers_c = survey_sessions.c, survey_answers.c
MAX_NUMBER_DIGITS = 3


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Take number, name and words out of this number's sessions and return how many, by table.

    An active session ends as stopped. Inside write().
    """
    own_sessions = sessions_c.phone == erasure.phone
    # Answers are found by their session's number: before it is replaced.
    answer_count = _clear_answers(select(sessions_c.id).where(own_sessions))
    active = own_sessions & (sessions_c.status == SurveySessionStatus.ACTIVE)
    end_values = {"status": SurveySessionStatus.STOPPED, "ended_at": erasure.moment}
    db.session.execute(update(survey_sessions).where(active).values(end_values))
    session_count = execute_and_count_rows(
        update(survey_sessions).where(own_sessions).values(phone=erasure.mark, name=None)
    )
    return {"survey_answers": answer_count, "survey_sessions": session_count}


def _clear_answers(session_ids: Select[int]) -> int:
    # A yes, a no or a small number names nobody, and what was counted stays.
    is_small_number = and_(
        func.length(answers_c.value) <= MAX_NUMBER_DIGITS,
        answers_c.value.op("NOT GLOB")("*[^0-9]*"),
    )
    is_anonymous = or_(answers_c.value.in_(("yes", "no")), is_small_number)
    statement = update(survey_answers).where(answers_c.session_id.in_(session_ids))
    return execute_and_count_rows(
        statement.values(
            body="", value_before=None, value=case((is_anonymous, answers_c.value), else_=None)
        )
    )
