"""Sessions that get no answer: each is reminded once, and ended after the survey's time.

For a job that runs every minute.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice, starmap
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, update

from app.core.db import db, execute_and_count_rows, write
from app.core.settings import current_settings
from app.delivery.actions.direct_messages import DirectMessage
from app.delivery.actions.text_holding import load_hold_judge
from app.domain.delivery.message_statuses import MessageKind
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.surveys.survey_hints import build_nudge_text
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.domain.texts import message_templates
from app.domain.time import local_times
from app.organisation import queries as organisation
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reasons,
)
from app.surveys.actions.inbox_hooks import queue_survey_text
from app.surveys.models import SurveyFlow, SurveySession
from app.surveys.queries.reader_surveys import load_reader_texts

# A batch is one write(): small, so that texts that come in never wait long for the write lock.
BATCH_SIZE = 200
MAX_BATCHES = 25
# On the organisation's clocks: nobody is reminded at night (docs/decisions/0011-surveys.md).
NUDGE_START_HOUR = 8
NUDGE_END_HOUR = 21


class SurveyWait(NamedTuple):
    """After how many hours without an answer a survey ends a session, and reminds (None: never)."""

    survey_id: int
    timeout_hours: int
    nudge_hours: int | None


def time_out_and_nudge_sessions(moment: datetime) -> tuple[int, int]:
    """End sessions that got no answer for too long and remind others; return how many of each.

    Opens a write() for each batch. Nobody is reminded between 21:00 and 8:00 on the organisation's
    clocks, nor outside texting hours where they are, nor whoever must not be texted.
    """
    ended_count = _run_in_batches(_time_out_sessions, moment)
    zone = local_times.zone_or_utc(organisation.get_organisation_timezone())
    if not NUDGE_START_HOUR <= moment.astimezone(zone).hour < NUDGE_END_HOUR:
        return ended_count, 0
    return ended_count, _run_in_batches(_nudge_sessions, moment)


def _run_in_batches(process_batch: Callable[[datetime], int], moment: datetime) -> int:
    total = 0
    for _ in range(MAX_BATCHES):
        count = process_batch(moment)
        total += count
        if count < BATCH_SIZE:
            break
    return total


def _find_survey_waits() -> list[SurveyWait]:
    """Return the hours of every survey that somebody is answering."""
    active = SurveySession.status == SurveySessionStatus.ACTIVE
    answering = select(SurveySession.survey_id).where(active)
    columns = select(SurveyFlow.id, SurveyFlow.timeout_hours, SurveyFlow.nudge_hours)
    rows = db.session.execute(columns.where(SurveyFlow.id.in_(answering)))
    return list(starmap(SurveyWait, rows))


def _is_asked_before(survey_id: int, hours: int, moment: datetime) -> ColumnElement[bool]:
    return and_(
        SurveySession.survey_id == survey_id,
        SurveySession.asked_at < moment - timedelta(hours=hours),
    )


def _time_out_sessions(moment: datetime) -> int:
    overdue = []
    for wait in _find_survey_waits():
        overdue.append(_is_asked_before(wait.survey_id, wait.timeout_hours, moment))
    active = SurveySession.status == SurveySessionStatus.ACTIVE
    due = select(SurveySession.id).where(active, or_(false(), *overdue))
    if not overdue:
        return 0
    ids = db.session.scalars(due.limit(BATCH_SIZE)).all()
    if not ids:
        return 0
    with write():
        # `due` once more inside the lock: somebody may have answered in the meantime.
        still_due = (SurveySession.id.in_(ids), SurveySession.id.in_(due))
        values: dict[str, Any] = {"status": SurveySessionStatus.TIMED_OUT, "ended_at": moment}
        statement = update(SurveySession).where(*still_due).values(values)
        execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return len(ids)


def _nudge_sessions(moment: datetime) -> int:
    overdue = []
    for wait in _find_survey_waits():
        if wait.nudge_hours:
            overdue.append(_is_asked_before(wait.survey_id, wait.nudge_hours, moment))
    if not overdue:
        return 0
    active = SurveySession.status == SurveySessionStatus.ACTIVE
    due = select(SurveySession).where(active, SurveySession.nudged_at.is_(None))
    due = due.where(or_(false(), *overdue)).order_by(SurveySession.id)
    # Listed first outside of write(): mostly nobody is due, and the lock is not taken.
    ids = _list_ids_in_hours(due, moment)
    if not ids:
        return 0
    with write():
        # `due` once more inside the lock: somebody may have answered in the meantime.
        still_due = due.where(SurveySession.id.in_(ids))
        sessions = db.session.scalars(still_due.execution_options(populate_existing=True)).all()
        _queue_nudges(sessions, moment)
        ids = [session.id for session in sessions]
        nudged = update(SurveySession).where(SurveySession.id.in_(ids)).values(nudged_at=moment)
        db.session.execute(nudged.execution_options(synchronize_session=False))
    return len(sessions)


def _list_ids_in_hours(due: Select[Any], moment: datetime) -> list[int]:
    """Return the ids of a batch of sessions whose people may be texted at this hour."""
    judge = load_hold_judge(current_settings().carrier, moment)
    rows = db.session.execute(due.with_only_columns(SurveySession.id, SurveySession.phone))
    is_open = (
        row.id
        for row in rows
        if judge is None or judge.find_hold(row.phone, TextPurpose.SURVEY) is None
    )
    return list(islice(is_open, BATCH_SIZE))


def _queue_nudges(sessions: Sequence[SurveySession], moment: datetime) -> None:
    # One query for the batch, inside write(): an opt-out that came meanwhile counts.
    phones = [session.phone for session in sessions]
    # Whoever has begun a survey wants its questions: the reminder belongs to what they asked for.
    suppressed = find_suppression_reasons(phones, PermissionPurpose.ANSWERING)
    for session in sessions:
        questions = parse_questions(session.questions_json)
        if session.phone in suppressed or session.position >= len(questions):
            continue
        queue_survey_text(_build_nudge(session, questions[session.position]), moment)


def _build_nudge(session: SurveySession, question: SurveyQuestion) -> DirectMessage:
    texts = load_reader_texts(session.phone, [question])
    nudge = build_nudge_text(texts.translate_question(question))
    values = organisation.get_text_values_for(nudge)
    body = message_templates.fill_template(nudge, session.name, values)
    return DirectMessage(
        session.phone,
        body,
        MessageKind.SURVEY,
        session.name,
        template_version_id=texts.find_versions({body: nudge}).get(body),
    )
