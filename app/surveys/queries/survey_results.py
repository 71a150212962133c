"""What came of a survey: how many came how far, and what was answered to each question."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select

from app.core.db import db
from app.domain.surveys.question_definitions import SurveyQuestion
from app.domain.surveys.survey_aggregates import CHARTED_QUESTION_TYPES, AnswerCounts
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.surveys.models import SurveyAnswer, SurveySession
from app.surveys.queries.survey_session_filter import SessionFilter

A = SurveyAnswer
S = SurveySession
EXPORT_BATCH_SIZE = 500


def count_sessions_by_status(session_filter: SessionFilter) -> dict[SurveySessionStatus, int]:
    """Count the sessions of each status; statuses that nobody has are left out."""
    counts = select(S.status, func.count()).where(*session_filter.where_conditions)
    return {row[0]: row[1] for row in db.session.execute(counts.group_by(S.status))}


def count_active_sessions(survey_id: int) -> int:
    """Count the people who are in the middle of a survey."""
    return count_sessions_by_status(SessionFilter(survey_id)).get(SurveySessionStatus.ACTIVE, 0)


def count_sessions_and_answers(survey_id: int) -> tuple[int, int]:
    """Return the number of sessions of a survey and the number of its answers."""
    session_ids = select(S.id).where(S.survey_id == survey_id)
    answers = select(func.count()).where(A.session_id.in_(session_ids))
    session_count = sum(count_sessions_by_status(SessionFilter(survey_id)).values())
    return session_count, db.session.scalar(answers) or 0


def aggregate_survey_answers(
    session_filter: SessionFilter, questions: Sequence[SurveyQuestion]
) -> dict[str, AnswerCounts]:
    """Count what was answered to each question, by its words.

    One walk over the answers. Values are counted where a chart can show them; free words are not.
    """
    charted = []
    for question in questions:
        if question.question_type in CHARTED_QUESTION_TYPES:
            charted.append(question.prompt)
    value = case((A.prompt.in_(charted), A.value))
    rows = db.session.execute(
        select(A.prompt, A.state, value, func.count())
        .join(S, S.id == A.session_id)
        .where(*session_filter.where_conditions)
        .group_by(A.prompt, A.state, value)
    )
    counts_by_prompt: dict[str, _CountBuilder] = {}
    for prompt, state, answer, count in rows:
        counts_by_prompt.setdefault(prompt, _CountBuilder()).add(state, answer, count)
    return {prompt: counts.build() for prompt, counts in counts_by_prompt.items()}


class _CountBuilder:
    """Adds up the counts of one question."""

    def __init__(self) -> None:
        self.totals: dict[AnswerState, int] = {}
        self.values: dict[str, int] = {}

    def add(self, state: AnswerState, value: str | None, count: int) -> None:
        self.totals[state] = self.totals.get(state, 0) + count
        if state is AnswerState.ANSWERED and value is not None:
            self.values[value] = count

    def build(self) -> AnswerCounts:
        return AnswerCounts(
            answered=self.totals.get(AnswerState.ANSWERED, 0),
            skipped=self.totals.get(AnswerState.SKIPPED, 0),
            unclear=self.totals.get(AnswerState.UNCLEAR, 0),
            values=self.values,
        )


class SurveyExportRow(NamedTuple):
    """One session as it is exported; `answers` by the words of the question."""

    started_at: datetime
    ended_at: datetime | None
    status: SurveySessionStatus
    phone: str
    name: str | None
    answers: dict[str, str]


def iterate_survey_export_rows(session_filter: SessionFilter) -> Iterator[SurveyExportRow]:
    """Read every session in batches of 500, so that only one batch is held at a time."""
    last_id = 0
    sessions = select(S).where(*session_filter.where_conditions).order_by(S.id)
    sessions = sessions.limit(EXPORT_BATCH_SIZE)
    while batch := db.session.scalars(sessions.where(S.id > last_id)).all():
        last_id = batch[-1].id
        rows = list(_build_export_rows(batch))
        # Ends the read snapshot: a slow download must not keep the WAL from being checkpointed.
        db.session.rollback()
        yield from rows


def _build_export_rows(batch: Sequence[SurveySession]) -> Iterator[SurveyExportRow]:
    answers = _find_answer_values([session.id for session in batch])
    for session in batch:
        yield SurveyExportRow(
            session.started_at,
            session.ended_at,
            session.status,
            session.phone,
            session.name,
            answers.get(session.id, {}),
        )


def _find_answer_values(session_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the values by session and by the words of the question."""
    values: dict[int, dict[str, str]] = {}
    answered = (A.session_id.in_(session_ids), A.state == AnswerState.ANSWERED)
    rows = db.session.execute(select(A.session_id, A.prompt, A.value).where(*answered))
    for session_id, prompt, value in rows:
        values.setdefault(session_id, {})[prompt] = value or ""
    return values
