"""What a conversation shows of a text."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.delivery.message_statuses import MessageKind, MessageStatus


@dataclass(frozen=True)
class ShownReaction:
    """A reaction of a phone to a text; `words`: what the phone wrote of it ("Loved", "👍 to")."""

    message_id: int
    words: str
    created_at: datetime


@dataclass(frozen=True)
class ConversationEntry:
    """One text of a conversation.

    `origin_name`: the survey or the keyword that it comes from, "" where it is not known.
    `pictures`: (address, media type) of each; `has_sandbox_pictures`: they come from a practice
    phone, and there is nothing to open. `reactions`: what they reacted with to this text;
    `is_reaction`: the text is one itself, to a text that is not on the page; `is_automatic`: their
    phone or mailbox wrote it, not they.
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
    reactions: tuple[ShownReaction, ...] = ()
    is_reaction: bool = False
    is_automatic: bool = False
    blast_name: str | None = None
