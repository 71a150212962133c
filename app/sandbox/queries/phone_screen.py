"""One phone: the texts on its screen, and what happened to them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.delivery.carriers.sandbox_callback_queue import WEBHOOK_FAILURE_CODE
from app.delivery.carriers.sandbox_models import SandboxMessage
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
    """A text on the screen. `wrote`: these are the phone's own words."""

    is_from_phone: bool
    body: str
    at: datetime
    segments: int
    status_text: str


@dataclass(frozen=True)
class PhoneScreen:
    """Everything on a phone's page that changes by itself: texts oldest first, events newest
    first.
    """

    messages: Sequence[ScreenMessage]
    events: Sequence[PhoneEvent]

    @property
    def fingerprint(self) -> str:
        """A short fingerprint: another one as soon as anything has changed."""
        return f"{zlib.crc32(repr((self.messages, self.events)).encode('utf-8', 'replace')):08x}"


def load_phone_screen(phone: str) -> PhoneScreen:
    """What this phone shows now: its newest texts, at most ON_SCREEN."""
    here = SandboxMessage.phone == phone, SandboxMessage.created_at <= now()
    newest = select(SandboxMessage).where(*here).order_by(SandboxMessage.id.desc())
    texts = db.session.scalars(newest.limit(MAX_SCREEN_MESSAGES)).all()
    return PhoneScreen(
        [_build_screen_message(text) for text in reversed(texts)],
        list_phone_events(phone),
    )


def _build_screen_message(text: SandboxMessage) -> ScreenMessage:
    state = _describe_inbound_state(text) if text.from_phone else _describe_outbound_state(text)
    return ScreenMessage(
        text.from_phone, format_text_body(text), text.created_at, text.segments, state
    )


def _describe_inbound_state(text: SandboxMessage) -> str:
    if text.error_code == WEBHOOK_FAILURE_CODE:
        return "SMS Admin did not take it"
    return "On its way" if text.next_at else "Arrived in SMS Admin"


def _describe_outbound_state(text: SandboxMessage) -> str:
    """Where the text is, as the network sees it."""
    words = DELIVERY_STATUS_LABELS[STATUS_BY_TWILIO_STATUS[text.status]]
    if text.status == "undelivered":
        return f"{words}. {find_error_code(text.error_code, 'delivery').description}"
    return words
