"""Which blast asked somebody a survey.

Derived from its texts, so that releasing one to many costs nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select

from app.core.column_types import UtcDateTime
from app.core.prepared import PreparedStatement
from app.delivery.models import message_logs, messages
from app.domain.delivery.message_statuses import MessageStatus
from app.surveys.models import survey_sessions

# They may have it: the answer to a text can come before we know what became of it.
MAY_HAVE_IT = (
    MessageStatus.SUBMITTING,
    MessageStatus.UNKNOWN,
    MessageStatus.ACCEPTED,
    MessageStatus.SENT,
    MessageStatus.NO_RECEIPT,
    MessageStatus.DELIVERED,
)
LONGEST_PATIENCE = timedelta(days=31)  # no survey waits longer

# Whether a text from :phone can be an answer: it answers something, just did (since :just), or
# was asked by a blast.
# Most texts are no survey's business, and there may be 200 a second: this is asked first.
MAY_ANSWER = """
    SELECT EXISTS (SELECT 1 FROM survey_sessions WHERE phone = :phone AND (status = 'active' OR ended_at >= :just))
    OR EXISTS (SELECT 1 FROM message_logs JOIN messages ON messages.message_log_id = message_logs.id
        WHERE message_logs.survey_id IS NOT NULL AND messages.phone = :phone)
"""

# Built once: asked for every text that comes in. b_phone, b_moment, b_since
_later, _texts, _logs = messages.alias(), messages.c, message_logs.c
_PHONE = bindparam("b_phone", type_=_texts.phone.type)
_THESE = [status.value for status in MAY_HAVE_IT]
_SINCE = exists().where(
    _later.c.phone == _PHONE, _later.c.id > _texts.id, _later.c.status.in_(_THESE)
)
ASKING = PreparedStatement(
    select(
        _texts.message_log_id,
        _logs.survey_id,
        func.coalesce(
            _texts.sent_at,
            _texts.submitted_at,
            _texts.created_at,
            type_=_texts.created_at.type,
        ),
        ~_SINCE,
        exists().where(
            survey_sessions.c.message_log_id == _texts.message_log_id,
            survey_sessions.c.phone == _PHONE,
        ),
    )
    .join(message_logs, _texts.message_log_id == _logs.id)
    .where(
        _logs.survey_id.is_not(None),
        func.coalesce(_logs.finished_at, bindparam("b_moment", type_=UtcDateTime()))
        >= bindparam("b_since", type_=UtcDateTime()),
        _texts.phone == _PHONE,
        _texts.status.in_(_THESE),
    )
    .order_by(_texts.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Asking:
    """A text of a blast that asks a survey, not answered yet.

    `is_newest`: nothing was texted to them since.
    """

    log_id: int
    survey_id: int
    asked_at: datetime
    is_newest: bool


def asked_by_blast(phone: str, moment: datetime) -> Asking | None:
    """The newest text of a blast with a survey that this person may have, and has not answered;
    None without any.

    One look-up in the unique index of (blast, phone) for each such blast of the last month:
    there are few.
    """
    found = ASKING.first(
        b_phone=phone, b_moment=moment, b_since=moment - LONGEST_PATIENCE
    )
    if found is None or found[4]:
        return None
    log_id, survey_id, at, is_newest, _taken = found
    return Asking(int(log_id), int(survey_id), at, is_newest)
