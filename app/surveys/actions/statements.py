"""The statements of one person's way through a survey, built once.

Their parameters are called `b_…`.
"""

from typing import Any

from sqlalchemy import Select, bindparam, case, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.column_types import UtcDateTime
from app.core.prepared import PreparedStatement
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.surveys.models import (
    ONE_A_QUESTION,
    survey_answers,
    survey_flows,
    survey_sessions,
)

S, F, A = survey_sessions.c, survey_flows.c, survey_answers.c
_PHONE = bindparam("b_phone", type_=S.phone.type)
_ID, _SURVEY = (bindparam(name, type_=S.id.type) for name in ("b_id", "b_survey"))
_MOMENT = bindparam("b_moment", type_=UtcDateTime())
_IS_ACTIVE = S.status == SurveySessionStatus.ACTIVE


def _sessions() -> Select[Any]:
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


_NEWEST = _sessions().where(S.phone == _PHONE).order_by(S.id.desc()).limit(1)
ACTIVE = PreparedStatement(_sessions().where(S.phone == _PHONE, _IS_ACTIVE))
LATEST = PreparedStatement(_NEWEST)
LATEST_OF = PreparedStatement(_NEWEST.where(S.survey_id == _SURVEY))
FOUND = PreparedStatement(_sessions().where(S.id == _ID))
ANSWERS = PreparedStatement(
    select(A.position, A.state, A.value, A.body, A.created_at)
    .where(A.session_id == _ID)
    .order_by(A.id)
)
FLOW = PreparedStatement(
    select(
        F.id,
        F.intro_message,
        F.questions_json,
        F.completion_message,
        F.timeout_hours,
        F.linked_event_id,
    ).where(F.id == _SURVEY, F.is_active)
)
# that somebody begins or finishes it is no change of the survey
_COUNT = update(survey_flows).where(F.id == _SURVEY).values(updated_at=F.updated_at)
COUNT_START = PreparedStatement(_COUNT.values(start_count=F.start_count + 1))
COUNT_COMPLETION = PreparedStatement(
    _COUNT.values(completion_count=F.completion_count + 1)
)

BEGIN = PreparedStatement(
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
_OF_PHONE = (
    update(survey_sessions)
    .where(S.phone == _PHONE, _IS_ACTIVE)
    .values(ended_at=_MOMENT)
)
_AGAIN = case(
    (S.survey_id == _SURVEY, SurveySessionStatus.RESTARTED.value),
    else_=SurveySessionStatus.LEFT.value,
)
REPLACE = PreparedStatement(_OF_PHONE.values(status=_AGAIN))
STOP = PreparedStatement(_OF_PHONE.values(status=SurveySessionStatus.STOPPED))

_THIS = update(survey_sessions).where(S.id == _ID)
END = PreparedStatement(
    _THIS.where(_IS_ACTIVE).values(status=bindparam("b_status"), ended_at=_MOMENT)
)
GO_ON = PreparedStatement(
    _THIS.values(
        status=SurveySessionStatus.ACTIVE,
        asked_at=_MOMENT,
        misses=0,
        nudged_at=None,
        ended_at=None,
    )
)
# one of b_asked and b_ended; b_name or what was there
KEEP = PreparedStatement(
    _THIS.values(
        position=bindparam("b_position"),
        misses=bindparam("b_misses"),
        status=bindparam("b_status"),
        asked_at=func.coalesce(bindparam("b_asked", type_=UtcDateTime()), S.asked_at),
        ended_at=func.coalesce(bindparam("b_ended", type_=UtcDateTime()), S.ended_at),
        name=func.coalesce(bindparam("b_name"), S.name),
    )
)


def _put() -> Any:
    """An answer, in the place of the one before."""
    new = upsert(survey_answers)
    change = {
        name: new.excluded[name]
        for name in ("state", "body", "value", "message_id", "created_at")
    }
    change["value_before"] = A.value
    where = text(ONE_A_QUESTION)
    return new.on_conflict_do_update(
        ["session_id", "position"], index_where=where, set_=change
    )


_ANSWER = (
    "session_id",
    "position",
    "state",
    "prompt",
    "body",
    "value",
    "message_id",
    "created_at",
)
ADD, PUT = (
    PreparedStatement(insert(survey_answers), *_ANSWER),
    PreparedStatement(_put(), *_ANSWER),
)
