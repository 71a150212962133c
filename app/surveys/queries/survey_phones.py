"""The phones of a survey's people, for actions on all that a list or a result shows."""

from sqlalchemy import Select, or_, select

from app.core.search_terms import build_digits_filters, build_text_filter
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.surveys.models import SurveyAnswer, SurveySession
from app.surveys.queries.survey_session_filter import SessionFilter

A = SurveyAnswer
S = SurveySession


def select_session_phones(
    session_filter: SessionFilter, status: str, search: str, region: str
) -> Select[str]:
    """Select the phones of those whom the survey's list shows; erased people have none.

    `status`: a SurveySessionStatus, anything else for all.
    """
    statement = _select_phones(session_filter)
    if status in set(SurveySessionStatus):
        statement = statement.where(S.status == SurveySessionStatus(status))
    if search:
        by_phone = build_digits_filters(search, S.phone, region)
        statement = statement.where(or_(build_text_filter(search, S.name), *by_phone))
    return statement


def select_answer_phones(session_filter: SessionFilter, prompt: str, value: str) -> Select[str]:
    """Select the phones of those who gave this answer to the question with these words."""
    answer = select(A.session_id).where(
        A.prompt == prompt, A.state == AnswerState.ANSWERED, A.value == value
    )
    return _select_phones(session_filter).where(S.id.in_(answer))


def _select_phones(session_filter: SessionFilter) -> Select[str]:
    is_known = S.phone.startswith("+")
    return select(S.phone).where(*session_filter.filter_conditions, is_known)
