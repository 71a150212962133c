"""Writing one person's way through a survey: start, answer, move on, end. Inside write()."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.surveys.question_definitions import parse_questions
from app.domain.surveys.survey_state_machine import (
    AnswerRecord,
    SurveySessionStatus,
    SurveyState,
)
from app.surveys import sql
from app.surveys.models import UNDERSTOOD_STATES
from app.surveys.queries.session_snapshots import SessionSnapshot
from app.surveys.sql import SurveyDefinition


def start_session(
    survey: SurveyDefinition,
    phone: str,
    name: str | None,
    moment: datetime,
    log_id: int | None = None,
) -> SessionSnapshot:
    """Start a session at the first question and count it; what was active ends.

    `log_id`: the blast that asked.
    """
    # First, since the database refuses a second active session of a phone. Whoever answers a
    # blast has not left what they were answering: its keyword leads back to it for a week.
    status = SurveySessionStatus.LEFT if log_id is None else SurveySessionStatus.TIMED_OUT
    end_replaced_session(phone, moment, survey.id, status)
    session_id = sql.INSERT_SESSION.insert_row(
        survey_id=survey.id,
        phone=phone,
        name=name,
        questions_json=survey.questions_json,
        completion_message=survey.completion_message,
        started_at=moment,
        asked_at=moment,
        message_log_id=log_id,
    )
    sql.INCREMENT_START_COUNT.execute(b_survey_id=survey.id)
    questions = parse_questions(survey.questions_json)
    return SessionSnapshot(
        id=session_id,
        survey_id=survey.id,
        phone=phone,
        name=name,
        state=SurveyState(questions, survey.completion_message or ""),
        started_at=moment,
        asked_at=moment,
        ended_at=None,
        timeout=timedelta(hours=survey.timeout_hours),
        event_id=survey.linked_event_id,
        group_id=survey.group_id,
    )


def end_replaced_session(
    phone: str,
    moment: datetime,
    survey_id: int,
    status: SurveySessionStatus = SurveySessionStatus.LEFT,
) -> None:
    """End the active session of a phone before one of `survey_id` takes its place.

    It ends as restarted when it is of the same survey, else with `status`.
    """
    sql.END_REPLACED_SESSION.execute(
        b_phone=phone, b_survey_id=survey_id, b_moment=moment, b_status=status.value
    )


def end_session(session_id: int, status: SurveySessionStatus, moment: datetime) -> None:
    """End a session with `status`, unless it has ended already."""
    sql.END_SESSION.execute(b_session_id=session_id, b_status=status, b_moment=moment)


def resume_session(session: SessionSnapshot, moment: datetime) -> SessionSnapshot:
    """Make a session that had ended active again, at the question where it stood."""
    end_replaced_session(session.phone, moment, session.survey_id)
    sql.RESUME_SESSION.execute(b_session_id=session.id, b_moment=moment)
    state = replace(session.state, status=SurveySessionStatus.ACTIVE, misses=0)
    return replace(session, state=state, ended_at=None)


def save_session_state(
    session: SessionSnapshot, state: SurveyState, moment: datetime, name: str | None = None
) -> None:
    """Store where a session is now; a `name` that they gave replaces the one of the session."""
    # `asked_at` moves with every question: the time-out counts from the last one.
    is_active = state.status is SurveySessionStatus.ACTIVE
    sql.SAVE_SESSION_STATE.execute(
        b_session_id=session.id,
        b_position=state.position,
        b_misses=state.misses,
        b_status=state.status,
        b_asked_at=moment if is_active else None,
        b_ended_at=None if is_active else moment,
        b_name=name,
    )


def store_survey_answer(
    session: SessionSnapshot,
    record: AnswerRecord,
    body: str,
    message_id: int | None,
    moment: datetime,
) -> None:
    """Store what became of a text.

    An answer to a question that has one takes its place; what was understood before stays in
    `value_before`.
    """
    is_understood = record.state in UNDERSTOOD_STATES
    statement = sql.UPSERT_ANSWER if is_understood else sql.INSERT_ANSWER
    statement.execute(
        session_id=session.id,
        position=record.position,
        state=record.state,
        prompt=session.state.questions[record.position].prompt,
        body=body,
        value=record.value,
        message_id=message_id,
        created_at=moment,
    )
