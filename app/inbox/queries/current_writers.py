"""Who else is writing a reply to a conversation right now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import db
from app.inbox.models import ReplyWriter

# A page says every ten seconds that its user types.
STILL_WRITING = timedelta(seconds=15)


def find_other_writers(thread_id: int, username: str, moment: datetime) -> Sequence[str]:
    """Return the other users who are writing a reply to this conversation, by name."""
    names = select(ReplyWriter.username).where(
        ReplyWriter.thread_id == thread_id,
        ReplyWriter.username != username,
        ReplyWriter.written_at > moment - STILL_WRITING,
    )
    return db.session.scalars(names.order_by(ReplyWriter.username)).all()
