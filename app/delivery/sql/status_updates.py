"""Statements that apply one piece of news about one message, if it says more than is stored.

They run with every receipt, 200 a second in a fast blast: through SQLAlchemy each cost five times
as much as in SQLite (docs/decisions/0010-receipts.md).
"""

from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func, literal, update

from app.core.prepared_statements import PreparedStatement
from app.delivery.engine_models import attempts
from app.delivery.models import messages
from app.delivery.sql.send_results import LOOK_UP_AT
from app.domain.delivery.message_statuses import (
    ACCEPTED_STATUSES,
    FAILED_STATUSES,
    STATUS_RANKS,
    MessageStatus,
)

messages_c, attempts_c = messages.c, attempts.c
TIMESTAMP_COLUMNS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.FAILED: "failed_at",
    MessageStatus.UNDELIVERED: "failed_at",
    MessageStatus.OPTED_OUT: "failed_at",
}
LOOKED_UP_STATUSES = (MessageStatus.ACCEPTED, MessageStatus.SENT)
_FINAL_STATUSES = (
    *FAILED_STATUSES,
    MessageStatus.DELIVERED,
    MessageStatus.NO_RECEIPT,
    MessageStatus.NOT_SENT,
)
_STORED_RANK = case(
    {status.value: rank for status, rank in STATUS_RANKS.items()}, value=messages_c.status
)


class UpdatedMessage(NamedTuple):
    """A message that news has just moved to another status."""

    id: int
    phone: str
    message_log_id: int | None
    sender: str
    carrier: str


_UPDATED_COLUMNS = tuple(messages_c[name] for name in UpdatedMessage._fields)


@cache
def prepare_status_upgrade(status: MessageStatus, has_error: bool) -> PreparedStatement:
    """Return the statement that moves a message to `status` if that ranks higher than its own.

    It returns the columns of UpdatedMessage, and no row when nothing changed. Its parameters:
    message_id; attempt_number, unless the news is that somebody has the text; moment, where
    TIMESTAMP_COLUMNS has the status; look_up_at_moment for LOOKED_UP_STATUSES; error_number and
    error_text with an error.
    """
    values = _build_lookup_values(status)
    if status in TIMESTAMP_COLUMNS:
        column = messages_c[TIMESTAMP_COLUMNS[status]]
        # the first news counts: Twilio may repeat a receipt hours later
        values[column.name] = func.coalesce(column, bindparam("moment", type_=column.type))
    if has_error:
        values["error_code"] = bindparam("error_number")
        values["error_message"] = bindparam("error_text")
    return PreparedStatement(
        update(messages)
        .where(
            messages_c.id == bindparam("message_id"),
            literal(STATUS_RANKS[status]) > _STORED_RANK,
            *_build_newest_attempt_filter(status),
        )
        .values(status=status, **values)
        .returning(*_UPDATED_COLUMNS)
    )


def _build_lookup_values(status: MessageStatus) -> dict[str, object]:
    """Return when a message with this status is looked up at the carrier."""
    if status is MessageStatus.ACCEPTED:
        return {"look_up_at": LOOK_UP_AT, "lookups": 0}
    if status is MessageStatus.SENT:
        return {"look_up_at": func.coalesce(messages_c.look_up_at, LOOK_UP_AT)}
    if status in _FINAL_STATUSES:
        return {"look_up_at": None}
    return {}


def _build_newest_attempt_filter(status: MessageStatus) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that news about an older attempt must meet.

    That an older attempt failed says nothing about the newest, and a queued message has its newest
    attempt before it. That the carrier has the text is news about the message, whichever attempt
    brought it there.
    """
    if status in ACCEPTED_STATUSES:
        return ()
    return (
        messages_c.attempts <= bindparam("attempt_number"),
        messages_c.status != MessageStatus.QUEUED,
    )


# A receipt may come without a code, and again with one: the first code that comes counts.
FILL_ERROR_CODE = PreparedStatement(
    update(messages)
    .where(
        messages_c.id == bindparam("message_id"),
        messages_c.status.in_((MessageStatus.FAILED, MessageStatus.UNDELIVERED)),
        messages_c.error_code.is_(None),
        messages_c.attempts <= bindparam("attempt_number"),
    )
    .values(error_code=bindparam("error_number"), error_message=bindparam("error_text"))
    .returning(*_UPDATED_COLUMNS)
)
# OR IGNORE: a carrier that gives one sid to two texts must not keep us from storing what became
# of them.
SET_MESSAGE_SID = PreparedStatement(
    update(messages)
    .prefix_with("OR IGNORE")
    .where(messages_c.id == bindparam("message_id"), messages_c.provider_sid.is_(None))
    .values(provider_sid=bindparam("sid"))
)
SET_ATTEMPT_SID = PreparedStatement(
    update(attempts)
    .prefix_with("OR IGNORE")
    .where(attempts_c.id == bindparam("attempt_id"), attempts_c.provider_sid.is_(None))
    .values(provider_sid=bindparam("sid"))
)
STORE_SECOND_SID = PreparedStatement(
    update(attempts)
    .where(
        attempts_c.id == bindparam("attempt_id"),
        attempts_c.provider_sid != bindparam("sid"),
    )
    .values(why=literal("a second name: ").concat(bindparam("sid")))
)
# The message that has this SID, by its own or an attempt's; no row when it is new.
SELECT_SID_OWNER = PreparedStatement("""
    SELECT id FROM messages WHERE provider_sid = :sid
    UNION ALL SELECT message_id FROM attempts WHERE provider_sid = :sid
    LIMIT 1
""")
