"""Statements for the texts of sequences: up to 200 of them in one short transaction.

Prepared an insert takes 10 µs, through SQLAlchemy 200.
"""

from sqlalchemy import bindparam, func, insert, select

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import messages
from app.delivery.sql.queue_filters import IS_CLAIMABLE
from app.domain.delivery.message_statuses import MessageKind

messages_c = messages.c
# Of no blast, and no answer: only sequences have such reminders.
IS_STEP_TEXT = (messages_c.kind == MessageKind.REMINDER) & messages_c.message_log_id.is_(None)

INSERT_STEP_TEXT = PreparedStatement(
    insert(messages),
    "kind",
    "phone",
    "name",
    "sender",
    "carrier",
    "body",
    "segments",
    "encoding",
    "status",
    "created_at",
    "language",
    "is_introduction",
    "template_version_id",
    "not_after",
)
_WAITING = (
    select(messages_c.id)
    .where(IS_CLAIMABLE, IS_STEP_TEXT, messages_c.carrier == bindparam("carrier_name"))
    .limit(bindparam("most"))
    .subquery()
)
COUNT_WAITING = PreparedStatement(select(func.count()).select_from(_WAITING))
# `ids`: message ids as JSON
PUT_OFF_TEXTS = PreparedStatement("""
    UPDATE messages SET not_before = :until
    WHERE status = 'queued' AND id IN (SELECT value FROM json_each(:ids))
""")
LIST_WAITING_IDS = PreparedStatement.as_json(
    select(messages_c.id).where(
        IS_CLAIMABLE, IS_STEP_TEXT, messages_c.carrier == bindparam("carrier_name")
    )
)
CANCEL_TEXT = PreparedStatement("""
    UPDATE messages SET status = 'cancelled', reason = 'sequence_stopped'
    WHERE id = :message_id AND status = 'queued'
""")
