"""The rows of one person's way through a survey: read, begun, brought on, ended. Inside write()."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.domain.surveys.question_definitions import parse_questions
from app.domain.surveys.survey_state_machine import (
    REPEATED_TEXT_WINDOW,
    AnswerRecord,
    AnswerState,
    SurveySessionStatus,
    SurveyState,
    is_same_answer,
)
from app.surveys.actions import survey_session_statements

RESUME_WINDOW = timedelta(
    days=7
)  # so long after a time-out the keyword leads back to where they were
UNDERSTOOD_STATES = (AnswerState.ANSWERED, AnswerState.SKIPPED)


@dataclass(frozen=True)
class SessionSnapshot:
    """One person's way through one survey, as it stands.

    `last_body`, `last_at`: the last text that was taken.
    """

    id: int
    survey_id: int
    phone: str
    name: str | None
    state: SurveyState
    started_at: datetime
    asked_at: datetime
    ended_at: datetime | None
    timeout: timedelta
    event_id: int | None
    last_text: str | None = None
    last_text_at: datetime | None = None

    def is_timed_out(self, moment: datetime) -> bool:
        """Whether they have not answered for too long."""
        return moment > self.asked_at + self.timeout

    def is_repeat(self, body: str, moment: datetime) -> bool:
        """Whether this text is the one before once more, a moment later."""
        soon = (
            self.last_text_at is not None
            and abs(moment - self.last_text_at) <= REPEATED_TEXT_WINDOW
        )
        return soon and is_same_answer(body, self.last_text or "")


def find_active_session(phone: str) -> SessionSnapshot | None:
    """What this person is answering now."""
    return _load_session(
        survey_session_statements.SELECT_ACTIVE_SESSION.fetch_first_row(b_phone=phone)
    )


def find_latest_session(phone: str, survey_id: int | None = None) -> SessionSnapshot | None:
    """Their newest session, of this survey or of any."""
    if survey_id is None:
        return _load_session(
            survey_session_statements.SELECT_LATEST_SESSION.fetch_first_row(b_phone=phone)
        )
    return _load_session(
        survey_session_statements.SELECT_LATEST_SESSION_OF_SURVEY.fetch_first_row(
            b_phone=phone, b_survey=survey_id
        )
    )


def find_session_snapshot(session_id: int) -> SessionSnapshot | None:
    """This session."""
    return _load_session(survey_session_statements.SELECT_SESSION.fetch_first_row(b_id=session_id))


class SurveyDefinition(NamedTuple):
    """A survey as it is now, for whoever begins it."""

    id: int
    intro_message: str | None
    questions_json: str
    completion_message: str | None
    timeout_hours: int
    linked_event_id: int | None


def find_open_survey_definition(survey_id: int) -> SurveyDefinition | None:
    """This survey, while it is active."""
    row = survey_session_statements.SELECT_OPEN_SURVEY.fetch_first_row(b_survey=survey_id)
    return SurveyDefinition(*row) if row else None


class _SessionRow(NamedTuple):
    id: int
    survey_id: int
    phone: str
    name: str | None
    status: SurveySessionStatus
    questions_json: str
    completion_message: str | None
    position: int
    misses: int
    started_at: datetime
    asked_at: datetime
    ended_at: datetime | None
    timeout_hours: int
    linked_event_id: int | None


class _AnswerRow(NamedTuple):
    position: int
    state: AnswerState
    value: str | None
    body: str
    created_at: datetime


def _load_session(columns: tuple[Any, ...] | None) -> SessionSnapshot | None:
    if columns is None or not (
        questions := parse_questions((row := _SessionRow(*columns)).questions_json)
    ):
        return None
    rows = [
        _AnswerRow(*each)
        for each in survey_session_statements.SELECT_ANSWERS_OF_SESSION.fetch_rows(b_id=row.id)
    ]
    values = {each.position: each.value for each in rows if each.state in UNDERSTOOD_STATES}
    place = min(row.position, len(questions) - 1)
    state = SurveyState(
        questions, row.completion_message or "", place, row.misses, row.status, values
    )
    return _build_session(row, state, rows)


def _build_session(
    row: _SessionRow, state: SurveyState, rows: Sequence[_AnswerRow]
) -> SessionSnapshot:
    # an answer that was given again keeps its row, so the newest text need not be the newest row
    last = max(rows, key=lambda each: each.created_at, default=None)
    if (
        last
        and state.status is SurveySessionStatus.ACTIVE
        and last.position == state.position
        and last.state in UNDERSTOOD_STATES
    ):
        last = None  # they went back to it: the same words may be the answer
    return SessionSnapshot(
        id=row.id,
        survey_id=row.survey_id,
        phone=row.phone,
        name=row.name,
        state=state,
        started_at=row.started_at,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        timeout=timedelta(hours=row.timeout_hours),
        event_id=row.linked_event_id,
        last_text=last.body if last else None,
        last_text_at=last.created_at if last else None,
    )


def start_session(
    flow: SurveyDefinition,
    phone: str,
    name: str | None,
    moment: datetime,
    log_id: int | None = None,
) -> SessionSnapshot:
    """A new session at the first question of `flow`, counted. Whatever was active has ended."""
    end_replaced_session(phone, moment, flow.id)
    made = survey_session_statements.INSERT_SESSION.insert_row(
        survey_id=flow.id,
        phone=phone,
        name=name,
        questions_json=flow.questions_json,
        completion_message=flow.completion_message,
        started_at=moment,
        asked_at=moment,
        message_log_id=log_id,
    )
    survey_session_statements.INCREMENT_START_COUNT.execute(b_survey=flow.id)
    state = SurveyState(parse_questions(flow.questions_json), flow.completion_message or "")
    patience = timedelta(hours=flow.timeout_hours)
    return SessionSnapshot(
        made,
        flow.id,
        phone,
        name,
        state,
        moment,
        moment,
        None,
        patience,
        flow.linked_event_id,
    )


def end_replaced_session(phone: str, moment: datetime, survey_id: int) -> None:
    """Another survey, or this one again, takes the place of what they were answering."""
    survey_session_statements.END_REPLACED_SESSION.execute(
        b_phone=phone, b_survey=survey_id, b_moment=moment
    )


def stop_sessions_of_phone(phone: str, moment: datetime) -> None:
    """They said STOP."""
    survey_session_statements.STOP_SESSION.execute(b_phone=phone, b_moment=moment)


def end_session(session_id: int, status: SurveySessionStatus, moment: datetime) -> None:
    """This session has ended so."""
    survey_session_statements.END_SESSION.execute(b_id=session_id, b_status=status, b_moment=moment)


def resume_session(session: SessionSnapshot, moment: datetime) -> SessionSnapshot:
    """A session that had ended is answered again, at the question where it stood."""
    end_replaced_session(session.phone, moment, session.survey_id)
    survey_session_statements.RESUME_SESSION.execute(b_id=session.id, b_moment=moment)
    return replace(
        session,
        state=replace(session.state, status=SurveySessionStatus.ACTIVE, misses=0),
        ended_at=None,
    )


def save_session_state(
    session: SessionSnapshot,
    state: SurveyState,
    moment: datetime,
    name: str | None = None,
) -> None:
    """Where they are now; `name`: how they called themselves."""
    is_active = state.status is SurveySessionStatus.ACTIVE
    survey_session_statements.SAVE_SESSION_STATE.execute(
        b_id=session.id,
        b_position=state.position,
        b_misses=state.misses,
        b_status=state.status,
        b_asked=moment if is_active else None,
        b_ended=None if is_active else moment,
        b_name=name,
    )


def store_survey_answer(
    session: SessionSnapshot,
    record: AnswerRecord,
    body: str,
    message_id: int | None,
    moment: datetime,
) -> None:
    """One text.

    An answer to a question that has one takes its place; what was understood before stays
    beside it.
    """
    statement = (
        survey_session_statements.UPSERT_ANSWER
        if record.state in UNDERSTOOD_STATES
        else survey_session_statements.INSERT_ANSWER
    )
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


def increment_completion_count(survey_id: int) -> None:
    """One more has finished."""
    survey_session_statements.INCREMENT_COMPLETION_COUNT.execute(b_survey=survey_id)
