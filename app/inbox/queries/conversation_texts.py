"""One conversation: the texts to and from one number, blasts included, the oldest of a page
first.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import (
    MessageDirection,
    MessageKind,
    MessageStatus,
)
from app.domain.texts.text_intent import fold_text
from app.inbox.models import Thread
from app.surveys.models import SurveyFlow, SurveySession, TriggerWord

TEXTS_PER_PAGE, MAX_SURVEY_SESSIONS, MAX_SHOWN_PICTURES = 40, 50, 10


@dataclass(frozen=True)
class ConversationEntry:
    """One text. `because`: the survey or the keyword that it comes from, where it is known.

    `pretends`: its pictures are those of a practice phone, and nowhere to be found.
    """

    id: int
    is_inbound: bool
    kind: MessageKind
    body: str
    created_at: datetime
    status: MessageStatus
    reason: str | None
    error_code: int | None
    provider_sid: str | None
    written_by: str | None
    log_id: int | None
    blast_body: str | None
    event_title: str | None
    is_test: bool
    origin_name: str
    pictures: tuple[tuple[str, str], ...]
    has_sandbox_pictures: bool


@dataclass(frozen=True)
class ConversationPage:
    """A page of it.

    `older` and `newer`: the id before which, and whether at all, there are more.
    """

    entries: Sequence[ConversationEntry]
    older_before_id: int | None
    has_newer: bool
    unread: int = 0

    @property
    def fingerprint(self) -> str:
        """A short fingerprint: another one as soon as anything has changed."""
        return f"{zlib.crc32(repr((self.entries, self.unread)).encode('utf-8', 'replace')):08x}"

    @property
    def last_id(self) -> int:
        """The newest text of this page; 0 when there is none."""
        return self.entries[-1].id if self.entries else 0


def load_conversation_page(thread: Thread, before: int | None = None) -> ConversationPage:
    """The newest texts, or those before the text with the id `before`: one walk along the index
    of the number.
    """
    log = MessageLog
    rows = (
        select(Message, log.message_body, log.event_title, log.test_mode)
        .join_from(Message, log, isouter=True)
        .where(Message.phone == thread.phone)
        .order_by(Message.id.desc())
        .limit(TEXTS_PER_PAGE + 1)
    )
    if before is not None:
        rows = rows.where(Message.id < before)
    found: Sequence[Any] = db.session.execute(rows.execution_options(populate_existing=True)).all()
    page = found[:TEXTS_PER_PAGE][::-1]
    because = _find_survey_names(thread.phone, page) | _find_answered_keywords(page)
    texts = [_build_conversation_entry(row, because.get(row.Message.id, "")) for row in page]
    return ConversationPage(
        texts,
        page[0].Message.id if len(found) > TEXTS_PER_PAGE else None,
        before is not None,
        thread.unread,
    )


def _build_conversation_entry(row: Any, because: str) -> ConversationEntry:
    message: Message = row.Message
    return ConversationEntry(
        id=message.id,
        is_inbound=message.direction is MessageDirection.INBOUND,
        kind=message.kind,
        body=message.body,
        created_at=message.created_at,
        status=message.status,
        reason=message.reason,
        error_code=message.error_code,
        provider_sid=message.provider_sid,
        written_by=message.written_by,
        log_id=message.message_log_id,
        blast_body=row.message_body,
        event_title=row.event_title,
        is_test=bool(row.test_mode),
        origin_name=because,
        pictures=_parse_pictures(message.media),
        has_sandbox_pictures=_has_sandbox_pictures(message),
    )


def _has_sandbox_pictures(message: Message) -> bool:
    """Twilio names a picture by itself; a practice phone names it after its text."""
    return message.carrier == "sandbox" and f"/Media/ME{(message.provider_sid or '-')[2:]}" in (
        message.media or ""
    )


def _parse_pictures(media: str | None) -> tuple[tuple[str, str], ...]:
    """(address, type) of what came with a text.

    An address that is not https is nobody's picture at Twilio.
    """
    try:
        listed = json.loads(media) if media else []
    except ValueError:
        return ()
    each = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    pairs = [(str(one.get("url", "")), str(one.get("type", ""))[:60]) for one in each]
    return tuple(pair for pair in pairs if pair[0].startswith("https://"))[:MAX_SHOWN_PICTURES]


def _find_survey_names(phone: str, page: Sequence[Any]) -> dict[int, str]:
    """The name of the survey that each question belongs to: that of the session which had begun
    last.
    """
    asked = [row.Message for row in page if row.Message.kind is MessageKind.SURVEY]
    if not asked:
        return {}
    sessions = (
        select(SurveySession.started_at, SurveyFlow.name)
        .join_from(SurveySession, SurveyFlow)
        .where(SurveySession.phone == phone)
        .order_by(SurveySession.id.desc())
        .limit(MAX_SURVEY_SESSIONS)
    )
    begun = db.session.execute(sessions).all()
    named = {
        text.id: next((name for at, name in begun if at <= text.created_at), "") for text in asked
    }
    return {message_id: name for message_id, name in named.items() if name}


def _find_answered_keywords(page: Sequence[Any]) -> dict[int, str]:
    """The word that each answer of a keyword answers, as far as it is a keyword still."""
    asked = {
        row.Message.in_reply_to: row.Message.id
        for row in page
        if row.Message.kind is MessageKind.KEYWORD
    }
    ids = [each for each in asked if each]
    if not ids:
        return {}
    words: dict[str, list[int]] = {}
    for message_id, body in db.session.execute(
        select(Message.id, Message.body).where(Message.id.in_(ids))
    ):
        whole = fold_text(body)
        for word in {whole, whole.partition(" ")[0]}:
            words.setdefault(word, []).append(asked[message_id])
    known = db.session.scalars(
        select(TriggerWord.word).where(TriggerWord.word.in_(words)).order_by(TriggerWord.word)
    )
    return {message_id: word for word in known for message_id in words[word]}
