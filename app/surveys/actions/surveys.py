"""Making, changing, closing and deleting surveys. Inside act(); none of these commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, null, select

from app.core.db import NotFound, db, execute_and_count_rows
from app.domain.surveys.question_definitions import SurveyQuestion, serialize_questions
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession


class SurveyLinkedToEvent(Exception):
    """The survey registers people for an event: it is not deleted as long as it does."""


@dataclass(frozen=True)
class SurveyInfo:
    """What a survey is.

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


@dataclass(frozen=True)
class SurveyDeletionSummary:
    """What went with a deleted survey."""

    name: str
    session_count: int
    answer_count: int


def create_survey(facts: SurveyInfo, *, is_active: bool = True) -> SurveyFlow:
    """A new survey. Raises Taken when its name or its keyword is somebody else's."""
    columns = _build_survey_columns(facts)
    if facts.nudge_hours is None:  # of a column with a default, SQLAlchemy leaves a mere None away
        columns["nudge_hours"] = null()
    row = SurveyFlow(**columns, is_active=is_active)
    db.session.add(row)
    db.session.flush()
    return row


def update_survey(survey_id: int, facts: SurveyInfo) -> list[str]:
    """Other words; gives what changed.

    Whoever is in the middle keeps the old ones. Raises Gone or Taken.
    """
    row = get_survey_for_update(survey_id)
    changed = [
        column
        for column, value in _build_survey_columns(facts).items()
        if getattr(row, column) != value
    ]
    for column, value in _build_survey_columns(facts).items():
        setattr(row, column, value)
    db.session.flush()
    return changed


def _build_survey_columns(facts: SurveyInfo) -> dict[str, object]:
    return {
        "name": facts.name,
        "trigger_keyword": facts.keyword,
        "intro_message": facts.intro_message or None,
        "questions_json": serialize_questions(facts.questions),
        "completion_message": facts.completion_message or None,
        "linked_event_id": facts.event_id,
        "timeout_hours": facts.timeout_hours,
        "nudge_hours": facts.nudge_hours,
    }


def get_survey_for_update(survey_id: int) -> SurveyFlow:
    """The survey as it is inside this write section. Raises Gone."""
    row = db.session.get(SurveyFlow, survey_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def set_survey_active(survey_id: int, *, is_active: bool) -> int:
    """Nobody begins a closed one; whoever is in the middle may finish.

    How many are. Raises Gone.
    """
    get_survey_for_update(survey_id).is_active = is_active
    db.session.flush()
    active = select(func.count()).where(
        SurveySession.survey_id == survey_id,
        SurveySession.status == SurveySessionStatus.ACTIVE,
    )
    return db.session.scalar(active) or 0


def delete_survey_with_answers(survey_id: int) -> SurveyDeletionSummary:
    """Delete a survey with everything that was answered.

    Raises Gone, or IsLinked while it registers for an event.
    """
    row = get_survey_for_update(survey_id)
    if row.linked_event_id is not None:
        raise SurveyLinkedToEvent
    sessions = select(SurveySession.id).where(SurveySession.survey_id == survey_id)
    answers = (
        db.session.scalar(select(func.count()).where(SurveyAnswer.session_id.in_(sessions))) or 0
    )
    people = db.session.scalar(select(func.count()).select_from(sessions.subquery())) or 0
    execute_and_count_rows(
        delete(SurveyFlow)
        .where(SurveyFlow.id == survey_id)
        .execution_options(synchronize_session=False)
    )
    return SurveyDeletionSummary(row.name, people, answers)
