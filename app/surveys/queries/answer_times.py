"""How long people take to answer: the median, so that one who answered the next day does not
spoil it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, Select, and_, func, or_, select, type_coerce

from app.core.db import db
from app.delivery.models import Message
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys.models import SurveyAnswer, SurveySession
from app.surveys.queries.survey_results import UNDERSTOOD_STATES
from app.surveys.queries.survey_session_filter import SessionFilter

A, S, M = SurveyAnswer, SurveySession, Message
SECONDS_PER_DAY = 86_400
# the newest sessions: so many tell what is usual, and looking at all of 10,000 takes a second
MAX_SESSIONS_MEASURED = 1_000


@dataclass(frozen=True)
class AnswerTimes:
    """Medians in seconds: from the beginning to the end of those who finished; and of each
    question, by its words.
    """

    seconds_to_finish: float | None
    seconds_to_answer: Mapping[str, float]


def measure_answer_times(which: SessionFilter) -> AnswerTimes:
    """How long it took the newest MOST.

    What a person wrote down for somebody tells nothing, and is left out.
    """
    finished = select(func.julianday(S.ended_at), func.julianday(_build_first_asked_at()))
    done = finished.where(
        S.id.in_(_select_newest_sessions(which)),
        S.status == SurveySessionStatus.COMPLETED,
        S.ended_at.is_not(None),
    )
    [whole] = _compute_medians(done.add_columns(S.survey_id)).values() or [None]
    return AnswerTimes(whole, _compute_medians(_select_answer_times(which)))


def _select_newest_sessions(which: SessionFilter) -> Select[Any]:
    return (
        select(S.id)
        .where(*which.where_conditions)
        .order_by(S.id.desc())
        .limit(MAX_SESSIONS_MEASURED)
    )


def _build_first_asked_at() -> Any:
    """When they were asked first: by the text of a blast, else when they had texted the keyword."""
    asked = func.coalesce(M.sent_at, M.submitted_at, M.created_at)
    of_blast = (
        select(asked).where(M.message_log_id == S.message_log_id, M.phone == S.phone).limit(1)
    )
    return func.coalesce(of_blast.correlate(S).scalar_subquery(), S.started_at)


def _select_answer_times(which: SessionFilter) -> Select[Any]:
    """(answered, asked, question) of every answer: what came before it is when it was asked."""
    before = func.lag(A.created_at).over(partition_by=A.session_id, order_by=(A.created_at, A.id))
    by_hand = and_(A.edited_at.is_not(None), A.value_before.is_(None))
    said = (
        select(
            A.created_at,
            func.coalesce(before, _build_first_asked_at()).label("asked"),
            A.prompt,
            by_hand.label("by_hand"),
        )
        .join(S, S.id == A.session_id)
        .where(S.id.in_(_select_newest_sessions(which)), A.state.in_(UNDERSTOOD_STATES))
        .subquery()
    )
    return select(
        func.julianday(said.c.created_at), func.julianday(said.c.asked), said.c.prompt
    ).where(or_(said.c.by_hand.is_(None), ~said.c.by_hand))


def _compute_medians(rows: Select[Any]) -> dict[str, float]:
    """The median of the difference of the first two columns, in seconds, for each value of the
    third.
    """
    each = rows.subquery()
    until, since, of = each.c
    took = (func.max(until - since, 0) * SECONDS_PER_DAY).label("took")
    order = func.row_number().over(partition_by=of, order_by=until - since)
    ranked = select(
        of.label("of"),
        took,
        order.label("place"),
        func.count().over(partition_by=of).label("number"),
    )
    row = ranked.subquery().c
    middle = (row.place * 2).in_([row.number, row.number + 1, row.number + 2])
    half = select(row.of, type_coerce(func.avg(row.took), Float)).where(middle).group_by(row.of)
    return {of: float(seconds) for of, seconds in db.session.execute(half)}
