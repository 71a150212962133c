"""One phone: the texts on its screen, and what happened to them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.clock import now
from app.core.db import db
from app.delivery.carriers.sandbox_mail import NOT_TAKEN
from app.delivery.carriers.sandbox_models import SandboxMessage
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    STATUS_BY_TWILIO_STATUS,
)
from app.sandbox.queries.happened import Event, happened
from app.sandbox.queries.phones import shown

ON_SCREEN = 60


@dataclass(frozen=True)
class Bubble:
    """A text on the screen. `wrote`: these are the phone's own words."""

    wrote: bool
    body: str
    at: datetime
    parts: int
    state: str


@dataclass(frozen=True)
class Screen:
    """Everything on a phone's page that changes by itself: texts oldest first, events newest
    first.
    """

    bubbles: Sequence[Bubble]
    events: Sequence[Event]

    @property
    def mark(self) -> str:
        """A short fingerprint: another one as soon as anything has changed."""
        return f"{zlib.crc32(repr((self.bubbles, self.events)).encode('utf-8', 'replace')):08x}"


def screen(phone: str) -> Screen:
    """What this phone shows now: its newest texts, at most ON_SCREEN."""
    here = SandboxMessage.phone == phone, SandboxMessage.created_at <= now()
    newest = select(SandboxMessage).where(*here).order_by(SandboxMessage.id.desc())
    texts = db.session.scalars(newest.limit(ON_SCREEN)).all()
    return Screen([_bubble(text) for text in reversed(texts)], happened(phone))


def _bubble(text: SandboxMessage) -> Bubble:
    state = _state_of_own(text) if text.from_phone else _state(text)
    return Bubble(text.from_phone, shown(text), text.created_at, text.segments, state)


def _state_of_own(text: SandboxMessage) -> str:
    if text.error_code == NOT_TAKEN:
        return "SMS Admin did not take it"
    return "On its way" if text.next_at else "Arrived in SMS Admin"


def _state(text: SandboxMessage) -> str:
    """Where the text is, as the network sees it."""
    words = DELIVERY_STATUS_LABELS[STATUS_BY_TWILIO_STATUS[text.status]]
    if text.status == "undelivered":
        return f"{words}. {find_error_code(text.error_code, 'delivery').words}"
    return words
