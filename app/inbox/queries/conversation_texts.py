"""One conversation: the texts to and from a number, and those before it, the oldest first."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.delivery.models import Message
from app.delivery.queries.phone_texts import PhoneText, list_texts_before
from app.delivery.queries.text_history import find_texts_of_phone
from app.domain.delivery.message_statuses import MessageDirection, MessageKind
from app.domain.texts.inbound_media import parse_media_json
from app.domain.texts.text_intent import fold_text
from app.inbox.models import Thread
from app.inbox.queries.conversation_entries import ConversationEntry
from app.inbox.queries.conversation_reactions import place_reactions
from app.profiles.queries.person_lookup import list_phones_of_history
from app.surveys.queries.survey_sessions import find_session_starts
from app.surveys.queries.trigger_words import find_existing_trigger_words

TEXTS_PER_PAGE = 40
MAX_SURVEY_SESSIONS = 50
MAX_SHOWN_PICTURES = 10
MAX_MEDIA_TYPE_CHARACTERS = 60


@dataclass(frozen=True)
class ConversationPage:
    """A page of a conversation.

    `older_before_id`: the message before which there are more, None when there are none;
    `has_newer`: whether this is not the newest page. `last_id`: the newest message of this page;
    0 when there is none. `state`: what the header says of the thread.
    """

    entries: Sequence[ConversationEntry]
    older_before_id: int | None
    has_newer: bool
    unread: int = 0
    last_id: int = 0
    state: tuple[object, ...] = ()

    @property
    def first_unread_id(self) -> int:
        """The id of the first of the unread texts; 0 when all on the page are read."""
        ids = [entry.id for entry in self.entries if entry.is_inbound]
        return ids[-self.unread :][0] if self.unread and ids else 0

    @property
    def fingerprint(self) -> str:
        """A short text that changes as soon as anything on the page has changed."""
        content = repr((self.entries, self.unread, self.state))
        return f"{zlib.crc32(content.encode('utf-8', 'replace')):08x}"


def load_conversation_page(thread: Thread, before_id: int | None = None) -> ConversationPage:
    """Return the newest texts of a thread, or those before the message `before_id`."""
    # One text more than is shown tells whether there are older ones.
    rows = list_texts_before(list_phones_of_history(thread.phone), TEXTS_PER_PAGE + 1, before_id)
    oldest_first = rows[:TEXTS_PER_PAGE][::-1]
    messages = [row.message for row in oldest_first]
    origins = _find_survey_names(thread.phone, messages) | _find_answered_keywords(messages)
    entries = []
    for row in oldest_first:
        entries.append(_build_conversation_entry(row, origins.get(row.message.id, "")))
    older_before_id = entries[0].id if len(rows) > TEXTS_PER_PAGE else None
    last_id = entries[-1].id if entries else 0
    return ConversationPage(
        place_reactions(entries),
        older_before_id,
        before_id is not None,
        thread.unread,
        last_id,
        state=(thread.needs_reply, thread.why, thread.done_at, thread.done_by),
    )


def _build_conversation_entry(row: PhoneText, origin_name: str) -> ConversationEntry:
    message = row.message
    return ConversationEntry(
        id=message.id,
        is_inbound=message.direction is MessageDirection.INBOUND,
        kind=message.kind,
        body=message.shown_body,
        created_at=message.created_at,
        status=message.status,
        reason=message.reason,
        error_code=message.error_code,
        provider_sid=message.provider_sid,
        written_by=message.written_by,
        log_id=message.message_log_id,
        blast_body=row.blast_body,
        event_title=row.event_title,
        is_test=bool(row.is_test),
        origin_name=origin_name,
        pictures=_parse_pictures(message.media),
        has_sandbox_pictures=_has_sandbox_pictures(message),
        blast_name=row.blast_name,
    )


def _has_sandbox_pictures(message: Message) -> bool:
    """Whether the pictures come from a practice phone, which names them after their text.

    Twilio gives each picture a name of its own.
    """
    sandbox_name = f"/Media/ME{(message.provider_sid or '-')[2:]}"
    return message.carrier == "sandbox" and sandbox_name in (message.media or "")


def _parse_pictures(media: str | None) -> tuple[tuple[str, str], ...]:
    """Return (address, media type) of what came with a text.

    An address that is not https cannot be a picture at Twilio: it is left out.
    """
    pictures = []
    for item in parse_media_json(media):
        address = str(item.get("url", ""))
        media_type = str(item.get("type", ""))[:MAX_MEDIA_TYPE_CHARACTERS]
        if address.startswith("https://"):
            pictures.append((address, media_type))
    return tuple(pictures[:MAX_SHOWN_PICTURES])


def _find_survey_names(phone: str, messages: Sequence[Message]) -> dict[int, str]:
    """Return the survey of each survey text, by message: that of the session begun last."""
    survey_texts = [message for message in messages if message.kind is MessageKind.SURVEY]
    if not survey_texts:
        return {}
    sessions = find_session_starts(phone, MAX_SURVEY_SESSIONS)
    names = {}
    for text in survey_texts:
        for session in sessions:
            if session.started_at <= text.created_at:
                names[text.id] = session.survey_name
                break
    return names


def _find_answered_keywords(messages: Sequence[Message]) -> dict[int, str]:
    """Return the word that each reply of a keyword answers, by message, if it still is one."""
    reply_by_answered_id = {}
    for message in messages:
        if message.kind is MessageKind.KEYWORD and message.in_reply_to:
            reply_by_answered_id[message.in_reply_to] = message.id
    if not reply_by_answered_id:
        return {}
    words: dict[int, set[str]] = {}
    for answered in find_texts_of_phone(list(reply_by_answered_id)).values():
        folded_text = fold_text(answered.body)
        first_word = folded_text.partition(" ")[0]
        words[reply_by_answered_id[answered.id]] = {folded_text, first_word}
    keywords: dict[int, str] = {}
    for word in find_existing_trigger_words(set().union(*words.values())):
        for reply_id, reply_words in words.items():
            if word in reply_words:
                keywords[reply_id] = word
    return keywords
