"""Texts with notices: what waits for one user in one text, seldom, and at texting hours.

The text and its notices are stored in one transaction, so none is told twice or lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from app.accounts.models import AppUser
from app.accounts.queries import find_user
from app.core.db import execute_and_count_rows, write
from app.core.local_formats import get_display_timezone
from app.core.settings import current_settings
from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.domain.delivery.message_statuses import MessageKind
from app.domain.notices.notice_sentences import build_text_digest
from app.domain.notices.notice_states import MAX_TEXTS_A_DAY, TEXT_INTERVAL, NoticeState
from app.domain.quiet_hours.hold_judge import HoldJudge
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.time.local_times import find_moment_on_day, get_local_date
from app.notices.models import Notice
from app.notices.queries.notice_lists import DueNotice, list_text_times
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)
from app.texting_hours.queries import load_texting_hours

# What is told later than this is told by the bell alone.
TEXT_LIFETIME = timedelta(hours=1)


def send_text_digests(notices: Sequence[DueNotice], moment: datetime) -> None:
    """Queue one text for each user among these notices, or put them off."""
    by_user: dict[int, list[DueNotice]] = {}
    for notice in notices:
        if notice.user_id is not None:
            by_user.setdefault(notice.user_id, []).append(notice)
    for user_id, pending in by_user.items():
        with write():
            _tell_user(user_id, pending, moment)


def _tell_user(user_id: int, notices: Sequence[DueNotice], moment: datetime) -> None:
    """Queue the text of one user, put its notices off, or skip them. Inside write()."""
    user = find_user(user_id)
    ids = [notice.id for notice in notices]
    if user is None or user.disabled_at is not None or not user.phone:
        _settle(ids, NoticeState.SKIPPED, "no_phone")
        return
    if find_suppression_reason(user.phone, PermissionPurpose.ANSWERING):
        _settle(ids, NoticeState.SKIPPED, "opted_out")
        return
    if _count_texts_today(user_id, moment) >= MAX_TEXTS_A_DAY:
        _settle(ids, NoticeState.SKIPPED, "day_limit")
        return
    later = _find_later_time(user, user.phone, moment)
    if later is not None:
        _put_off(ids, later)
    # Marked before it is queued: of two processes one finds none that waits.
    elif _settle(ids, NoticeState.SENT, None, moment):
        subjects = [notice.words.subject for notice in notices]
        body = build_text_digest(subjects, current_settings().public_base_url)
        text = DirectMessage(user.phone, body, MessageKind.TEST, lifetime=TEXT_LIFETIME)
        queue_direct_message(text, moment)


def _count_texts_today(user_id: int, moment: datetime) -> int:
    zone = get_display_timezone()
    midnight = find_moment_on_day(get_local_date(zone, moment), "00:00", zone)
    return len(list_text_times(user_id, midnight or moment - timedelta(days=1)))


def _find_later_time(user: AppUser, phone: str, moment: datetime) -> datetime | None:
    """Return when a text may be sent, if not now: a while after the last one, at texting hours."""
    last_texts = list_text_times(user.id, moment - TEXT_INTERVAL)
    # Ahead: queued before the clock was set back.
    if last_texts and last_texts[0] <= moment:
        return last_texts[0] + TEXT_INTERVAL
    hours = load_texting_hours(current_settings().carrier)
    hold = HoldJudge(hours, moment).find_hold(phone, TextPurpose.BLAST)
    return hold.until if hold else None


def _put_off(ids: Sequence[int], until: datetime) -> None:
    waiting = update(Notice).where(Notice.id.in_(ids), Notice.state == NoticeState.QUEUED)
    execute_and_count_rows(waiting.values(due_at=until))


def _settle(
    ids: Sequence[int], state: NoticeState, error: str | None, sent_at: datetime | None = None
) -> int:
    """Give waiting notices their last state; return how many still waited."""
    waiting = update(Notice).where(Notice.id.in_(ids), Notice.state == NoticeState.QUEUED)
    return execute_and_count_rows(waiting.values(state=state, error=error, sent_at=sent_at))
