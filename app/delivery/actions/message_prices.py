"""Store what the carrier charged for texts, as far as a look-up or a list of texts says it."""

from collections.abc import Sequence

from sqlalchemy import func, update

from app.core.db import execute_and_count_rows
from app.core.listed_values import build_listed_column
from app.delivery.models import messages
from app.domain.delivery.lookup_matching import CarrierMessage
from app.domain.delivery.message_statuses import MessageDirection

messages_c = messages.c


def has_price(listed: CarrierMessage) -> bool:
    """Whether the carrier says what it charged; mostly it does once the text has left."""
    return listed.price is not None and not listed.is_inbound


def store_message_prices(listed: Sequence[CarrierMessage]) -> int:
    """Store the prices of these texts with the rows that have their SIDs; return how many changed.

    A text without a price leaves its row alone. Inside write().
    """
    pairs = [(text.sid, text.price) for text in listed if has_price(text)]
    if not pairs:
        return 0
    # One bound parameter, however many texts there are.
    pair = build_listed_column(pairs)
    sid, price = func.json_extract(pair, "$[0]"), func.json_extract(pair, "$[1]")
    statement = (
        update(messages)
        .where(
            messages_c.provider_sid == sid,
            messages_c.direction == MessageDirection.OUTBOUND,
            messages_c.price.is_distinct_from(price),
        )
        .values(price=price)
    )
    return execute_and_count_rows(statement)
