"""One blast: what was scheduled, and the log of what was sent."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.core.fetched_rows import fetch_by_ids
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage


def find_scheduled_blast(scheduled_id: int) -> ScheduledMessage | None:
    """Return the scheduled blast of this id, or None."""
    return db.session.get(ScheduledMessage, scheduled_id)


def reload_scheduled_blast(scheduled_id: int) -> ScheduledMessage:
    """Read a scheduled blast again from the database, past what the session has loaded.

    Raises NoResultFound when it was deleted.
    """
    return db.session.get_one(ScheduledMessage, scheduled_id, populate_existing=True)


def find_blast_log(log_id: int) -> MessageLog | None:
    """Return the log of the blast that was sent as `log_id`, or None."""
    return db.session.get(MessageLog, log_id)


def find_blast_logs(log_ids: Collection[int]) -> dict[int, MessageLog]:
    """Return the logs of these blasts by their ids; those that were deleted are left out."""
    return fetch_by_ids(MessageLog, log_ids)


def reload_blast_log(log_id: int) -> MessageLog:
    """Read a blast's log again from the database, for decisions inside write().

    Raises NoResultFound when it was deleted.
    """
    return db.session.get_one(MessageLog, log_id, populate_existing=True)


def find_blast_log_and_schedule(
    log_id: int,
) -> tuple[MessageLog, ScheduledMessage | None] | None:
    """Return the log of a sent blast, and the scheduled blast that became it.

    The second is None when it was deleted from the list; None altogether without such a log.
    """
    statement = (
        select(MessageLog, ScheduledMessage)
        .outerjoin(ScheduledMessage, ScheduledMessage.message_log_id == MessageLog.id)
        .where(MessageLog.id == log_id)
        .limit(1)
    )
    row = db.session.execute(statement).one_or_none()
    return (row[0], row[1]) if row else None
