"""One session of a survey with its answers, as the survey machine needs it. Inside write()."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any

from app.domain.surveys.answer_folding import is_same_answer
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.surveys.survey_state_machine import (
    REPEATED_TEXT_WINDOW,
    SurveySessionStatus,
    SurveyState,
)
from app.surveys import sql
from app.surveys.models import UNDERSTOOD_STATES
from app.surveys.sql import AnswerRow, SessionRow, SurveyDefinition


@dataclass(frozen=True)
class SessionSnapshot:
    """One person's way through one survey, as it stands.

    `last_text`, `last_text_at`: the last text that was taken; None where the same words may be
    another answer.
    """

    id: int
    survey_id: int
    phone: str
    name: str | None
    state: SurveyState
    started_at: datetime
    asked_at: datetime
    ended_at: datetime | None
    timeout: timedelta
    event_id: int | None
    group_id: int | None
    last_text: str | None = None
    last_text_at: datetime | None = None

    def is_timed_out(self, moment: datetime) -> bool:
        """Whether they have not answered for longer than the survey waits."""
        return moment > self.asked_at + self.timeout

    def is_repeat(self, body: str, moment: datetime) -> bool:
        """Whether this text is the last one once more, within ten seconds."""
        if self.last_text_at is None or abs(moment - self.last_text_at) > REPEATED_TEXT_WINDOW:
            return False
        return is_same_answer(body, self.last_text or "")


def find_active_session(phone: str) -> SessionSnapshot | None:
    """Return the session that this phone is answering now."""
    return _build_snapshot(sql.SELECT_ACTIVE_SESSION.fetch_first_row(b_phone=phone))


def find_latest_session(phone: str) -> SessionSnapshot | None:
    """Return the newest session of this phone, of any survey."""
    return _build_snapshot(sql.SELECT_LATEST_SESSION.fetch_first_row(b_phone=phone))


def find_latest_session_of_survey(phone: str, survey_id: int) -> SessionSnapshot | None:
    """Return the newest session of this phone in this survey."""
    row = sql.SELECT_LATEST_SESSION_OF_SURVEY.fetch_first_row(b_phone=phone, b_survey_id=survey_id)
    return _build_snapshot(row)


def find_session_snapshot(session_id: int) -> SessionSnapshot | None:
    """Return this session, None when it is gone."""
    return _build_snapshot(sql.SELECT_SESSION.fetch_first_row(b_session_id=session_id))


def find_open_survey_definition(survey_id: int) -> SurveyDefinition | None:
    """Return this survey, None when it is closed or gone."""
    row = sql.SELECT_OPEN_SURVEY.fetch_first_row(b_survey_id=survey_id)
    return SurveyDefinition(*row) if row else None


def _build_snapshot(columns: tuple[Any, ...] | None) -> SessionSnapshot | None:
    if columns is None:
        return None
    row = SessionRow(*columns)
    questions = parse_questions(row.questions_json)
    if not questions:
        return None
    rows = sql.SELECT_ANSWERS_OF_SESSION.fetch_rows(b_session_id=row.id)
    answers = list(starmap(AnswerRow, rows))
    state = _build_state(row, questions, answers)
    last = _find_last_answer(state, answers)
    return SessionSnapshot(
        id=row.id,
        survey_id=row.survey_id,
        phone=row.phone,
        name=row.name,
        state=state,
        started_at=row.started_at,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        timeout=timedelta(hours=row.timeout_hours),
        event_id=row.linked_event_id,
        group_id=row.group_id,
        last_text=last.body if last else None,
        last_text_at=last.created_at if last else None,
    )


def _build_state(
    row: SessionRow, questions: tuple[SurveyQuestion, ...], answers: Sequence[AnswerRow]
) -> SurveyState:
    values: dict[int, str | None] = {}
    for answer in answers:
        if answer.state in UNDERSTOOD_STATES:
            values[answer.position] = answer.value
    # Another program may have shortened the questions of a session.
    position = min(row.position, len(questions) - 1)
    completion = row.completion_message or ""
    return SurveyState(questions, completion, position, row.misses, row.status, values)


def _find_last_answer(state: SurveyState, answers: Sequence[AnswerRow]) -> AnswerRow | None:
    # An answer that was given again keeps its row, so the newest text need not be the newest row.
    last = max(answers, key=lambda answer: answer.created_at, default=None)
    if last is None or last.position != state.position or last.state not in UNDERSTOOD_STATES:
        return last
    # They went BACK to a question that they have answered: the same words may be the answer.
    return None if state.status is SurveySessionStatus.ACTIVE else last
