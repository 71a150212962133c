"""Which texts may move into the archive of their year, or lose their words: old and over."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.listed_values import build_listed_column
from app.core.unindexed_columns import disable_index
from app.delivery.models import Message, MessageLog
from app.delivery.reply_models import BlastReply
from app.domain.delivery.message_statuses import (
    ENDED_BLAST_STATUSES,
    SUPERSEDED_REASON,
    UNCERTAIN_STATUSES,
    MessageStatus,
)

# What waits, leaves or is in doubt stays as it is, however old it is.
OPEN_STATUSES = (MessageStatus.QUEUED, MessageStatus.SUBMITTING)


def is_text_over() -> ColumnElement[bool]:
    """Return the condition that nothing more happens to a text: not to it, not to its blast."""
    is_decided = or_(Message.status.not_in(UNCERTAIN_STATUSES), Message.left_at.is_not(None))
    # By the index of blasts each slice would sort every text there is.
    log_id = disable_index(Message.message_log_id)
    ended_logs = select(MessageLog.id).where(MessageLog.status.in_(ENDED_BLAST_STATUSES))
    return and_(
        Message.status.not_in(OPEN_STATUSES),
        Message.look_up_at.is_(None),
        is_decided,
        or_(log_id.is_(None), log_id.in_(ended_logs)),
    )


def find_oldest_text_year() -> int | None:
    """Return the year (UTC) of the oldest text; None when there is none."""
    oldest = db.session.scalar(select(func.min(Message.created_at)))
    return oldest.year if oldest else None


def list_archivable_ids(year: int, before_id: int | None, limit: int) -> list[int]:
    """Return ids of texts of a year that may move, from the newest on; below `before_id` if given.

    A text that an answer to a blast points at stays, and so does the newest text of all: SQLite
    would give its id again. From the newest on: an answer points back at the text that it answers.
    """
    statement = select(Message.id).where(_may_move(year))
    if before_id is not None:
        statement = statement.where(Message.id < before_id)
    return list(db.session.scalars(statement.order_by(Message.id.desc()).limit(limit)))


def count_archivable_texts(year: int) -> int:
    """Count the texts of a year that may move, but for those that other features keep here."""
    return db.session.scalar(select(func.count()).select_from(Message).where(_may_move(year))) or 0


def _may_move(year: int) -> ColumnElement[bool]:
    begins, ends = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    # In the order of ids: by the index of times each slice would sort the whole year.
    created_at = disable_index(Message.created_at)
    newer = aliased(Message)
    newest_id = select(func.max(newer.id)).scalar_subquery()
    return and_(
        created_at >= begins,
        created_at < ends,
        Message.id < newest_id,
        is_text_over(),
        _is_counted_alone(),
    )


def _is_counted_alone() -> ColumnElement[bool]:
    """Return the condition that no answer points at a text, nor a text to another number."""
    return and_(
        ~exists().where(BlastReply.blast_message_id == Message.id),
        ~exists().where(BlastReply.reply_id == Message.id),
        Message.fallback_for_id.is_(None),
        Message.reason.is_distinct_from(SUPERSEDED_REASON),
    )


def list_ids_over(ids: Collection[int]) -> set[int]:
    """Return those of these texts to which nothing more happens and that no answer points at."""
    statement = select(Message.id).where(
        Message.id.in_(select(build_listed_column(ids))),
        is_text_over(),
        _is_counted_alone(),
    )
    return set(db.session.scalars(statement))
