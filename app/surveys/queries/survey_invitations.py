"""Which blast asked somebody a survey.

Derived from its texts, so that releasing one to many costs nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import MessageStatus
from app.surveys.models import survey_sessions

# They may have it: the answer to a text can come before we know what became of it.
POSSIBLY_RECEIVED_STATUSES = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.NO_RECEIPT,
    MessageStatus.DELIVERED,
)
MAX_SURVEY_WAIT = timedelta(days=31)  # no survey waits longer

# Whether a text from :phone can be an answer: it answers something, just did (since :just), or
# was asked by a blast.
# Most texts are no survey's business, and there may be 200 a second: this is asked first.
MAY_ANSWER_SURVEY_SQL = """
    SELECT EXISTS (SELECT 1 FROM survey_sessions WHERE phone = :phone AND (status = 'active' OR ended_at >= :just))
    OR EXISTS (SELECT 1 FROM message_logs JOIN messages ON messages.message_log_id = message_logs.id
        WHERE message_logs.survey_id IS NOT NULL AND messages.phone = :phone)
"""

# Built once: asked for every text that comes in. b_phone, b_moment, b_since
_later_messages, _message_columns, _log_columns = (
    messages.alias(),
    messages.c,
    message_logs.c,
)
_PHONE_PARAM = bindparam("b_phone", type_=_message_columns.phone.type)
_POSSIBLY_RECEIVED_VALUES = [status.value for status in POSSIBLY_RECEIVED_STATUSES]
_HAS_LATER_TEXT = exists().where(
    _later_messages.c.phone == _PHONE_PARAM,
    _later_messages.c.id > _message_columns.id,
    _later_messages.c.status.in_(_POSSIBLY_RECEIVED_VALUES),
)
SELECT_LATEST_INVITATION = PreparedStatement(
    select(
        _message_columns.message_log_id,
        _log_columns.survey_id,
        func.coalesce(
            _message_columns.sent_at,
            _message_columns.submitted_at,
            _message_columns.created_at,
            type_=_message_columns.created_at.type,
        ),
        ~_HAS_LATER_TEXT,
        exists().where(
            survey_sessions.c.message_log_id == _message_columns.message_log_id,
            survey_sessions.c.phone == _PHONE_PARAM,
        ),
    )
    .join(message_logs, _message_columns.message_log_id == _log_columns.id)
    .where(
        _log_columns.survey_id.is_not(None),
        func.coalesce(_log_columns.finished_at, bindparam("b_moment", type_=UtcDateTime()))
        >= bindparam("b_since", type_=UtcDateTime()),
        _message_columns.phone == _PHONE_PARAM,
        _message_columns.status.in_(_POSSIBLY_RECEIVED_VALUES),
    )
    .order_by(_message_columns.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class SurveyInvitation:
    """A text of a blast that asks a survey, not answered yet.

    `is_newest`: nothing was texted to them since.
    """

    log_id: int
    survey_id: int
    asked_at: datetime
    is_newest: bool


def find_survey_invitation(phone: str, moment: datetime) -> SurveyInvitation | None:
    """The newest text of a blast with a survey that this person may have, and has not answered;
    None without any.

    One look-up in the unique index of (blast, phone) for each such blast of the last month:
    there are few.
    """
    found = SELECT_LATEST_INVITATION.fetch_first_row(
        b_phone=phone, b_moment=moment, b_since=moment - MAX_SURVEY_WAIT
    )
    if found is None or found[4]:
        return None
    log_id, survey_id, at, is_newest, _taken = found
    return SurveyInvitation(int(log_id), int(survey_id), at, is_newest)
