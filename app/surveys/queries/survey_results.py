"""What came of a survey: how many came how far, and what was answered to each question."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import case, func, select

from app.core.batch_reading import iterate_in_batches
from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
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
    counts = select(S.status, func.count()).where(*session_filter.filter_conditions)
    return fetch_dict(counts.group_by(S.status))


def count_active_sessions(survey_id: int) -> int:
    """Count the people who are in the middle of a survey."""
    counts = count_sessions_by_status(SessionFilter(survey_id))
    return counts.get(SurveySessionStatus.ACTIVE, 0)


def count_sessions_and_answers(survey_id: int) -> tuple[int, int]:
    """Return the number of sessions of a survey and the number of its answers."""
    session_ids = select(S.id).where(S.survey_id == survey_id)
    answer_count = count_rows(A, A.session_id.in_(session_ids))
    status_counts = count_sessions_by_status(SessionFilter(survey_id))
    return sum(status_counts.values()), answer_count


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
    # NULL for free words: grouping by each of them would bring every answer into memory.
    value = case((A.prompt.in_(charted), A.value))
    rows = db.session.execute(
        select(A.prompt, A.state, value, func.count())
        .join(S, S.id == A.session_id)
        .where(*session_filter.filter_conditions)
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

    def add(
        self,
        state: AnswerState,
        value: str | None,
        count: int,
    ) -> None:
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
    """Yield every session, read in batches, so that only one batch is held at a time."""
    return iterate_in_batches(partial(_fetch_export_batch, session_filter))


def _fetch_export_batch(
    session_filter: SessionFilter, after_id: int
) -> list[tuple[int, SurveyExportRow]]:
    """Return the next sessions of an export, each with its id."""
    statement = select(S).where(*session_filter.filter_conditions, S.id > after_id)
    sessions = db.session.scalars(statement.order_by(S.id).limit(EXPORT_BATCH_SIZE)).all()
    answers = _find_answer_values([session.id for session in sessions])
    batch = []
    for session in sessions:
        row = SurveyExportRow(
            session.started_at,
            session.ended_at,
            session.status,
            session.phone,
            session.name,
            answers.get(session.id, {}),
        )
        batch.append((session.id, row))
    return batch


def _find_answer_values(session_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the values by session and by the words of the question."""
    values: dict[int, dict[str, str]] = {}
    rows = db.session.execute(
        select(A.session_id, A.prompt, A.value)
        .where(A.session_id.in_(session_ids))
        .where(A.state == AnswerState.ANSWERED)
    )
    for session_id, prompt, value in rows:
        values.setdefault(session_id, {})[prompt] = value or ""
    return values
