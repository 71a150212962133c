"""A user's notices, and those that are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.domain.notices.notice_kinds import NoticeChannel, NoticeKind
from app.domain.notices.notice_sentences import NoticeWords
from app.domain.notices.notice_states import NoticeState
from app.notices.models import Notice

# The bell shows "99+" for more.
MAX_UNREAD_COUNT = 100


def select_unread_count(user_id: int) -> ColumnElement[int]:
    """Return how many notices a user has not read, for any select; at most MAX_UNREAD_COUNT."""
    ids = (
        select(Notice.id)
        .where(
            Notice.user_id == user_id,
            Notice.channel == NoticeChannel.BROWSER,
            Notice.read_at.is_(None),
        )
        .limit(MAX_UNREAD_COUNT)
        .subquery()
    )
    return select(func.count()).select_from(ids).scalar_subquery()


def count_unread_notices(user_id: int) -> int:
    """Count the notices that a user has not read, up to MAX_UNREAD_COUNT."""
    return db.session.scalar(select(select_unread_count(user_id))) or 0


def fetch_notices_page(user_id: int, params: ListParams) -> ListPage:
    """Return a page of a user's notices of the bell, the newest first."""
    own_notices = select(Notice).where(
        Notice.user_id == user_id, Notice.channel == NoticeChannel.BROWSER
    )
    params = clamp_to_last_page(total := count_rows(own_notices.subquery()), params)
    newest_first = own_notices.order_by(Notice.created_at.desc(), Notice.id.desc())
    rows = newest_first.limit(params.per_page).offset(params.offset)
    return ListPage(db.session.scalars(rows).all(), total, params)


def find_own_notice(user_id: int, notice_id: int) -> Notice | None:
    """Return a notice of this user, or None."""
    statement = select(Notice).where(Notice.id == notice_id, Notice.user_id == user_id)
    return db.session.scalars(statement).first()


def select_next_due_time() -> ColumnElement[datetime]:
    """Return when the next notice is due, for any select; null when none waits."""
    earliest = select(func.min(Notice.due_at)).where(Notice.state == NoticeState.QUEUED)
    return earliest.scalar_subquery()


class DueNotice(NamedTuple):
    """The values of a notice that is due, which outlive the read of its row."""

    id: int
    user_id: int | None
    webhook_id: int | None
    kind: NoticeKind
    channel: NoticeChannel
    words: NoticeWords
    attempts: int


def list_due_notices(moment: datetime, limit: int) -> list[DueNotice]:
    """Return the notices that are due, the longest waiting first."""
    statement = (
        select(
            Notice.id,
            Notice.user_id,
            Notice.webhook_id,
            Notice.kind,
            Notice.channel,
            Notice.attempts,
            Notice.subject,
            Notice.body,
            Notice.path,
        )
        .where(Notice.state == NoticeState.QUEUED, Notice.due_at <= moment)
        .order_by(Notice.due_at, Notice.id)
        .limit(limit)
    )
    # Values and not rows: each write() ends the session's view of its rows.
    rows = db.session.execute(statement).all()
    return [DueNotice(*row[:5], NoticeWords(*row[6:]), row[5]) for row in rows]


def find_last_sent_time(
    channel: NoticeChannel, kind: NoticeKind, user_id: int | None, webhook_id: int | None
) -> datetime | None:
    """Return when a user or a chat was last told of a kind by a channel."""
    statement = select(func.max(Notice.sent_at)).where(
        Notice.user_id.is_not_distinct_from(user_id),
        Notice.webhook_id.is_not_distinct_from(webhook_id),
        Notice.kind == kind,
        Notice.channel == channel,
    )
    return db.session.scalar(statement)


def list_text_times(user_id: int, since: datetime) -> Sequence[datetime]:
    """Return when texts with notices were queued for a user since a moment, the last first."""
    statement = (
        select(Notice.sent_at)
        .where(
            Notice.user_id == user_id,
            Notice.channel == NoticeChannel.TEXT,
            Notice.state == NoticeState.SENT,
            Notice.sent_at > since,
        )
        .distinct()
        .order_by(Notice.sent_at.desc())
    )
    return [moment for moment in db.session.scalars(statement) if moment is not None]


def has_recent_test(user_id: int, channel: NoticeChannel, since: datetime) -> bool:
    """Whether a user asked for a test of a channel after a moment."""
    is_recent = exists().where(
        Notice.user_id == user_id,
        Notice.channel == channel,
        Notice.kind == NoticeKind.TEST,
        Notice.created_at > since,
    )
    return bool(db.session.scalar(select(is_recent)))
