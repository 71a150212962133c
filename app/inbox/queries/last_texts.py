"""Which texts conversations show in their list."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.inbox.models import Thread


def find_last_texts(message_ids: Collection[int]) -> set[int]:
    """Return those of these texts that are the last of a conversation."""
    listed = select(build_listed_column(message_ids))
    statement = select(Thread.last_message_id).where(Thread.last_message_id.in_(listed))
    return set(filter(None, db.session.scalars(statement)))
