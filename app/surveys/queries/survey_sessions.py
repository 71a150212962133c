"""Who began a survey, as lists."""

from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from sqlalchemy import func, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_digits_filters, build_text_filter
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.domain.texts.plurals import pluralize
from app.surveys.models import SurveyFlow, SurveySession
from app.surveys.queries.survey_session_filter import SessionFilter

S = SurveySession


class SurveySessionPage(ListPage):
    """A page of sessions: who began, and how they stand."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 person, 1,480 people."""
        return pluralize(self.total, "person", "people")


def paginate_survey_sessions(
    session_filter: SessionFilter, status: str, params: ListParams, region: str
) -> SurveySessionPage:
    """Return a page of who began, the newest first; only those of `status`, where that is one.

    A search finds parts of names, and phone numbers in any spelling that `region` reads.
    """
    rows = select(S).where(*session_filter.filter_conditions)
    if status in set(SurveySessionStatus):
        rows = rows.where(S.status == SurveySessionStatus(status))
    if params.search:
        by_text = build_text_filter(params.search, S.name)
        by_phone = build_digits_filters(params.search, S.phone, region)
        rows = rows.where(or_(by_text, *by_phone))
    total = count_rows(rows.subquery())
    params = clamp_to_last_page(total, params)
    page = rows.order_by(S.id.desc()).offset(params.offset).limit(params.per_page)
    return SurveySessionPage(list(db.session.scalars(page)), total, params)


def find_survey_session(survey_id: int, session_id: int) -> SurveySession | None:
    """Return one session of this survey, None when it is not one of it."""
    session = select(S).where(S.id == session_id).where(S.survey_id == survey_id)
    return db.session.scalar(session)


class SessionOfPhone(NamedTuple):
    """A session of somebody, with the name of its survey."""

    session: SurveySession
    survey_name: str


def find_survey_sessions_of_phone(phone: str, limit: int = 10) -> list[SessionOfPhone]:
    """Return the newest sessions of one phone, the newest first."""
    sessions = (
        select(S, SurveyFlow.name)
        .join(SurveyFlow, SurveyFlow.id == S.survey_id)
        .where(S.phone == phone)
        .order_by(S.id.desc())
        .limit(limit)
    )
    return list(starmap(SessionOfPhone, db.session.execute(sessions)))


class ActiveQuestion(NamedTuple):
    """The question that somebody is answering, from 1, of how many of which survey."""

    survey_name: str
    question_number: int
    question_count: int


def find_active_question(phone: str) -> ActiveQuestion | None:
    """Return the question that this phone is answering, None when it answers no survey."""
    question_count = func.coalesce(func.json_array_length(S.questions_json), 0)
    active = (
        select(SurveyFlow.name, S.position + 1, question_count)
        .join_from(S, SurveyFlow)
        .where(S.phone == phone)
        .where(S.status == SurveySessionStatus.ACTIVE)
        # json_array_length() fails on what is no JSON, which another program may have written.
        .where(func.json_valid(S.questions_json))
    )
    row = db.session.execute(active).first()
    return ActiveQuestion(*row) if row else None


class SessionStart(NamedTuple):
    """When somebody began which survey."""

    started_at: datetime
    survey_name: str


def find_session_starts(phone: str, limit: int) -> list[SessionStart]:
    """Return when this phone began which survey, the newest first."""
    starts = (
        select(S.started_at, SurveyFlow.name)
        .join_from(S, SurveyFlow)
        .where(S.phone == phone)
        .order_by(S.id.desc())
        .limit(limit)
    )
    return list(starmap(SessionStart, db.session.execute(starts)))
