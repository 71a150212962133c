"""Messages by their ids, for features that remember which text was theirs."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message


def find_messages(message_ids: Collection[int]) -> dict[int, Message]:
    """Return these messages by id; a deleted one is missing. For the rows of a page, not more."""
    if not message_ids:
        return {}
    rows = db.session.scalars(select(Message).where(Message.id.in_(message_ids)))
    return {message.id: message for message in rows}
