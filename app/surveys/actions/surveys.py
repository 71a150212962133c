"""Create, change, close and delete surveys. Inside audited_write(); none of these commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, null, select

from app.core.db import NotFound, db, execute_and_count_rows
from app.core.fetched_rows import count_rows
from app.domain.surveys.question_definitions import SurveyQuestion, serialize_questions
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys.actions.trigger_words import fold_main_word
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession


@dataclass(frozen=True)
class SurveyInfo:
    """A survey as somebody typed it.

    `keyword` is folded; `timeout_hours`, `nudge_hours` (None: never) as in survey_flows.
    """

    name: str
    keyword: str
    intro_message: str
    questions: Sequence[SurveyQuestion]
    completion_message: str
    event_id: int | None
    timeout_hours: int = 24
    nudge_hours: int | None = 4
    group_id: int | None = None
    counts_as_check_in: bool = False


@dataclass(frozen=True)
class SurveyDeletionSummary:
    """What went with a deleted survey."""

    name: str
    session_count: int
    answer_count: int


def create_survey(info: SurveyInfo, *, is_active: bool = True) -> SurveyFlow:
    """Create a survey. Raises UniqueViolation when its name or its keyword is in use."""
    columns = _build_survey_columns(info)
    if info.nudge_hours is None:
        # SQLAlchemy leaves a plain None away where the column has a default.
        columns["nudge_hours"] = null()
    row = SurveyFlow(**columns, is_active=is_active)
    db.session.add(row)
    fold_main_word(info.keyword)
    return row


def update_survey(survey_id: int, info: SurveyInfo) -> list[str]:
    """Change a survey and return the columns that changed.

    Whoever is in the middle finishes with the questions as they were: a session has its own copy.
    Raises NotFound, or UniqueViolation when its name or its keyword is in use.
    """
    row = get_survey_for_update(survey_id)
    changed_columns = []
    for column, value in _build_survey_columns(info).items():
        if getattr(row, column) != value:
            setattr(row, column, value)
            changed_columns.append(column)
    fold_main_word(info.keyword)
    return changed_columns


def _build_survey_columns(info: SurveyInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "trigger_keyword": info.keyword,
        "intro_message": info.intro_message or None,
        "questions_json": serialize_questions(info.questions),
        "completion_message": info.completion_message or None,
        "linked_event_id": info.event_id,
        "group_id": info.group_id,
        "timeout_hours": info.timeout_hours,
        "nudge_hours": info.nudge_hours,
        "counts_as_check_in": info.counts_as_check_in,
    }


def get_survey_for_update(survey_id: int) -> SurveyFlow:
    """Return the survey, read again inside this write(). Raises NotFound."""
    row = db.session.get(SurveyFlow, survey_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def set_survey_active(survey_id: int, *, is_active: bool) -> int:
    """Open or close a survey and return how many people are in the middle of it.

    Nobody begins a closed one; whoever is still answering can finish. Raises NotFound.
    """
    get_survey_for_update(survey_id).is_active = is_active
    db.session.flush()
    is_active_session = SurveySession.status == SurveySessionStatus.ACTIVE
    return count_rows(SurveySession, SurveySession.survey_id == survey_id, is_active_session)


def delete_survey_with_answers(survey_id: int) -> SurveyDeletionSummary:
    """Delete a survey with everything that was answered; its event keeps its registrations.

    Raises NotFound.
    """
    row = get_survey_for_update(survey_id)
    session_ids = select(SurveySession.id).where(SurveySession.survey_id == survey_id)
    answer_count = count_rows(SurveyAnswer, SurveyAnswer.session_id.in_(session_ids))
    session_count = count_rows(session_ids.subquery())
    # The foreign keys delete sessions and finish with it.
    statement = delete(SurveyFlow).where(SurveyFlow.id == survey_id)
    execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return SurveyDeletionSummary(row.name, session_count, answer_count)
