"""Statements that put messages into the queue, and take what one person has coming out of it."""

from sqlalchemy import bindparam, insert, update

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageKind, MessageStatus

messages_c = messages.c

# Runs with each automatic answer, while up to 200 texts a second come in: prepared 10 µs, through
# SQLAlchemy 100 to 300 (docs/decisions/0013-texts-that-come-in.md). The two updates below run with
# each text of a person and with each opt-out, for the same reason.
INSERT_DIRECT_MESSAGE = PreparedStatement(
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
    "priority",
    "created_at",
    "not_after",
    "in_reply_to",
    "written_by",
    "template_version_id",
)

_IS_QUEUED_FOR_PHONE = (
    messages_c.phone == bindparam("recipient"),
    messages_c.status == MessageStatus.QUEUED,
)
SKIP_QUEUED_OF_PHONE = PreparedStatement(
    update(messages)
    .where(*_IS_QUEUED_FOR_PHONE, messages_c.kind != MessageKind.SYSTEM)
    .values(status=MessageStatus.SKIPPED, reason=bindparam("skip_reason"))
)
# By its id: why this one must not leave need not concern the others to its number.
SKIP_QUEUED_MESSAGE = PreparedStatement(
    update(messages)
    .where(messages_c.id == bindparam("b_id"), messages_c.status == MessageStatus.QUEUED)
    .values(status=MessageStatus.SKIPPED, reason=bindparam("skip_reason"))
)
CANCEL_SYSTEM_REPLIES = PreparedStatement(
    update(messages)
    .where(*_IS_QUEUED_FOR_PHONE, messages_c.kind == MessageKind.SYSTEM)
    .values(status=MessageStatus.CANCELLED, reason="overtaken")
)

# SQL text for its CROSS JOIN, with which SQLite keeps to this order of the tables: the unique index
# of phones in a blast is walked once a prefix, and not the whole blast. ':' is the character after
# '9', so `< prefix || ':'` is every number that begins with the prefix.
SKIP_COUNTRY = PreparedStatement("""
    UPDATE messages SET status = 'skipped', reason = 'country_off'
    WHERE status = 'queued' AND id IN (
        SELECT recipient.id FROM json_each(:prefixes) AS prefix CROSS JOIN messages AS recipient
        WHERE recipient.message_log_id = :blast_id AND recipient.phone >= prefix.value
            AND recipient.phone < prefix.value || ':')
""")
