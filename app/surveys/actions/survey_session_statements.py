"""The statements of one person's way through a survey, built once.

Their parameters are called `b_…`.
"""

from typing import Any

from sqlalchemy import Select, bindparam, case, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys.models import (
    IS_UNDERSTOOD_SQL,
    survey_answers,
    survey_flows,
    survey_sessions,
)

S, F, A = survey_sessions.c, survey_flows.c, survey_answers.c
_PHONE_PARAM = bindparam("b_phone", type_=S.phone.type)
_SESSION_ID_PARAM, _SURVEY_ID_PARAM = (
    bindparam(name, type_=S.id.type) for name in ("b_id", "b_survey")
)
_MOMENT_PARAM = bindparam("b_moment", type_=UtcDateTime())
_IS_ACTIVE = S.status == SurveySessionStatus.ACTIVE


def _select_sessions() -> Select[Any]:
    columns = (
        S.id,
        S.survey_id,
        S.phone,
        S.name,
        S.status,
        S.questions_json,
        S.completion_message,
        S.position,
    )
    more = (
        S.misses,
        S.started_at,
        S.asked_at,
        S.ended_at,
        F.timeout_hours,
        F.linked_event_id,
    )
    return select(*columns, *more).join(survey_flows, F.id == S.survey_id)


_SELECT_NEWEST_SESSION = (
    _select_sessions().where(S.phone == _PHONE_PARAM).order_by(S.id.desc()).limit(1)
)
SELECT_ACTIVE_SESSION = PreparedStatement(
    _select_sessions().where(S.phone == _PHONE_PARAM, _IS_ACTIVE)
)
SELECT_LATEST_SESSION = PreparedStatement(_SELECT_NEWEST_SESSION)
SELECT_LATEST_SESSION_OF_SURVEY = PreparedStatement(
    _SELECT_NEWEST_SESSION.where(S.survey_id == _SURVEY_ID_PARAM)
)
SELECT_SESSION = PreparedStatement(_select_sessions().where(S.id == _SESSION_ID_PARAM))
SELECT_ANSWERS_OF_SESSION = PreparedStatement(
    select(A.position, A.state, A.value, A.body, A.created_at)
    .where(A.session_id == _SESSION_ID_PARAM)
    .order_by(A.id)
)
SELECT_OPEN_SURVEY = PreparedStatement(
    select(
        F.id,
        F.intro_message,
        F.questions_json,
        F.completion_message,
        F.timeout_hours,
        F.linked_event_id,
    ).where(F.id == _SURVEY_ID_PARAM, F.is_active)
)
# that somebody begins or finishes it is no change of the survey
_UPDATE_SURVEY_COUNTS = (
    update(survey_flows).where(F.id == _SURVEY_ID_PARAM).values(updated_at=F.updated_at)
)
INCREMENT_START_COUNT = PreparedStatement(
    _UPDATE_SURVEY_COUNTS.values(start_count=F.start_count + 1)
)
INCREMENT_COMPLETION_COUNT = PreparedStatement(
    _UPDATE_SURVEY_COUNTS.values(completion_count=F.completion_count + 1)
)

INSERT_SESSION = PreparedStatement(
    insert(survey_sessions).values(status=SurveySessionStatus.ACTIVE),
    *(
        "survey_id",
        "phone",
        "name",
        "questions_json",
        "completion_message",
        "started_at",
        "asked_at",
        "message_log_id",
    ),
)
_END_ACTIVE_SESSION = (
    update(survey_sessions)
    .where(S.phone == _PHONE_PARAM, _IS_ACTIVE)
    .values(ended_at=_MOMENT_PARAM)
)
_REPLACED_STATUS = case(
    (S.survey_id == _SURVEY_ID_PARAM, SurveySessionStatus.RESTARTED.value),
    else_=SurveySessionStatus.LEFT.value,
)
END_REPLACED_SESSION = PreparedStatement(_END_ACTIVE_SESSION.values(status=_REPLACED_STATUS))
STOP_SESSION = PreparedStatement(_END_ACTIVE_SESSION.values(status=SurveySessionStatus.STOPPED))

_UPDATE_SESSION_BY_ID = update(survey_sessions).where(S.id == _SESSION_ID_PARAM)
END_SESSION = PreparedStatement(
    _UPDATE_SESSION_BY_ID.where(_IS_ACTIVE).values(
        status=bindparam("b_status"), ended_at=_MOMENT_PARAM
    )
)
RESUME_SESSION = PreparedStatement(
    _UPDATE_SESSION_BY_ID.values(
        status=SurveySessionStatus.ACTIVE,
        asked_at=_MOMENT_PARAM,
        misses=0,
        nudged_at=None,
        ended_at=None,
    )
)
# one of b_asked and b_ended; b_name or what was there
SAVE_SESSION_STATE = PreparedStatement(
    _UPDATE_SESSION_BY_ID.values(
        position=bindparam("b_position"),
        misses=bindparam("b_misses"),
        status=bindparam("b_status"),
        asked_at=func.coalesce(bindparam("b_asked", type_=UtcDateTime()), S.asked_at),
        ended_at=func.coalesce(bindparam("b_ended", type_=UtcDateTime()), S.ended_at),
        name=func.coalesce(bindparam("b_name"), S.name),
    )
)


def _build_answer_upsert() -> Any:
    """An answer, in the place of the one before."""
    new = upsert(survey_answers)
    change = {
        name: new.excluded[name] for name in ("state", "body", "value", "message_id", "created_at")
    }
    change["value_before"] = A.value
    where = text(IS_UNDERSTOOD_SQL)
    return new.on_conflict_do_update(["session_id", "position"], index_where=where, set_=change)


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
INSERT_ANSWER, UPSERT_ANSWER = (
    PreparedStatement(insert(survey_answers), *_ANSWER_COLUMNS),
    PreparedStatement(_build_answer_upsert(), *_ANSWER_COLUMNS),
)
