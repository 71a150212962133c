"""Putting an answer right: what was understood first stays beside it, with who changed it."""

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
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)
from app.surveys.actions import survey_sessions
from app.surveys.actions.inbox_hooks import notify_text_understood, queue_survey_text
from app.surveys.actions.survey_steps import apply_survey_step
from app.surveys.models import UNDERSTOOD_STATES, survey_answers
from app.surveys.queries import session_snapshots
from app.surveys.queries.answer_calendar import build_answer_calendar
from app.surveys.queries.reader_surveys import load_reader_texts
from app.surveys.queries.session_snapshots import SessionSnapshot
from app.surveys.queries.unclear_answers import WAITING_STATUSES, find_unclear_answer

A = survey_answers.c


class InvalidAnswer(Exception):
    """What was typed does not answer the question."""


class StaleCorrection(Exception):
    """The text that somebody read is no longer the one that the survey waits for."""


def ensure_answer_still_unclear(session: SessionSnapshot, answer_id: str) -> None:
    """Raise StaleCorrection unless this text is the newest of the session and not understood."""
    unclear = find_unclear_answer(session.phone)
    if unclear is None or unclear.session_id != session.id:
        raise StaleCorrection
    if str(unclear.answer_id) != answer_id:
        raise StaleCorrection


def correct_survey_answer(
    session: SessionSnapshot, position: int, typed: str, username: str, moment: datetime
) -> bool:
    """Count `typed` as the answer to one question; return whether the survey goes on.

    It does when it waits for just this answer: the next question, or the last words, are queued.
    Raises InvalidAnswer, or NotFound when there is no such question. Inside write().
    """
    if not 0 <= position < len(session.state.questions):
        raise NotFound
    question = session.state.questions[position]
    value = parse_answer(question, typed, build_answer_calendar(question, moment))
    if value is None:
        raise InvalidAnswer
    _store_correction(session, position, value, username, moment)
    if not _is_waiting_at(session, position):
        return False
    notify_text_understood(session.phone)
    _continue_survey(session, value, username, moment)
    return True


def _is_waiting_at(session: SessionSnapshot, position: int) -> bool:
    """Whether the survey waits for the answer to this question, of somebody who can be texted."""
    if not session.phone.startswith("+"):  # erased
        return False
    if session.state.status not in WAITING_STATUSES or position != session.state.position:
        return False
    active = session_snapshots.find_active_session(session.phone)
    return active is None or active.id == session.id


def _store_correction(
    session: SessionSnapshot, position: int, value: str, username: str, moment: datetime
) -> None:
    """Store the value, and keep in `value_before` what was understood before any correction."""
    edit: dict[str, Any] = {
        "state": AnswerState.ANSWERED,
        "value": value,
        "edited_at": moment,
        # As long as the column.
        "edited_by": username[:80],
    }
    is_answer = (A.session_id == session.id, A.position == position)
    understood = select(A.id, A.value, A.edited_at).where(*is_answer)
    row = db.session.execute(understood.where(A.state.in_(UNDERSTOOD_STATES))).first()
    if row is not None:
        # A second correction does not hide what was understood first.
        if not row.edited_at:
            edit["value_before"] = row.value
        db.session.execute(update(survey_answers).where(A.id == row.id).values(edit))
        return
    unclear = select(A.body, A.message_id).where(*is_answer, A.state == AnswerState.UNCLEAR)
    text = db.session.execute(unclear.order_by(A.id.desc()).limit(1)).first()
    new = edit | {
        "session_id": session.id,
        "position": position,
        "prompt": session.state.questions[position].prompt,
        "created_at": moment,
        "body": text.body if text else "",
    }
    if text:
        new["message_id"] = text.message_id
    db.session.execute(insert(survey_answers).values(new))


def _continue_survey(
    session: SessionSnapshot,
    value: str,
    username: str,
    moment: datetime,
) -> None:
    if session.state.status is SurveySessionStatus.HANDED_OVER:
        session = survey_sessions.resume_session(session, moment)
    state = session.state
    texts = load_reader_texts(session.phone, state.questions, state.completion)
    step = apply_survey_answer(texts.translate_state(state), value)
    replies = apply_survey_step(session, step, moment)
    # The answer counts also of somebody who has said STOP since; they get no next question.
    if find_suppression_reason(session.phone, PermissionPurpose.ANSWERING):
        return
    versions = texts.find_versions(dict(zip(replies, step.replies, strict=True)))
    for reply in replies:
        message = DirectMessage(
            session.phone,
            reply,
            MessageKind.SURVEY,
            session.name,
            written_by=username,
            template_version_id=versions.get(reply),
        )
        queue_survey_text(message, moment)
