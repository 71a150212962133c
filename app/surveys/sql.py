"""Statements of surveys that run for texts that come in, built once.

Up to 200 texts a second arrive. Built once a statement takes 10 µs, through the session 100 to
300: a survey's last answer took 3.3 ms of processor time, and takes 1.4
(docs/decisions/0013-texts-that-come-in.md). Parameters begin with `b_`, since SQLAlchemy keeps the
names of the columns for itself.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    String,
    Update,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.domain.surveys.survey_state_machine import AnswerState, SurveySessionStatus
from app.surveys.models import (
    IS_UNDERSTOOD_SQL,
    survey_answers,
    survey_flows,
    survey_sessions,
    trigger_words,
)

S = survey_sessions.c
F = survey_flows.c
A = survey_answers.c
W = trigger_words.c
_PHONE = bindparam("b_phone", type_=S.phone.type)
_SESSION_ID = bindparam("b_session_id", type_=S.id.type)
_SURVEY_ID = bindparam("b_survey_id", type_=F.id.type)
_LOG_ID = bindparam("b_log_id", type_=S.message_log_id.type)
_MOMENT = bindparam("b_moment", type_=UtcDateTime())
_WORDS = func.json_each(bindparam("b_words")).table_valued("value")
_IS_ACTIVE = S.status == SurveySessionStatus.ACTIVE


class SessionRow(NamedTuple):
    """The columns of _select_sessions(), in its order."""

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
    group_id: int | None


def _select_sessions() -> Select[Any]:
    session = (S.id, S.survey_id, S.phone, S.name, S.status, S.questions_json)
    progress = (S.completion_message, S.position, S.misses, S.started_at, S.asked_at, S.ended_at)
    columns = (*session, *progress, F.timeout_hours, F.linked_event_id, F.group_id)
    return select(*columns).join(survey_flows, F.id == S.survey_id)


# Read for every text of a phone that may answer a survey. The status stands in the statement as a
# constant, so that SQLite uses the partial unique index of active sessions.
SELECT_ACTIVE_SESSION = PreparedStatement(_select_sessions().where(S.phone == _PHONE, _IS_ACTIVE))
_SELECT_NEWEST_SESSION = _select_sessions().where(S.phone == _PHONE).order_by(S.id.desc()).limit(1)
# Read when nothing is active: the text may repeat the last answer of a session that just ended.
SELECT_LATEST_SESSION = PreparedStatement(_SELECT_NEWEST_SESSION)
# Read for every text that is the keyword of a survey: it may repeat the keyword, or resume.
SELECT_LATEST_SESSION_OF_SURVEY = PreparedStatement(
    _SELECT_NEWEST_SESSION.where(S.survey_id == _SURVEY_ID)
)
# Read when a person corrects an answer; the same columns as those above.
SELECT_SESSION = PreparedStatement(_select_sessions().where(S.id == _SESSION_ID))


class AnswerRow(NamedTuple):
    """The columns of SELECT_ANSWERS_OF_SESSION, in its order."""

    position: int
    state: AnswerState
    value: str | None
    body: str
    created_at: datetime


# Read with every session: the machine needs all answers so far to know where BACK leads.
SELECT_ANSWERS_OF_SESSION = PreparedStatement(
    select(A.position, A.state, A.value, A.body, A.created_at)
    .where(A.session_id == _SESSION_ID)
    .order_by(A.id)
)


class SurveyDefinition(NamedTuple):
    """A survey as it is now, in the order of SELECT_OPEN_SURVEY."""

    id: int
    intro_message: str | None
    questions_json: str
    completion_message: str | None
    timeout_hours: int
    linked_event_id: int | None
    group_id: int | None


# Read whenever somebody begins a survey, by its keyword or by answering a blast: a blast to
# 100,000 people can bring their answers at 200 a second.
SELECT_OPEN_SURVEY = PreparedStatement(
    select(
        F.id,
        F.intro_message,
        F.questions_json,
        F.completion_message,
        F.timeout_hours,
        F.linked_event_id,
        F.group_id,
    ).where(F.id == _SURVEY_ID, F.is_active)
)
# Read when an answer sets a language: the survey is named as where it was learnt.
SELECT_SURVEY_NAME = PreparedStatement(select(F.name).where(F.id == _SURVEY_ID))
# Read when somebody finishes: what their check-in is called, no row where it is none.
SELECT_CHECK_IN_NAME = PreparedStatement(
    select(F.name).where(F.id == _SURVEY_ID, F.counts_as_check_in)
)
# Read for an answer to a blast that asks: whether this phone has begun because of it already.
SELECT_HAS_SESSION_OF_BLAST = PreparedStatement(
    select(exists().where(S.message_log_id == _LOG_ID, S.phone == _PHONE))
)

# That somebody begins or finishes a survey does not change it, so `updated_at` stays.
_KEEP_UPDATED_AT = update(survey_flows).where(F.id == _SURVEY_ID).values(updated_at=F.updated_at)
# Written whenever somebody begins or finishes. The database adds: two at once are two.
INCREMENT_START_COUNT = PreparedStatement(_KEEP_UPDATED_AT.values(start_count=F.start_count + 1))
INCREMENT_COMPLETION_COUNT = PreparedStatement(
    _KEEP_UPDATED_AT.values(completion_count=F.completion_count + 1)
)

# Written whenever somebody begins a survey.
INSERT_SESSION = PreparedStatement(
    insert(survey_sessions).values(status=SurveySessionStatus.ACTIVE),
    "survey_id",
    "phone",
    "name",
    "questions_json",
    "completion_message",
    "started_at",
    "asked_at",
    "message_log_id",
)


def _end_active_session(status: Any) -> Update:
    ended = update(survey_sessions).where(S.phone == _PHONE, _IS_ACTIVE)
    return ended.values(ended_at=_MOMENT, status=status)


# Written before every new session: one phone has one active session (unique index). The keyword
# of the same survey starts it again; with another one it has ended.
END_REPLACED_SESSION = PreparedStatement(
    _end_active_session(
        case(
            (S.survey_id == _SURVEY_ID, SurveySessionStatus.RESTARTED.value),
            else_=bindparam("b_status", type_=String),
        )
    )
)
# Written for every STOP, which took 5.7 ms of processor time through the session, and takes 1.2.
STOP_SESSION = PreparedStatement(_end_active_session(SurveySessionStatus.STOPPED))

_UPDATE_SESSION = update(survey_sessions).where(S.id == _SESSION_ID)
# Written when the next text shows that a session has timed out before the job has ended it.
END_SESSION = PreparedStatement(
    _UPDATE_SESSION.where(_IS_ACTIVE).values(status=bindparam("b_status"), ended_at=_MOMENT)
)
# Written when a keyword, or a correction, leads back into a session that had ended.
RESUME_SESSION = PreparedStatement(
    _UPDATE_SESSION.values(
        status=SurveySessionStatus.ACTIVE,
        asked_at=_MOMENT,
        misses=0,
        nudged_at=None,
        ended_at=None,
    )
)
# Written with every answer. One of `b_asked_at` and `b_ended_at` is given; NULL keeps the column.
SAVE_SESSION_STATE = PreparedStatement(
    _UPDATE_SESSION.values(
        position=bindparam("b_position"),
        misses=bindparam("b_misses"),
        status=bindparam("b_status"),
        asked_at=func.coalesce(bindparam("b_asked_at", type_=UtcDateTime()), S.asked_at),
        ended_at=func.coalesce(bindparam("b_ended_at", type_=UtcDateTime()), S.ended_at),
        name=func.coalesce(bindparam("b_name"), S.name),
    )
)

_ANSWER_COLUMNS = (
    "session_id",
    "position",
    "state",
    "prompt",
    "body",
    "value",
    "message_id",
    "created_at",
)


def _upsert_answer() -> Any:
    new = upsert(survey_answers)
    replaced = ("state", "body", "value", "message_id", "created_at")
    values: dict[str, Any] = {name: new.excluded[name] for name in replaced}
    return new.on_conflict_do_update(
        ["session_id", "position"],
        index_where=text(IS_UNDERSTOOD_SQL),
        set_=values | {"value_before": A.value},
    )


# Written with every answer. One that is understood takes the place of the one before, which stays
# in `value_before`; texts that are not understood or repeated are all kept.
INSERT_ANSWER = PreparedStatement(insert(survey_answers), *_ANSWER_COLUMNS)
UPSERT_ANSWER = PreparedStatement(_upsert_answer(), *_ANSWER_COLUMNS)

_IS_ONE_OF_WORDS = or_(W.word.in_(select(_WORDS.c.value)), W.folded.in_(select(_WORDS.c.value)))
# Read for texts that may start something: the surveys of these words, None for a keyword's. One
# JSON value is one sqlite3_step; each further row would release the GIL once more.
SELECT_SURVEYS_OF_WORDS = PreparedStatement(
    select(func.json_group_array(W.survey_id)).where(_IS_ONE_OF_WORDS)
)
# Read for texts whose words may be a keyword: each word as it is stored and as it is compared,
# and its keyword.
SELECT_KEYWORDS_OF_WORDS = PreparedStatement.as_json(
    select(W.word, W.folded, W.keyword_rule_id).where(
        _IS_ONE_OF_WORDS, W.keyword_rule_id.is_not(None)
    )
)
