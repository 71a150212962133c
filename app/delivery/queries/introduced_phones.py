"""Which numbers were told lately who writes to them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from app.core.fetched_rows import iterate_stored_rows
from app.delivery.models import messages
from app.domain.delivery.message_statuses import ACCEPTED_STATUSES

# More numbers than these are looked up by reading all introductions of the time.
MAX_LISTED_PHONES = 500
INTRODUCTIONS_INDEX = "INDEXED BY ix_messages_introductions"


def find_introduced_phones(
    phones: Collection[str] | None, since: datetime, carrier: str
) -> set[str]:
    """Return the numbers that an introduction has left for since this moment (UTC).

    One statement. `phones`: None for all; of many numbers others may be in it too. One that was
    not accepted introduced no one; what practice said, no real phone has heard.
    """
    columns = messages.c
    # Of a large audience SQLite would read all texts of the time along ix_messages_created_at.
    statement = select(columns.phone).with_hint(messages, INTRODUCTIONS_INDEX, "sqlite")
    statement = statement.where(
        columns.is_introduction,
        columns.created_at >= since,
        columns.carrier == carrier,
        columns.status.in_(ACCEPTED_STATUSES),
    )
    if phones is not None and len(phones) <= MAX_LISTED_PHONES:
        statement = statement.where(columns.phone.in_(phones))
    return {phone for (phone,) in iterate_stored_rows(statement)}
