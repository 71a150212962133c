"""What was answered: how many came how far, and what they said to each question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_digits_filters, build_text_filter
from app.delivery.models import Message, MessageLog
from app.domain.surveys.question_definitions import SurveyQuestion
from app.domain.surveys.survey_aggregates import CHARTED_QUESTION_TYPES, AnswerCounts
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession
from app.surveys.queries.survey_invitations import POSSIBLY_RECEIVED_STATUSES
from app.surveys.queries.survey_session_filter import SessionFilter

UNDERSTOOD_STATES = (AnswerState.ANSWERED, AnswerState.SKIPPED)
A, S = SurveyAnswer, SurveySession


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """One text of somebody to one question, as lists show it."""

    answer: SurveyAnswer
    session: SurveySession


class SurveyAnswerPage(ListPage):
    """A page of them, counted as answers."""

    @property
    def total_in_words(self) -> str:
        """ "1 answer", "1,480 answers"."""
        return f"{self.total:,} {'answer' if self.total == 1 else 'answers'}"


class SurveySessionPage(ListPage):
    """A page of sessions: who began, and how they stand."""

    @property
    def total_in_words(self) -> str:
        """ "1 person", "1,480 people"."""
        return f"{self.total:,} {'person' if self.total == 1 else 'people'}"


def count_sessions_by_status(which: SessionFilter) -> dict[SurveySessionStatus, int]:
    """How many sessions there are of each kind."""
    rows = db.session.execute(
        select(S.status, func.count()).where(*which.where_conditions).group_by(S.status)
    )
    return {row[0]: row[1] for row in rows}


def count_active_sessions(survey_id: int) -> int:
    """How many are in the middle of it."""
    return count_sessions_by_status(SessionFilter(survey_id)).get(SurveySessionStatus.ACTIVE, 0)


def count_sessions_and_answers(survey_id: int) -> tuple[int, int]:
    """How many sessions and how many answers there are."""
    sessions = select(S.id).where(S.survey_id == survey_id)
    answers = select(func.count()).where(A.session_id.in_(sessions))
    return sum(count_sessions_by_status(SessionFilter(survey_id)).values()), db.session.scalar(
        answers
    ) or 0


def count_survey_invitations(survey_id: int) -> int:
    """How many texts of blasts have asked it."""
    logs = select(MessageLog.id).where(MessageLog.survey_id == survey_id)
    texts = select(func.count()).where(
        Message.message_log_id.in_(logs), Message.status.in_(POSSIBLY_RECEIVED_STATUSES)
    )
    return db.session.scalar(texts) or 0


def aggregate_survey_answers(
    which: SessionFilter, questions: Sequence[SurveyQuestion]
) -> dict[str, AnswerCounts]:
    """What was said to each question, by its words, in one walk over the answers.

    Free words are only counted.
    """
    listed = [
        question.prompt
        for question in questions
        if question.question_type in CHARTED_QUESTION_TYPES
    ]
    value = case((A.prompt.in_(listed), A.value))
    found = db.session.execute(
        select(A.prompt, A.state, value, func.count())
        .join(S, S.id == A.session_id)
        .where(*which.where_conditions)
        .group_by(A.prompt, A.state, value)
    ).all()
    return {
        prompt: _build_tally([row for row in found if row[0] == prompt])
        for prompt in {row[0] for row in found}
    }


def _build_tally(rows: Sequence[Any]) -> AnswerCounts:
    def of(state: AnswerState) -> int:
        return sum(count for _, each, _, count in rows if each is state)

    values = {
        value: count
        for _, state, value, count in rows
        if state is AnswerState.ANSWERED and value is not None
    }
    return AnswerCounts(
        of(AnswerState.ANSWERED),
        of(AnswerState.SKIPPED),
        of(AnswerState.UNCLEAR),
        values,
    )


def find_latest_answers(which: SessionFilter, prompt: str, most: int) -> list[SessionAnswer]:
    """The newest answers to one question."""
    rows = _select_answers(which).where(A.prompt == prompt, A.state == AnswerState.ANSWERED)
    return [
        SessionAnswer(*row) for row in db.session.execute(rows.order_by(A.id.desc()).limit(most))
    ]


def paginate_survey_answers(
    which: SessionFilter, prompt: str | None, asked: ListParams, region: str
) -> SurveyAnswerPage:
    """A page of what was said to one question, the newest first; to none: of what was not
    understood, and still is not.

    A search finds parts of answers, names, and numbers in any spelling.
    """
    rows = _select_answers(which)
    rows = (
        rows.where(_build_unclear_condition())
        if prompt is None
        else rows.where(A.prompt == prompt, A.state.in_(UNDERSTOOD_STATES))
    )
    if asked.search:
        rows = rows.where(
            or_(
                build_text_filter(asked.search, A.body, S.name),
                *build_digits_filters(asked.search, S.phone, region),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    asked = clamp_to_last_page(total, asked)
    page = db.session.execute(rows.order_by(A.id.desc()).offset(asked.offset).limit(asked.per_page))
    return SurveyAnswerPage([SessionAnswer(*row) for row in page], total, asked)


def _select_answers(which: SessionFilter) -> Select[SurveyAnswer, SurveySession]:
    return select(A, S).join(S, S.id == A.session_id).where(*which.where_conditions)


def _build_unclear_condition() -> Any:
    """The last text to a question that nobody has counted as something, and that was not
    answered since.
    """
    other = aliased(SurveyAnswer)
    known = other.state.in_(UNDERSTOOD_STATES) | (
        (other.state == AnswerState.UNCLEAR) & (other.id > A.id)
    )
    same = and_(other.session_id == A.session_id, other.position == A.position, known)
    return and_(A.state == AnswerState.UNCLEAR, ~exists().where(same))


def find_unclear_answers(which: SessionFilter, most: int) -> list[SessionAnswer]:
    """The newest of what was not understood, and still is not."""
    rows = (
        _select_answers(which).where(_build_unclear_condition()).order_by(A.id.desc()).limit(most)
    )
    return [SessionAnswer(*row) for row in db.session.execute(rows)]


def paginate_survey_sessions(
    which: SessionFilter, status: str, asked: ListParams, region: str
) -> SurveySessionPage:
    """A page of who began, the newest first; only those of one `status`, unless it is ""."""
    rows = select(S).where(*which.where_conditions)
    rows = (
        rows.where(S.status == SurveySessionStatus(status))
        if status in set(SurveySessionStatus)
        else rows
    )
    if asked.search:
        rows = rows.where(
            or_(
                build_text_filter(asked.search, S.name),
                *build_digits_filters(asked.search, S.phone, region),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    asked = clamp_to_last_page(total, asked)
    page = db.session.scalars(rows.order_by(S.id.desc()).offset(asked.offset).limit(asked.per_page))
    return SurveySessionPage(list(page), total, asked)


def find_survey_session(survey_id: int, session_id: int) -> SurveySession | None:
    """One session of this survey."""
    return db.session.scalar(select(S).where(S.id == session_id, S.survey_id == survey_id))


def find_session_answers(session_id: int) -> list[SurveyAnswer]:
    """Everything that one person said in one session."""
    return list(db.session.scalars(select(A).where(A.session_id == session_id).order_by(A.id)))


def find_survey_sessions_of_phone(phone: str, most: int) -> list[tuple[SurveySession, str]]:
    """The newest sessions of one person, each with the name of its survey."""
    mine = (
        select(S, SurveyFlow.name)
        .join(SurveyFlow, SurveyFlow.id == S.survey_id)
        .where(S.phone == phone)
    )
    return [(row[0], row[1]) for row in db.session.execute(mine.order_by(S.id.desc()).limit(most))]


EXPORT_BATCH_SIZE = 500
SurveyExportRow = tuple[datetime, datetime | None, str, str, str | None, dict[str, str]]


def iterate_survey_export_rows(which: SessionFilter) -> Iterator[SurveyExportRow]:
    """(began, ended, how it stands, phone, name, answers by question) of every session, read in
    slices.
    """
    last = 0
    rows = select(S).where(*which.where_conditions).order_by(S.id)
    while some := db.session.scalars(rows.where(S.id > last).limit(EXPORT_BATCH_SIZE)).all():
        ids = [each.id for each in some]
        found = db.session.execute(
            select(A.session_id, A.prompt, A.value).where(
                A.session_id.in_(ids), A.state == AnswerState.ANSWERED
            )
        )
        said: dict[int, dict[str, str]] = {}
        for session_id, prompt, value in found:
            said.setdefault(session_id, {})[prompt] = value or ""
        db.session.rollback()
        for each in some:
            yield (
                each.started_at,
                each.ended_at,
                each.status.value,
                each.phone,
                each.name,
                said.get(each.id, {}),
            )
        last = ids[-1]
