"""How pages say an answer, and how somebody stands with a survey."""

from datetime import date

from app.core.local_formats import format_day
from app.domain.surveys import survey_aggregates
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
    parse_questions,
)
from app.domain.surveys.survey_state_machine import (
    SESSION_STATUS_LABELS,
    SurveySessionStatus,
)
from app.surveys.models import SurveySession
from app.surveys.views.blueprint import bp

STATUS_TAGS = {
    SurveySessionStatus.ACTIVE: "info",
    SurveySessionStatus.COMPLETED: "ok",
    SurveySessionStatus.HANDED_OVER: "warn",
    SurveySessionStatus.STOPPED: "bad",
}


@bp.app_template_global()
def format_answer_value(question: SurveyQuestion, value: str | None) -> str:
    """Return a stored answer as pages say it: "Yes", or "Fri, May 8"."""
    if question.question_type is not QuestionType.DATE or not value:
        return survey_aggregates.format_stored_answer(question, value)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return format_day(day)


@bp.app_template_filter()
def format_session_status(session: SurveySession) -> str:
    """Return how somebody stands: "On question 2 of 3"."""
    if session.status is not SurveySessionStatus.ACTIVE:
        return SESSION_STATUS_LABELS[session.status]
    question_count = len(parse_questions(session.questions_json))
    return f"On question {session.position + 1} of {question_count}"


@bp.app_template_filter()
def get_session_tag(session: SurveySession) -> str:
    """Return the kind of the tag that shows how somebody stands; "" for the plain one."""
    return STATUS_TAGS.get(session.status, "")
