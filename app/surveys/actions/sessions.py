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
from app.surveys.actions import statements

COMES_BACK_FOR = timedelta(
    days=7
)  # so long after a time-out the keyword leads back to where they were
UNDERSTOOD = (AnswerState.ANSWERED, AnswerState.SKIPPED)


@dataclass(frozen=True)
class Session:
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
    last_body: str | None = None
    last_at: datetime | None = None

    def is_over(self, moment: datetime) -> bool:
        """Whether they have not answered for too long."""
        return moment > self.asked_at + self.timeout

    def is_repeat(self, body: str, moment: datetime) -> bool:
        """Whether this text is the one before once more, a moment later."""
        soon = (
            self.last_at is not None
            and abs(moment - self.last_at) <= REPEATED_TEXT_WINDOW
        )
        return soon and is_same_answer(body, self.last_body or "")


def active(phone: str) -> Session | None:
    """What this person is answering now."""
    return _one(statements.ACTIVE.first(b_phone=phone))


def latest(phone: str, survey_id: int | None = None) -> Session | None:
    """Their newest session, of this survey or of any."""
    if survey_id is None:
        return _one(statements.LATEST.first(b_phone=phone))
    return _one(statements.LATEST_OF.first(b_phone=phone, b_survey=survey_id))


def found(session_id: int) -> Session | None:
    """This session."""
    return _one(statements.FOUND.first(b_id=session_id))


class Flow(NamedTuple):
    """A survey as it is now, for whoever begins it."""

    id: int
    intro_message: str | None
    questions_json: str
    completion_message: str | None
    timeout_hours: int
    linked_event_id: int | None


def open_flow(survey_id: int) -> Flow | None:
    """This survey, while it is active."""
    row = statements.FLOW.first(b_survey=survey_id)
    return Flow(*row) if row else None


class _Row(NamedTuple):
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


class _Given(NamedTuple):
    position: int
    state: AnswerState
    value: str | None
    body: str
    created_at: datetime


def _one(columns: tuple[Any, ...] | None) -> Session | None:
    if columns is None or not (
        questions := parse_questions((row := _Row(*columns)).questions_json)
    ):
        return None
    rows = [_Given(*each) for each in statements.ANSWERS.rows(b_id=row.id)]
    values = {each.position: each.value for each in rows if each.state in UNDERSTOOD}
    place = min(row.position, len(questions) - 1)
    state = SurveyState(
        questions, row.completion_message or "", place, row.misses, row.status, values
    )
    return _session(row, state, rows)


def _session(row: _Row, state: SurveyState, rows: Sequence[_Given]) -> Session:
    # an answer that was given again keeps its row, so the newest text need not be the newest row
    last = max(rows, key=lambda each: each.created_at, default=None)
    if (
        last
        and state.status is SurveySessionStatus.ACTIVE
        and last.position == state.position
        and last.state in UNDERSTOOD
    ):
        last = None  # they went back to it: the same words may be the answer
    return Session(
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
        last_body=last.body if last else None,
        last_at=last.created_at if last else None,
    )


def begin(
    flow: Flow,
    phone: str,
    name: str | None,
    moment: datetime,
    log_id: int | None = None,
) -> Session:
    """A new session at the first question of `flow`, counted. Whatever was active has ended."""
    end_active(phone, moment, flow.id)
    made = statements.BEGIN.add(
        survey_id=flow.id,
        phone=phone,
        name=name,
        questions_json=flow.questions_json,
        completion_message=flow.completion_message,
        started_at=moment,
        asked_at=moment,
        message_log_id=log_id,
    )
    statements.COUNT_START.run(b_survey=flow.id)
    state = SurveyState(
        parse_questions(flow.questions_json), flow.completion_message or ""
    )
    patience = timedelta(hours=flow.timeout_hours)
    return Session(
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


def end_active(phone: str, moment: datetime, survey_id: int) -> None:
    """Another survey, or this one again, takes the place of what they were answering."""
    statements.REPLACE.run(b_phone=phone, b_survey=survey_id, b_moment=moment)


def end_all(phone: str, moment: datetime) -> None:
    """They said STOP."""
    statements.STOP.run(b_phone=phone, b_moment=moment)


def end(session_id: int, status: SurveySessionStatus, moment: datetime) -> None:
    """This session has ended so."""
    statements.END.run(b_id=session_id, b_status=status, b_moment=moment)


def go_on(session: Session, moment: datetime) -> Session:
    """A session that had ended is answered again, at the question where it stood."""
    end_active(session.phone, moment, session.survey_id)
    statements.GO_ON.run(b_id=session.id, b_moment=moment)
    return replace(
        session,
        state=replace(session.state, status=SurveySessionStatus.ACTIVE, misses=0),
        ended_at=None,
    )


def keep(
    session: Session, state: SurveyState, moment: datetime, name: str | None = None
) -> None:
    """Where they are now; `name`: how they called themselves."""
    is_active = state.status is SurveySessionStatus.ACTIVE
    statements.KEEP.run(
        b_id=session.id,
        b_position=state.position,
        b_misses=state.misses,
        b_status=state.status,
        b_asked=moment if is_active else None,
        b_ended=None if is_active else moment,
        b_name=name,
    )


def write_down(
    session: Session,
    record: AnswerRecord,
    body: str,
    message_id: int | None,
    moment: datetime,
) -> None:
    """One text.

    An answer to a question that has one takes its place; what was understood before stays
    beside it.
    """
    statement = statements.PUT if record.state in UNDERSTOOD else statements.ADD
    statement.run(
        session_id=session.id,
        position=record.position,
        state=record.state,
        prompt=session.state.questions[record.position].prompt,
        body=body,
        value=record.value,
        message_id=message_id,
        created_at=moment,
    )


def count_completion(survey_id: int) -> None:
    """One more has finished."""
    statements.COUNT_COMPLETION.run(b_survey=survey_id)
