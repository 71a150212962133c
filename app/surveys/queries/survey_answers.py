"""The answers of people to a survey, as lists."""

from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_digits_filters, build_text_filter
from app.domain.surveys.survey_state_machine import AnswerState
from app.domain.texts.plurals import pluralize
from app.surveys.models import UNDERSTOOD_STATES, SurveyAnswer, SurveySession
from app.surveys.queries.survey_session_filter import SessionFilter

A = SurveyAnswer
S = SurveySession


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """One text of somebody to one question, as lists show it."""

    answer: SurveyAnswer
    session: SurveySession


class SurveyAnswerPage(ListPage):
    """A page of answers."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 answer, 1,480 answers."""
        return pluralize(self.total, "answer")


def paginate_survey_answers(
    session_filter: SessionFilter, prompt: str | None, params: ListParams, region: str
) -> SurveyAnswerPage:
    """Return a page of the answers to the question with these words, the newest first.

    Without a `prompt`: of the texts that were not understood, and still are not. A search finds
    parts of answers, names, and phone numbers in any spelling that `region` reads.
    """
    rows = _select_answers(session_filter)
    if prompt is None:
        rows = rows.where(_is_still_unclear())
    else:
        rows = rows.where(A.prompt == prompt, A.state.in_(UNDERSTOOD_STATES))
    if params.search:
        by_text = build_text_filter(params.search, A.body, S.name)
        by_phone = build_digits_filters(params.search, S.phone, region)
        rows = rows.where(or_(by_text, *by_phone))
    total = count_rows(rows.subquery())
    params = clamp_to_last_page(total, params)
    page = rows.order_by(A.id.desc()).offset(params.offset).limit(params.per_page)
    return SurveyAnswerPage(_fetch_session_answers(page), total, params)


def find_latest_answers(
    session_filter: SessionFilter, prompt: str, limit: int
) -> list[SessionAnswer]:
    """Return the newest answers to one question, skips not counted."""
    newest = (
        _select_answers(session_filter)
        .where(A.prompt == prompt)
        .where(A.state == AnswerState.ANSWERED)
        .order_by(A.id.desc())
        .limit(limit)
    )
    return _fetch_session_answers(newest)


def find_unclear_answers(session_filter: SessionFilter, limit: int) -> list[SessionAnswer]:
    """Return the newest texts that were not understood, and still are not."""
    newest = (
        _select_answers(session_filter)
        .where(_is_still_unclear())
        .order_by(A.id.desc())
        .limit(limit)
    )
    return _fetch_session_answers(newest)


def find_session_answers(session_id: int) -> list[SurveyAnswer]:
    """Return every text that one person wrote in one session, the oldest first."""
    texts = select(A).where(A.session_id == session_id).order_by(A.id)
    return list(db.session.scalars(texts))


def _select_answers(session_filter: SessionFilter) -> Select[SurveyAnswer, SurveySession]:
    return select(A, S).join(S, S.id == A.session_id).where(*session_filter.filter_conditions)


def _fetch_session_answers(rows: Select[SurveyAnswer, SurveySession]) -> list[SessionAnswer]:
    return list(starmap(SessionAnswer, db.session.execute(rows)))


def _is_still_unclear() -> ColumnElement[bool]:
    """Return the condition of the last text to a question that was not answered since.

    Nor has anybody of the organisation counted it as an answer.
    """
    other = aliased(SurveyAnswer)
    is_answer = other.state.in_(UNDERSTOOD_STATES)
    is_later_text = and_(other.state == AnswerState.UNCLEAR, other.id > A.id)
    settles = and_(
        other.session_id == A.session_id,
        other.position == A.position,
        or_(is_answer, is_later_text),
    )
    return and_(A.state == AnswerState.UNCLEAR, ~exists().where(settles))
