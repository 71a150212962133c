"""Messages by their ids, for features that remember which text was theirs."""

from collections.abc import Collection

from app.core.fetched_rows import fetch_by_ids
from app.delivery.models import Message


def find_messages(message_ids: Collection[int]) -> dict[int, Message]:
    """Return these messages by id; a deleted one is missing. For the rows of a page, not more."""
    return fetch_by_ids(Message, message_ids)
