"""The text that a survey waits for a person to read: the newest to its question, and not
understood.
"""

from dataclasses import dataclass

from sqlalchemy import case, select

from app.core.db import db
from app.domain.phones.display_names import extract_first_name
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession

A, S = SurveyAnswer, SurveySession


@dataclass(frozen=True)
class UnclearAnswer:
    """Such a text, `text_id` among the answers.

    `waits`: they are being asked; else a person has to go on for them.
    """

    answer_id: int
    body: str
    survey_id: int
    survey_name: str
    session_id: int
    position: int
    question: SurveyQuestion
    name: str | None
    is_waiting: bool

    @property
    def first_name(self) -> str:
        """What to call them on a button; "" where nobody knows."""
        return extract_first_name(self.name)


def find_unclear_answer(phone: str) -> UnclearAnswer | None:
    """What this person said last to the question that they are on, if it was not understood."""
    first = case((S.status == SurveySessionStatus.ACTIVE, 0), else_=1)
    theirs = (
        select(S.id).where(S.phone == phone).order_by(first, S.id.desc()).limit(1).scalar_subquery()
    )
    newest = (
        select(A, S, SurveyFlow.name)
        .join(S, S.id == A.session_id)
        .join(SurveyFlow, SurveyFlow.id == S.survey_id)
        .where(
            A.session_id == theirs,
            A.position == S.position,
            A.state != AnswerState.REPEATED,
        )
        .order_by(A.created_at.desc(), A.id.desc())
        .limit(1)
    )
    row = db.session.execute(newest).first()
    if row is None:
        return None
    said, session, survey = row
    questions = parse_questions(session.questions_json)
    open_to_us = session.status in (
        SurveySessionStatus.ACTIVE,
        SurveySessionStatus.HANDED_OVER,
    )
    if said.state is not AnswerState.UNCLEAR or not open_to_us or said.position >= len(questions):
        return None
    return UnclearAnswer(
        answer_id=said.id,
        body=said.body,
        survey_id=session.survey_id,
        survey_name=survey,
        session_id=session.id,
        position=said.position,
        question=questions[said.position],
        name=session.name,
        is_waiting=session.status is SurveySessionStatus.ACTIVE,
    )
