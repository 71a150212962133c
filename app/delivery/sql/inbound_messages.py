"""Statements that store a text from a person, and the time at which the carrier says it was
written.
"""

from sqlalchemy import bindparam, func, insert, select, update

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageDirection, MessageKind, MessageStatus

# Up to 200 texts a second come in: prepared, an insert takes 10 µs, through SQLAlchemy 100 to
# 300 (docs/decisions/0013-texts-that-come-in.md).
INSERT_INBOUND_MESSAGE = PreparedStatement(
    insert(messages).values(
        direction=MessageDirection.INBOUND,
        kind=MessageKind.INBOUND,
        status=MessageStatus.RECEIVED,
    ),
    "phone",
    "sender",
    "body",
    "carrier",
    "provider_sid",
    "segments",
    "encoding",
    "media",
    "created_at",
)

_LISTED_IDS = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
_MOMENT = bindparam("moment", type_=messages.c.look_up_at.type)
# Run with a STOP or START that another one followed within a minute, inside the batch of 200 texts
# a second. Only a text that the carrier has an id for can be asked about.
REQUEST_SENT_TIMES = PreparedStatement(
    update(messages)
    .where(messages.c.id.in_(_LISTED_IDS), messages.c.provider_sid != "")
    .values(look_up_at=_MOMENT)
)
CANCEL_SENT_TIMES = PreparedStatement(
    update(messages).where(messages.c.id.in_(_LISTED_IDS)).values(look_up_at=None)
)
