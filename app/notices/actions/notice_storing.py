"""Store what happened as notices: one row for each user and channel, and for each chat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.dialects.sqlite import insert

from app.core.db import db, execute_and_count_rows
from app.core.settings import current_settings
from app.domain.notices.notice_kinds import (
    ALERTED_KINDS,
    NOTICE_RULES,
    NoticeChannel,
    NoticeKind,
)
from app.domain.notices.notice_sentences import MAX_BODY_LENGTH, MAX_SUBJECT_LENGTH, NoticeWords
from app.domain.notices.notice_states import GROUP_INTERVAL, GROUPING_TIME, NoticeState
from app.notices.models import ChatWebhook, Notice
from app.notices.queries.chat_records import list_active_chats
from app.notices.queries.notice_lists import find_last_sent_time
from app.notices.queries.readers import Reader, load_readers


@dataclass(frozen=True)
class News:
    """Something that happened. `key`: the same is told once; `user_id`: to this user alone."""

    kind: NoticeKind
    words: NoticeWords
    key: str
    user_id: int | None = None
    count: int = 1


@dataclass(frozen=True)
class Addressee:
    """To whom a notice goes: a user by one channel, or a chat."""

    channel: NoticeChannel
    user_id: int | None = None
    webhook_id: int | None = None


def store_news(news: Sequence[News], moment: datetime) -> None:
    """Store the notices of what happened. Idempotent by the keys. Inside write()."""
    if not news:
        return
    # Two statements for everybody: the rules of who may hear are in Python, beside those of pages.
    readers, chats = load_readers(), list_active_chats()
    for item in news:
        for addressee in (*_list_readers(item, readers), *_list_chats(item, chats)):
            store_notice(item, addressee, moment)


def _list_readers(item: News, readers: Mapping[int, Reader]) -> Iterable[Addressee]:
    for user_id, reader in readers.items():
        if item.user_id in (None, user_id):
            for channel in reader.list_channels(item.kind):
                yield Addressee(channel, user_id=user_id)


def _list_chats(item: News, chats: Sequence[ChatWebhook]) -> Iterable[Addressee]:
    if item.user_id is not None or NOTICE_RULES[item.kind].is_personal:
        return
    alerted_url = current_settings().alert_webhook_url
    for chat in chats:
        # Delivery posts faults to ALERT_WEBHOOK_URL by itself.
        is_told_already = item.kind in ALERTED_KINDS and chat.url == alerted_url
        if item.kind in chat.chosen_kinds and not is_told_already:
            yield Addressee(NoticeChannel.CHAT, webhook_id=chat.id)


def store_notice(item: News, to: Addressee, moment: datetime) -> None:
    """Store one notice, or put it into one of a grouped kind that waits. Inside write()."""
    values = _build_values(item, moment)
    rule = NOTICE_RULES.get(item.kind)
    if rule is not None and rule.is_grouped:
        if _add_to_waiting_notice(item, to, values):
            return
        if to.channel is not NoticeChannel.BROWSER:
            values["due_at"] = _find_grouped_due_time(item, to, moment)
    is_told = to.channel is NoticeChannel.BROWSER
    statement = insert(Notice).values(
        user_id=to.user_id,
        webhook_id=to.webhook_id,
        kind=item.kind,
        channel=to.channel,
        state=NoticeState.SENT if is_told else NoticeState.QUEUED,
        sent_at=moment if is_told else None,
        **values,
    )
    # A source that is read with an overlap offers what was told before.
    db.session.execute(statement.on_conflict_do_nothing())


def _build_values(item: News, moment: datetime) -> dict[str, Any]:
    return {
        "subject": item.words.subject[:MAX_SUBJECT_LENGTH],
        "body": item.words.body[:MAX_BODY_LENGTH],
        "path": item.words.path,
        "key": item.key[:100],
        "count": item.count,
        "created_at": moment,
        "due_at": moment,
    }


def _add_to_waiting_notice(item: News, to: Addressee, values: Mapping[str, Any]) -> bool:
    """Say the new count in the notice that was not read or not tried yet; False: there is none."""
    is_unread: ColumnElement[bool] = Notice.read_at.is_(None)
    if to.channel is not NoticeChannel.BROWSER:
        is_unread = (Notice.state == NoticeState.QUEUED) & (Notice.attempts == 0)
    statement = update(Notice).where(
        Notice.user_id.is_not_distinct_from(to.user_id),
        Notice.webhook_id.is_not_distinct_from(to.webhook_id),
        Notice.channel == to.channel,
        Notice.kind == item.kind,
        or_(is_unread, Notice.key == values["key"]),
    )
    changes = {name: value for name, value in values.items() if name not in ("due_at", "key")}
    return execute_and_count_rows(statement.values(changes)) > 0


def _find_grouped_due_time(item: News, to: Addressee, moment: datetime) -> datetime:
    """Return when to tell of new texts: not at once, and not soon after the last time."""
    last_at = find_last_sent_time(to.channel, item.kind, to.user_id, to.webhook_id)
    earliest = moment + GROUPING_TIME
    # Ahead: told before the clock was set back.
    if last_at is None or last_at > moment:
        return earliest
    return max(earliest, last_at + GROUP_INTERVAL)
