"""Mark notices as read, and forget old ones. Inside write()."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from app.core.db import execute_and_count_rows
from app.domain.notices.notice_kinds import NoticeChannel
from app.domain.notices.notice_states import NoticeState
from app.notices.models import Notice

# Long enough to look back at a season; nobody reads older ones.
KEPT_TIME = timedelta(days=90)


def mark_read(user_id: int, moment: datetime, notice_id: int | None = None) -> int:
    """Mark one notice of a user as read, or all; return how many were not."""
    statement = update(Notice).where(
        Notice.user_id == user_id,
        Notice.channel == NoticeChannel.BROWSER,
        Notice.read_at.is_(None),
    )
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    return execute_and_count_rows(statement.values(read_at=moment))


def delete_old_notices(moment: datetime) -> int:
    """Delete what was told 90 days ago; return how many rows."""
    is_old = Notice.created_at < moment - KEPT_TIME
    statement = delete(Notice).where(is_old, Notice.state != NoticeState.QUEUED)
    return execute_and_count_rows(statement)
