"""Whoever does not answer: reminded once, and after a time no longer waited for.

For a job that runs every minute.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update

from app.core.db import db, execute_and_count_rows, write
from app.delivery.actions.direct_messages import DirectMessage
from app.domain.delivery.message_statuses import MessageKind
from app.domain.surveys.question_definitions import parse_questions
from app.domain.surveys.survey_state_machine import (
    SurveySessionStatus,
    build_nudge_text,
)
from app.domain.texts import message_templates
from app.domain.time import local_times
from app.organisation import queries as organisation
from app.suppression.queries import find_suppression_reasons
from app.surveys.actions.inbox_hooks import queue_survey_text
from app.surveys.models import SurveyFlow, SurveySession

BATCH_SIZE, MAX_BATCHES = (
    200,
    25,
)  # so that texts that come in never wait long for the write lock
NUDGE_START_HOUR, NUDGE_END_HOUR = (
    8,
    21,
)  # on the organisation's clocks: nobody is reminded at night


def time_out_and_nudge_sessions(moment: datetime) -> tuple[int, int]:
    """End what was not answered for too long, and remind once; how many of each.

    Needs an app context, opens write()s.

    Nobody is reminded between 21:00 and 8:00 on the organisation's clocks, nor who must not be
    texted.
    """
    ended = _run_in_batches(lambda: _time_out_sessions(moment))
    zone = (
        ZoneInfo(zone)
        if local_times.is_time_zone(zone := organisation.get_organisation_timezone())
        else ZoneInfo("UTC")
    )
    by_day = NUDGE_START_HOUR <= moment.astimezone(zone).hour < NUDGE_END_HOUR
    return ended, _run_in_batches(lambda: _nudge_sessions(moment)) if by_day else 0


def _run_in_batches(some: Callable[[], int]) -> int:
    total = 0
    for _ in range(MAX_BATCHES):
        done = some()
        total += done
        if done < BATCH_SIZE:
            break
    return total


def _load_survey_wait_hours() -> list[tuple[int, int, int | None]]:
    """(survey, its timeout, its nudge) in hours of every survey that somebody is answering."""
    flow = SurveyFlow
    answering = select(SurveySession.survey_id).where(
        SurveySession.status == SurveySessionStatus.ACTIVE
    )
    rows = db.session.execute(
        select(flow.id, flow.timeout_hours, flow.nudge_hours).where(flow.id.in_(answering))
    )
    return [(row.id, row.timeout_hours, row.nudge_hours) for row in rows]


def _build_asked_before_condition(
    survey_id: int, hours_ago: int, moment: datetime
) -> ColumnElement[bool]:
    return and_(
        SurveySession.survey_id == survey_id,
        SurveySession.asked_at < moment - timedelta(hours=hours_ago),
    )


def _time_out_sessions(moment: datetime) -> int:
    late = [
        _build_asked_before_condition(survey_id, timeout, moment)
        for survey_id, timeout, _ in _load_survey_wait_hours()
    ]
    due = (
        select(SurveySession.id)
        .where(SurveySession.status == SurveySessionStatus.ACTIVE, or_(false(), *late))
        .limit(BATCH_SIZE)
    )
    if not late or not (ids := db.session.scalars(due).all()):
        return 0
    with write():
        # asked again inside: somebody may have answered in the meantime
        which = update(SurveySession).where(
            SurveySession.id.in_(ids), SurveySession.id.in_(due.limit(None))
        )
        values = {"status": SurveySessionStatus.TIMED_OUT, "ended_at": moment}
        execute_and_count_rows(which.values(values).execution_options(synchronize_session=False))
    return len(ids)


def _nudge_sessions(moment: datetime) -> int:
    late = [
        _build_asked_before_condition(survey_id, after, moment)
        for survey_id, _, after in _load_survey_wait_hours()
        if after
    ]
    due = select(SurveySession).where(
        SurveySession.status == SurveySessionStatus.ACTIVE,
        SurveySession.nudged_at.is_(None),
    )
    due = due.where(or_(false(), *late)).order_by(SurveySession.id).limit(BATCH_SIZE)
    if not late or not db.session.scalar(select(func.count()).select_from(due.subquery())):
        return 0
    with write():
        sessions = db.session.scalars(due.execution_options(populate_existing=True)).all()
        _queue_nudges(sessions, moment)
        ids = [session.id for session in sessions]
        which = update(SurveySession).where(SurveySession.id.in_(ids)).values(nudged_at=moment)
        db.session.execute(which.execution_options(synchronize_session=False))
    return len(sessions)


def _queue_nudges(sessions: Sequence[SurveySession], moment: datetime) -> None:
    left_out = find_suppression_reasons([session.phone for session in sessions])
    for session in sessions:
        questions = parse_questions(session.questions_json)
        if session.phone in left_out or session.position >= len(questions):
            continue
        body = message_templates.fill_template(
            build_nudge_text(questions[session.position]), session.name
        )
        queue_survey_text(
            DirectMessage(session.phone, body, MessageKind.SURVEY, session.name), moment
        )
