"""A person puts an answer right: what we had understood stays beside it, with who changed it
and when.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.core.db import NotFound, db
from app.delivery.actions.direct_messages import DirectMessage
from app.domain.delivery.message_statuses import MessageKind
from app.domain.surveys.answer_parsing import parse_answer
from app.domain.surveys.survey_state_machine import (
    AnswerState,
    SurveySessionStatus,
    apply_survey_answer,
)
from app.suppression.queries import find_suppression_reason
from app.surveys.actions import survey_sessions
from app.surveys.actions.inbox_hooks import notify_text_understood, queue_survey_text
from app.surveys.actions.survey_sessions import UNDERSTOOD_STATES, SessionSnapshot
from app.surveys.actions.survey_text_handling import (
    apply_survey_step,
    build_answer_calendar,
)
from app.surveys.models import survey_answers
from app.surveys.queries.unclear_answers import find_unclear_answer

A = survey_answers.c


class InvalidAnswer(Exception):
    """What was typed does not answer the question."""


class StaleCorrection(Exception):
    """The text that somebody read is no longer the one that the survey waits for."""


def ensure_answer_still_unclear(session: SessionSnapshot, text_id: str) -> None:
    """Raises Overtaken unless this text of the session is the newest, and was not understood."""
    waits = find_unclear_answer(session.phone)
    if waits is None or (waits.session_id, str(waits.answer_id)) != (
        session.id,
        text_id,
    ):
        raise StaleCorrection


def correct_survey_answer(
    session: SessionSnapshot, position: int, typed: str, who: str, moment: datetime
) -> bool:
    """Count `typed` as the answer to one question.

    Raises NotAnAnswer, or Gone when there is no such question.

    When the survey waits for just this answer, it goes on: True. The next question, or the last
    words, are queued.
    """
    if not 0 <= position < len(session.state.questions):
        raise NotFound
    question = session.state.questions[position]
    value = parse_answer(question, typed, build_answer_calendar(question, moment))
    if value is None:
        raise InvalidAnswer
    _store_correction(session, position, value, who, moment)
    waits = session.state.status in (
        SurveySessionStatus.ACTIVE,
        SurveySessionStatus.HANDED_OVER,
    )
    erased = not session.phone.startswith("+")
    if erased or not waits or position != session.state.position or _is_answering_another(session):
        return False
    notify_text_understood(session.phone)
    _continue_survey(session, value, who, moment)
    return True


def _store_correction(
    session: SessionSnapshot, position: int, value: str, who: str, moment: datetime
) -> None:
    """What was understood first is what stays: a second correction does not hide it."""
    edit = {
        "state": AnswerState.ANSWERED,
        "value": value,
        "edited_at": moment,
        "edited_by": who[:80],
    }
    there = (A.session_id == session.id, A.position == position)
    row = db.session.execute(
        select(A.id, A.value, A.edited_at).where(*there, A.state.in_(UNDERSTOOD_STATES))
    ).first()
    if row is not None:
        before = {} if row.edited_at else {"value_before": row.value}
        db.session.execute(update(survey_answers).where(A.id == row.id).values(edit | before))
        return
    unclear = select(A.body, A.message_id).where(*there, A.state == AnswerState.UNCLEAR)
    said = db.session.execute(unclear.order_by(A.id.desc()).limit(1)).first()
    new: dict[str, Any] = {
        "session_id": session.id,
        "position": position,
        "created_at": moment,
        **edit,
    }
    new |= {"prompt": session.state.questions[position].prompt}
    new |= {"body": said.body, "message_id": said.message_id} if said else {"body": ""}
    db.session.execute(insert(survey_answers).values(new))


def _is_answering_another(session: SessionSnapshot) -> bool:
    now_answering = survey_sessions.find_active_session(session.phone)
    return now_answering is not None and now_answering.id != session.id


def _continue_survey(session: SessionSnapshot, value: str, who: str, moment: datetime) -> None:
    if session.state.status is SurveySessionStatus.HANDED_OVER:
        session = survey_sessions.resume_session(session, moment)
    replies = apply_survey_step(session, apply_survey_answer(session.state, value), moment)
    if find_suppression_reason(session.phone):
        return
    for reply in replies:
        queue_survey_text(
            DirectMessage(session.phone, reply, MessageKind.SURVEY, session.name, written_by=who),
            moment,
        )
