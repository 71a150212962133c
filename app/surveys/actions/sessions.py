"""The rows of one person's way through a survey: read, begun, brought on, ended. Core statements, inside write()."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.questions import parse
from app.domain.surveys import TWICE_WITHIN, AnswerState, Record, SessionStatus, State, same_words
from app.kit.columns import stored
from app.kit.db import db, driver
from app.surveys.models import ONE_A_QUESTION, survey_answers, survey_flows, survey_sessions

COMES_BACK_FOR = timedelta(days=7)  # so long after a time-out the keyword leads back to where they were
UNDERSTOOD = (AnswerState.ANSWERED, AnswerState.SKIPPED)
S, F, A = survey_sessions.c, survey_flows.c, survey_answers.c
# Most texts are no survey's business, and there may be 200 a second: SQLite itself is asked first.
CONCERNS = """
    SELECT EXISTS (SELECT 1 FROM survey_sessions WHERE phone = :phone AND (status = 'active' OR ended_at >= :soon))
    OR EXISTS (SELECT 1 FROM message_logs JOIN messages ON messages.message_log_id = message_logs.id
        WHERE message_logs.survey_id IS NOT NULL AND messages.phone = :phone)
"""


def _put() -> Any:
    """An answer, in the place of the one before. Put together once: that takes longer than to run it."""
    new = upsert(survey_answers)
    change = {name: new.excluded[name] for name in ("state", "body", "value", "message_id", "created_at")}
    change["value_before"] = A.value
    where = text(ONE_A_QUESTION)
    return new.on_conflict_do_update(["session_id", "position"], index_where=where, set_=change)


ADD, PUT = insert(survey_answers), _put()


def may_concern(phone: str, moment: datetime) -> bool:
    """Whether a text from this phone can be an answer: it answers something, just did, or was asked by a blast."""
    values = {"phone": phone, "soon": stored(moment - TWICE_WITHIN)}
    return bool(driver().execute(CONCERNS, values).fetchone()[0])


@dataclass(frozen=True)
class Session:
    """One person's way through one survey, as it stands. `last_body`, `last_at`: the last text that was taken."""

    id: int
    survey_id: int
    phone: str
    name: str | None
    state: State
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
        soon = self.last_at is not None and abs(moment - self.last_at) <= TWICE_WITHIN
        return soon and same_words(body, self.last_body or "")


def active(phone: str) -> Session | None:
    """What this person is answering now."""
    return _one(ACTIVE, {"b_phone": phone})


def latest(phone: str, survey_id: int | None = None) -> Session | None:
    """Their newest session, of this survey or of any."""
    return (
        _one(LATEST, {"b_phone": phone})
        if survey_id is None
        else _one(LATEST_OF, {"b_phone": phone, "b_survey": survey_id})
    )


def found(session_id: int) -> Session | None:
    """This session."""
    return _one(FOUND, {"b_id": session_id})


def _sessions() -> Select[Any]:
    columns = (S.id, S.survey_id, S.phone, S.name, S.status, S.questions_json, S.completion_message, S.position)
    more = (S.misses, S.started_at, S.asked_at, S.ended_at, F.timeout_hours, F.linked_event_id)
    return select(*columns, *more).join(survey_flows, F.id == S.survey_id)


# Built once: the first two are asked for every text that comes in.
_OF_PHONE = S.phone == bindparam("b_phone")
ACTIVE = _sessions().where(_OF_PHONE, S.status == SessionStatus.ACTIVE)
LATEST = _sessions().where(_OF_PHONE).order_by(S.id.desc()).limit(1)
LATEST_OF = _sessions().where(_OF_PHONE, S.survey_id == bindparam("b_survey")).order_by(S.id.desc()).limit(1)
FOUND = _sessions().where(S.id == bindparam("b_id"))
ANSWERS = (
    select(A.position, A.state, A.value, A.body, A.created_at).where(A.session_id == bindparam("b_id")).order_by(A.id)
)


def _one(statement: Select[Any], asked: dict[str, Any]) -> Session | None:
    row = db.session.execute(statement, asked).first()
    if row is None or not (questions := parse(row.questions_json)):
        return None
    rows = db.session.execute(ANSWERS, {"b_id": row.id}).all()
    values = {each.position: each.value for each in rows if each.state in UNDERSTOOD}
    place = min(row.position, len(questions) - 1)
    state = State(questions, row.completion_message or "", place, row.misses, SessionStatus(row.status), values)
    return _session(row, state, rows)


def _session(row: Row[Any], state: State, rows: Sequence[Any]) -> Session:
    # an answer that was given again keeps its row, so the newest text need not be the newest row
    last = max(rows, key=lambda each: each.created_at, default=None)
    if last and state.status is SessionStatus.ACTIVE and last.position == state.position and last.state in UNDERSTOOD:
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


def begin(flow: Row[Any], phone: str, name: str | None, moment: datetime, log_id: int | None = None) -> Session:
    """A new session at the first question of `flow` (a row of survey_flows), counted. Whatever was active has ended."""
    end_active(phone, moment, flow.id)
    values = {
        "survey_id": flow.id,
        "phone": phone,
        "name": name,
        "status": SessionStatus.ACTIVE,
        "questions_json": flow.questions_json,
        "completion_message": flow.completion_message,
        "started_at": moment,
        "asked_at": moment,
        "message_log_id": log_id,
    }
    made = db.session.execute(insert(survey_sessions).values(values).returning(S.id)).scalar_one()
    db.session.execute(update(survey_flows).where(F.id == flow.id).values(start_count=F.start_count + 1))
    state = State(parse(flow.questions_json), flow.completion_message or "")
    patience = timedelta(hours=flow.timeout_hours)
    return Session(made, flow.id, phone, name, state, moment, moment, None, patience, flow.linked_event_id)


def end_active(phone: str, moment: datetime, survey_id: int) -> None:
    """Another survey, or this one again, takes the place of what they were answering."""
    again = case((S.survey_id == survey_id, SessionStatus.RESTARTED.value), else_=SessionStatus.LEFT.value)
    which = update(survey_sessions).where(S.phone == phone, S.status == SessionStatus.ACTIVE)
    db.session.execute(which.values(status=again, ended_at=moment))


def end(session_id: int, status: SessionStatus, moment: datetime) -> None:
    """This session has ended so."""
    which = update(survey_sessions).where(S.id == session_id, S.status == SessionStatus.ACTIVE)
    db.session.execute(which.values(status=status, ended_at=moment))


def go_on(session: Session, moment: datetime) -> Session:
    """A session that had ended is answered again, at the question where it stood."""
    end_active(session.phone, moment, session.survey_id)
    change = {"status": SessionStatus.ACTIVE, "asked_at": moment, "misses": 0, "nudged_at": None, "ended_at": None}
    db.session.execute(update(survey_sessions).where(S.id == session.id).values(change))
    return replace(session, state=replace(session.state, status=SessionStatus.ACTIVE, misses=0), ended_at=None)


def keep(session: Session, state: State, moment: datetime, name: str | None = None) -> None:
    """Where they are now; `name`: how they called themselves."""
    change: dict[str, Any] = {"position": state.position, "misses": state.misses, "status": state.status}
    change |= {"asked_at": moment} if state.status is SessionStatus.ACTIVE else {"ended_at": moment}
    change |= {"name": name} if name else {}
    db.session.execute(update(survey_sessions).where(S.id == session.id).values(change))


def write_down(session: Session, record: Record, body: str, message_id: int | None, moment: datetime) -> None:
    """One text. An answer to a question that has one takes its place; what was understood before stays beside it."""
    values = {
        "session_id": session.id,
        "position": record.position,
        "state": record.state,
        "prompt": session.state.questions[record.position].prompt,
        "body": body,
        "value": record.value,
        "message_id": message_id,
        "created_at": moment,
    }
    if record.state not in UNDERSTOOD:
        db.session.execute(ADD, values)
        return
    db.session.execute(PUT, values)


def count_completion(survey_id: int) -> None:
    """One more has finished."""
    db.session.execute(update(survey_flows).where(F.id == survey_id).values(completion_count=F.completion_count + 1))
