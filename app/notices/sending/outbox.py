"""Sends the notices that are due: claimed first, sent outside any transaction, then marked.

A notice is told at least once: when the process dies between sending it and storing that, it is
told again.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from app.accounts.queries import find_user
from app.core.clock import now
from app.core.db import execute_and_count_rows, write
from app.core.mail import MailFailed, send_mail
from app.core.settings import current_settings
from app.domain.notices.notice_kinds import NoticeChannel
from app.domain.notices.notice_sentences import build_mail_text
from app.domain.notices.notice_states import RETRY_DELAYS, NoticeState, find_next_try
from app.notices.models import Notice
from app.notices.queries.chat_records import find_chat
from app.notices.queries.notice_lists import DueNotice, list_due_notices
from app.notices.queries.readers import can_reach
from app.notices.sending.chat_posting import post_to_chat
from app.notices.sending.http_posting import RequestFailed
from app.notices.sending.text_digests import send_text_digests

log = logging.getLogger(__name__)
# One takes up to ten seconds: a round is over in five minutes, and a stop is noticed between two.
MAX_NOTICES_A_ROUND = 30


class NoticeUnsendable(Exception):
    """Nobody is there to be told any more. `word` says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def send_due_notices(moment: datetime, is_stopping: Callable[[], bool]) -> int:
    """Send what is due, texts together; return how many notices were tried."""
    due = list_due_notices(moment, MAX_NOTICES_A_ROUND)
    send_text_digests([row for row in due if row.channel is NoticeChannel.TEXT], moment)
    tried = 0
    for notice in due:
        if notice.channel is NoticeChannel.TEXT:
            continue
        if is_stopping():
            break
        tried += 1
        if _send_notice(notice) == "unreachable" and notice.channel is NoticeChannel.MAIL:
            # The others would wait ten seconds each for the same server: in a minute again.
            break
    return tried


def _send_notice(notice: DueNotice) -> str:
    """Send one notice; return why it was not taken, one word, or ""."""
    if not _claim(notice.id, notice.attempts):
        return ""
    attempts, word = notice.attempts + 1, ""
    try:
        _hand_over(notice)
    except NoticeUnsendable as error:
        _finish(notice.id, NoticeState.SKIPPED, error.word)
        return error.word
    except (MailFailed, RequestFailed) as error:
        word = error.word
        if attempts > len(RETRY_DELAYS) or (isinstance(error, MailFailed) and not error.may_pass):
            _finish(notice.id, NoticeState.FAILED, word)
        else:
            _store_error(notice.id, word)
        log.warning("notice %s by %s: not taken (%s)", notice.id, notice.channel.value, word)
        return word
    _finish(notice.id, NoticeState.SENT, None)
    return word


def _hand_over(notice: DueNotice) -> None:
    """Send it. Raises NoticeUnsendable, MailFailed or RequestFailed."""
    settings = current_settings()
    words = notice.words
    if notice.channel is NoticeChannel.CHAT:
        chat = find_chat(notice.webhook_id or 0)
        if chat is None or not chat.is_active:
            raise NoticeUnsendable("chat_off")
        post_to_chat(settings, chat.shape, chat.url, notice.kind, words)
        return
    user = find_user(notice.user_id or 0)
    # Asked again: minutes or an hour may have passed since it was stored.
    if user is None or user.disabled_at is not None:
        raise NoticeUnsendable("user_off")
    if not can_reach(user, NoticeChannel.MAIL):
        raise NoticeUnsendable("no_address")
    text = build_mail_text(words, settings.public_base_url)
    send_mail(settings, user.email or "", words.subject, text)


def _claim(notice_id: int, attempts: int) -> bool:
    """Count the try before it is made, and set the next one; False: another process has it."""
    next_try_at = find_next_try(attempts + 1, now()) or now()
    statement = update(Notice).where(
        Notice.id == notice_id, Notice.state == NoticeState.QUEUED, Notice.attempts == attempts
    )
    with write():
        claimed = execute_and_count_rows(
            statement.values(attempts=attempts + 1, due_at=next_try_at)
        )
    return claimed > 0


def _finish(notice_id: int, state: NoticeState, error: str | None) -> None:
    values = {"state": state, "error": error}
    with write():
        sent_at = now() if state is NoticeState.SENT else None
        statement = update(Notice).where(Notice.id == notice_id)
        execute_and_count_rows(statement.values(sent_at=sent_at, **values))


def _store_error(notice_id: int, word: str) -> None:
    with write():
        statement = update(Notice).where(Notice.id == notice_id)
        execute_and_count_rows(statement.values(error=word))
