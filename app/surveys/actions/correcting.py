"""A person puts an answer right: what we had understood stays beside it, with who changed it
and when.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.core.db import db
from app.delivery.actions.direct_messages import DirectMessage
from app.domain.delivery.message_statuses import MessageKind
from app.domain.surveys.answer_parsing import parse_answer
from app.domain.surveys.survey_state_machine import (
    AnswerState,
    SurveySessionStatus,
    apply_survey_answer,
)
from app.suppression.queries import is_left_out
from app.surveys.actions import sessions
from app.surveys.actions.answering import calendar, carry_out
from app.surveys.actions.conversations import say, understood
from app.surveys.actions.sessions import UNDERSTOOD, Session
from app.surveys.actions.surveys import Gone
from app.surveys.models import survey_answers
from app.surveys.queries.misread import misread

A = survey_answers.c


class NotAnAnswer(Exception):
    """What was typed does not answer the question."""


class Overtaken(Exception):
    """The text that somebody read is no longer the one that the survey waits for."""


def still_misread(session: Session, text_id: str) -> None:
    """Raises Overtaken unless this text of the session is the newest, and was not understood."""
    waits = misread(session.phone)
    if waits is None or (waits.session_id, str(waits.text_id)) != (session.id, text_id):
        raise Overtaken


def correct(
    session: Session, position: int, typed: str, who: str, moment: datetime
) -> bool:
    """Count `typed` as the answer to one question.

    Raises NotAnAnswer, or Gone when there is no such question.

    When the survey waits for just this answer, it goes on: True. The next question, or the last
    words, are queued.
    """
    if not 0 <= position < len(session.state.questions):
        raise Gone
    question = session.state.questions[position]
    value = parse_answer(question, typed, calendar(question, moment))
    if value is None:
        raise NotAnAnswer
    _write(session, position, value, who, moment)
    waits = session.state.status in (
        SurveySessionStatus.ACTIVE,
        SurveySessionStatus.HANDED_OVER,
    )
    erased = not session.phone.startswith("+")
    if (
        erased
        or not waits
        or position != session.state.position
        or _answers_another(session)
    ):
        return False
    understood(session.phone)
    _go_on(session, value, who, moment)
    return True


def _write(
    session: Session, position: int, value: str, who: str, moment: datetime
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
        select(A.id, A.value, A.edited_at).where(*there, A.state.in_(UNDERSTOOD))
    ).first()
    if row is not None:
        before = {} if row.edited_at else {"value_before": row.value}
        db.session.execute(
            update(survey_answers).where(A.id == row.id).values(edit | before)
        )
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


def _answers_another(session: Session) -> bool:
    now_answering = sessions.active(session.phone)
    return now_answering is not None and now_answering.id != session.id


def _go_on(session: Session, value: str, who: str, moment: datetime) -> None:
    if session.state.status is SurveySessionStatus.HANDED_OVER:
        session = sessions.go_on(session, moment)
    replies = carry_out(session, apply_survey_answer(session.state, value), moment)
    if is_left_out(session.phone):
        return
    for reply in replies:
        say(
            DirectMessage(
                session.phone, reply, MessageKind.SURVEY, session.name, written_by=who
            ),
            moment,
        )
