"""The text that a survey waits for a person to read, and what it may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, case, select

from app.core.db import db
from app.domain.surveys.answer_guessing import guess_answer
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.domain.texts.first_names import extract_first_name
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession
from app.surveys.queries.answer_calendar import build_answer_calendar

A = SurveyAnswer
S = SurveySession
WAITING_STATUSES = (SurveySessionStatus.ACTIVE, SurveySessionStatus.HANDED_OVER)


@dataclass(frozen=True)
class UnclearAnswer:
    """The newest text to the question that somebody is on, which was not understood.

    `is_waiting`: the survey asks them once more; else a person has to go on for them.
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
    """Return the last text of this phone to the question it is on, if it was not understood."""
    row = _find_newest_text(phone)
    if row is None:
        return None
    answer, session, survey_name = row
    questions = parse_questions(session.questions_json)
    if answer.state is not AnswerState.UNCLEAR or answer.position >= len(questions):
        return None
    if session.status not in WAITING_STATUSES:
        return None
    return UnclearAnswer(
        answer_id=answer.id,
        body=answer.body,
        survey_id=session.survey_id,
        survey_name=survey_name,
        session_id=session.id,
        position=answer.position,
        question=questions[answer.position],
        name=session.name,
        is_waiting=session.status is SurveySessionStatus.ACTIVE,
    )


def _find_newest_text(phone: str) -> Row[SurveyAnswer, SurveySession, str] | None:
    """Return the newest text to the current question of the active, else newest session."""
    active_first = case((S.status == SurveySessionStatus.ACTIVE, 0), else_=1)
    sessions = select(S.id).where(S.phone == phone).order_by(active_first, S.id.desc())
    newest = (
        select(A, S, SurveyFlow.name)
        .join(S, S.id == A.session_id)
        .join(SurveyFlow, SurveyFlow.id == S.survey_id)
        .where(
            A.session_id == sessions.limit(1).scalar_subquery(),
            A.position == S.position,
            # The same text twice says nothing new.
            A.state != AnswerState.REPEATED,
        )
        .order_by(A.created_at.desc(), A.id.desc())
        .limit(1)
    )
    return db.session.execute(newest).first()


def guess_unclear_answer(answer: UnclearAnswer, moment: datetime) -> str | None:
    """Return the value that the text probably means, None where that cannot be guessed."""
    return _guess_value(answer.question, answer.body, moment)


def guess_listed_answer(
    questions: Sequence[SurveyQuestion], answer: SurveyAnswer, moment: datetime
) -> str | None:
    """Return the value that a text probably means.

    None where that cannot be guessed, or where its question is no longer among `questions`.
    """
    for question in questions:
        if question.prompt == answer.prompt:
            return _guess_value(question, answer.body, moment)
    return None


def _guess_value(question: SurveyQuestion, body: str, moment: datetime) -> str | None:
    return guess_answer(question, body, build_answer_calendar(question, moment))
