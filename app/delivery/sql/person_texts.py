"""How many texts left to some numbers lately.

Read with every tick of forty texts where the texts for one person are limited. Through SQLAlchemy
it took 2 ms, nearly as long as the rest of the claim; prepared 0.1 ms.
"""

from sqlalchemy import bindparam, func, select

from app.core.column_types import UtcDateTime
from app.core.listed_values import build_listed_param
from app.core.prepared_statements import PreparedStatement
from app.delivery.models import messages
from app.delivery.sql.other_texts import TAKEN_STATUSES
from app.domain.delivery.message_statuses import MessageKind

# Answers do not count, nor do tests, which users send to themselves.
COUNTED_KINDS = (MessageKind.BLAST, MessageKind.REMINDER)
messages_c = messages.c
_IS_TODAY = messages_c.submitted_at >= bindparam("day_start", type_=UtcDateTime)
# (phone, texts today, texts in the week); looks the numbers up in ix_messages_phone.
COUNT_TEXTS_OF_NUMBERS = PreparedStatement.as_json(
    select(
        messages_c.phone,
        func.sum(_IS_TODAY).label("today"),
        func.count().label("week"),
    )
    .where(
        messages_c.phone.in_(select(build_listed_param("phones"))),
        messages_c.kind.in_(COUNTED_KINDS),
        messages_c.status.in_(TAKEN_STATUSES),
        messages_c.carrier == bindparam("carrier_name"),
        messages_c.submitted_at >= bindparam("week_start", type_=UtcDateTime),
    )
    .group_by(messages_c.phone)
)
