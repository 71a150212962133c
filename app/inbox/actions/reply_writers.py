"""Who is writing a reply right now. Inside write()."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert

from app.core.db import db
from app.inbox.models import ReplyWriter

# Rows count for seconds (queries/current_writers.py); after this time they are deleted.
KEPT_FOR = timedelta(hours=1)


def record_reply_writer(thread_id: int, username: str, moment: datetime) -> None:
    """Record that a user is writing a reply, and delete the rows that have long been out of date.

    Pages call it at most once in ten seconds while a user types.
    """
    statement = insert(ReplyWriter).values(
        thread_id=thread_id, username=username, written_at=moment
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["thread_id", "username"], set_={"written_at": moment}
        )
    )
    db.session.execute(delete(ReplyWriter).where(ReplyWriter.written_at < moment - KEPT_FOR))


def clear_reply_writer(thread_id: int, username: str) -> None:
    """Record that a user is not writing any more: the reply was sent or emptied."""
    db.session.execute(
        delete(ReplyWriter).where(
            ReplyWriter.thread_id == thread_id, ReplyWriter.username == username
        )
    )
