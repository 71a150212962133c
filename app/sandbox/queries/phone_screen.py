"""What one phone shows: the texts on its screen, and what happened to them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.delivery.carriers.sandbox_callback_queue import WEBHOOK_FAILURE_CODE
from app.delivery.carriers.sandbox_models import SandboxMessage
from app.delivery.carriers.sandbox_phone_storage import list_phone_texts_newest_first
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    STATUS_BY_TWILIO_STATUS,
)
from app.sandbox.queries.phone_timeline import PhoneEvent, list_phone_events
from app.sandbox.queries.sandbox_phones import format_text_body

MAX_SCREEN_MESSAGES = 60


@dataclass(frozen=True)
class ScreenMessage:
    """A text on the screen; `is_from_phone` when the phone wrote it."""

    is_from_phone: bool
    body: str
    at: datetime
    segments: int
    status_text: str


@dataclass(frozen=True)
class PhoneScreen:
    """Everything on a phone's page that changes by itself.

    Texts stand oldest first, events newest first.
    """

    messages: Sequence[ScreenMessage]
    events: Sequence[PhoneEvent]

    @property
    def fingerprint(self) -> str:
        """A CRC of 8 hex digits that differs as soon as anything has changed."""
        content = repr((self.messages, self.events)).encode("utf-8", "replace")
        return f"{zlib.crc32(content):08x}"


def load_phone_screen(phone: str) -> PhoneScreen:
    """Return what this phone shows now: its newest texts, at most MAX_SCREEN_MESSAGES."""
    texts = list_phone_texts_newest_first(phone, MAX_SCREEN_MESSAGES)
    return PhoneScreen(
        list(map(_build_screen_message, reversed(texts))),
        list_phone_events(phone),
    )


def _build_screen_message(text: SandboxMessage) -> ScreenMessage:
    return ScreenMessage(
        is_from_phone=text.from_phone,
        body=format_text_body(text),
        at=text.created_at,
        segments=text.segments,
        status_text=_describe_state(text),
    )


def _describe_state(text: SandboxMessage) -> str:
    """Describe where the text is, as the network sees it."""
    if text.from_phone:
        return _describe_inbound_state(text)
    label = DELIVERY_STATUS_LABELS[STATUS_BY_TWILIO_STATUS[text.status]]
    if text.status == "undelivered":
        return f"{label}. {find_error_code(text.error_code, 'delivery').description}"
    return label


def _describe_inbound_state(text: SandboxMessage) -> str:
    if text.error_code == WEBHOOK_FAILURE_CODE:
        return "SMS Admin rejected it"
    if text.next_at:
        return "Sending"
    return "Received by SMS Admin"
