"""Statements that store a text from a person, and find what it may quote or when it was
written.
"""

from sqlalchemy import bindparam, func, insert, select, update

from app.core.prepared_statements import PreparedStatement
from app.delivery.models import messages
from app.delivery.sql.survey_texts import POSSIBLY_RECEIVED_VALUES
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

# What the newest of our texts to a phone say, as one JSON list of [body, time as it is stored]: a
# text that comes in may repeat them. It walks the index of phones over NEWEST_TEXTS rows at most,
# however many a phone has, inside the batch of 200 texts a second.
NEWEST_TEXTS = 30
OUR_LAST_TEXTS = 6
_newest = (
    select(messages)
    .where(messages.c.phone == bindparam("phone", type_=messages.c.phone.type))
    .order_by(messages.c.id.desc())
    .limit(NEWEST_TEXTS)
    .subquery()
)
_newest_outbound = (
    select(_newest.c.body, func.coalesce(_newest.c.sent_at, _newest.c.submitted_at))
    .where(
        _newest.c.direction == MessageDirection.OUTBOUND,
        _newest.c.status.in_(POSSIBLY_RECEIVED_VALUES),
        _newest.c.body != "",
    )
    .order_by(_newest.c.id.desc())
    .limit(OUR_LAST_TEXTS)
)
SELECT_OUR_LAST_TEXTS = PreparedStatement(_newest_outbound)
