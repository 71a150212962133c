"""What the rule of a segment asks of surveys: what people answered, and who finished."""

from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.core.fetched_rows import fetch_tuples
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.domain.texts.name_folding import fold_name
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession


def exists_survey(survey_id: int) -> ColumnElement[bool]:
    """Return the condition that a survey has not been deleted, for any select."""
    survey = aliased(SurveyFlow)
    return exists().where(survey.id == survey_id).correlate_except(survey)


def list_survey_questions(limit: int) -> list[tuple[int, str, str]]:
    """Return id, name and questions (JSON) of surveys, by name."""
    row = SurveyFlow
    statement = select(row.id, row.name, row.questions_json).order_by(func.lower(row.name))
    return fetch_tuples(statement.limit(limit))


def has_finished_survey(phone: Any, survey_id: int) -> ColumnElement[bool]:
    """Return the condition that a phone has finished a survey."""
    condition: ColumnElement[bool] = phone.in_(_select_finished_phones(survey_id))
    return condition


def has_begun_survey_only(phone: Any, survey_id: int) -> ColumnElement[bool]:
    """Return the condition that a phone has begun a survey and never finished it."""
    session = aliased(SurveySession)
    begun = select(session.phone).where(session.survey_id == survey_id)
    return phone.in_(begun) & phone.not_in(_select_finished_phones(survey_id))


def _select_finished_phones(survey_id: int) -> Any:
    session = aliased(SurveySession)
    return select(session.phone).where(
        session.survey_id == survey_id, session.status == SurveySessionStatus.COMPLETED
    )


def has_survey_answer(
    phone: Any, survey_id: int, position: int, value: str, *, is_part: bool
) -> ColumnElement[bool]:
    """Return the condition that a phone answered a question with this value.

    `is_part`: with a value that contains it. Answers of a run that was started over count no more.
    """
    session, answer = aliased(SurveySession), aliased(SurveyAnswer)
    # Nothing is left of signs such as "-" when they are folded: they are compared as they are.
    folded_name = func.nullif(func.fold_name(answer.value), "")
    folded_answer = func.coalesce(folded_name, func.lower(func.trim(answer.value)))
    folded_value = fold_name(value) or value.strip().lower()
    fits = func.instr(folded_answer, folded_value) > 0 if is_part else folded_answer == folded_value
    answered = (
        select(session.phone)
        .join_from(session, answer, answer.session_id == session.id)
        .where(
            session.survey_id == survey_id,
            session.status != SurveySessionStatus.RESTARTED,
            answer.position == position,
            answer.state == AnswerState.ANSWERED,
            fits,
        )
    )
    condition: ColumnElement[bool] = phone.in_(answered)
    return condition
