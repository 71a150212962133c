"""How long people take to answer.

The figures are medians, so that one who answered the next day does not spoil them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, Select, and_, func, or_, select, type_coerce

from app.core.db import db
from app.delivery.queries.survey_blasts import build_sent_at_subquery
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys.models import UNDERSTOOD_STATES, SurveyAnswer, SurveySession
from app.surveys.queries.survey_session_filter import SessionFilter

A = SurveyAnswer
S = SurveySession
SECONDS_PER_DAY = 86_400
# The newest sessions tell what is usual; looking at all of 10,000 takes a second.
MAX_SESSIONS_MEASURED = 1_000


@dataclass(frozen=True)
class AnswerTimes:
    """Medians in seconds: of whole sessions, from start to finish; of each question, by its words.

    `seconds_to_finish` is None when nobody has finished.
    """

    seconds_to_finish: float | None
    seconds_to_answer: Mapping[str, float]


def measure_answer_times(session_filter: SessionFilter) -> AnswerTimes:
    """Measure the newest 1,000 sessions of `session_filter`.

    Answers that somebody of the organisation recorded for a person are left out.
    """
    finish_times = select(
        func.julianday(S.ended_at), func.julianday(_build_first_asked_at()), S.survey_id
    ).where(
        S.id.in_(_select_newest_sessions(session_filter)),
        S.status == SurveySessionStatus.COMPLETED,
        S.ended_at.is_not(None),
    )
    medians = list(_compute_medians(finish_times).values())
    seconds_to_finish = medians[0] if medians else None
    return AnswerTimes(seconds_to_finish, _compute_medians(_select_answer_times(session_filter)))


def _select_newest_sessions(session_filter: SessionFilter) -> Select[Any]:
    sessions = select(S.id).where(*session_filter.filter_conditions)
    return sessions.order_by(S.id.desc()).limit(MAX_SESSIONS_MEASURED)


def _build_first_asked_at() -> Any:
    """Return when they were asked first: by the text of a blast, else when they had begun."""
    sent_at = build_sent_at_subquery(S.message_log_id, S.phone)
    return func.coalesce(sent_at, S.started_at)


def _select_answer_times(session_filter: SessionFilter) -> Select[Any]:
    """Return (answered at, asked at, question) of every answer.

    A question was asked when the answer before it came.
    """
    before = func.lag(A.created_at).over(partition_by=A.session_id, order_by=(A.created_at, A.id))
    is_recorded = and_(A.edited_at.is_not(None), A.value_before.is_(None))
    columns = (
        A.created_at,
        func.coalesce(before, _build_first_asked_at()).label("asked_at"),
        A.prompt,
        is_recorded.label("is_recorded"),
    )
    newest = S.id.in_(_select_newest_sessions(session_filter))
    answers = select(*columns).join(S, S.id == A.session_id)
    row = answers.where(newest, A.state.in_(UNDERSTOOD_STATES)).subquery().c
    times = select(func.julianday(row.created_at), func.julianday(row.asked_at), row.prompt)
    return times.where(or_(row.is_recorded.is_(None), ~row.is_recorded))


def _compute_medians(times: Select[Any]) -> dict[str, float]:
    """Return the median of (first - second column) in seconds for each value of the third."""
    until, since, group = times.subquery().c
    duration = func.max(until - since, 0) * SECONDS_PER_DAY
    rank = func.row_number().over(partition_by=group, order_by=until - since)
    row = (
        select(
            group.label("group"),
            duration.label("duration"),
            rank.label("rank"),
            func.count().over(partition_by=group).label("row_count"),
        )
        .subquery()
        .c
    )
    # The one or two rows in the middle: twice their rank is the count, or one or two more.
    is_middle = (row.rank * 2).in_([row.row_count, row.row_count + 1, row.row_count + 2])
    medians = select(row.group, type_coerce(func.avg(row.duration), Float)).where(is_middle)
    rows = db.session.execute(medians.group_by(row.group))
    return {row[0]: float(row[1]) for row in rows}
