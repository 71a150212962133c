"""What happened behind a phone, as this app's own rows tell it: the moments of its texts, and
its opt-out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import Message
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    NEVER_SENT_STATUSES,
    MessageDirection,
    MessageStatus,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.texts.text_intent import TextIntent, classify_text
from app.suppression.models import UnsubscribedContact

TEXTS, EVENTS, SNIPPET = 15, 30, 28
PRACTICE = "sandbox"
READ_AS = {
    TextIntent.LEAVE: "SMS Admin read it: no more texts",
    TextIntent.MAYBE_LEAVE: "SMS Admin read it: perhaps no more texts",
    TextIntent.RETURN: "SMS Admin read it: texts again",
    TextIntent.HELP: "SMS Admin read it: asks for help",
    TextIntent.SPEECH: "SMS Admin received it",
}


@dataclass(frozen=True)
class Event:
    """One moment.

    `why`: the reason, "" for none. `about`: how the text begins. `trouble`: it went wrong.
    """

    at: datetime
    words: str
    about: str = ""
    why: str = ""
    trouble: bool = False


def happened(phone: str) -> list[Event]:
    """The last events of a phone, newest first."""
    mine = select(Message).where(Message.phone == phone, Message.carrier == PRACTICE)
    texts = db.session.scalars(mine.order_by(Message.id.desc()).limit(TEXTS)).all()
    found = [event for text in texts for event in _life(text)] + list(_opt_out(phone))
    order = {id(event): place for place, event in enumerate(found)}
    found.sort(key=lambda event: (event.at, order[id(event)]), reverse=True)
    return found[:EVENTS]


def _life(text: Message) -> Iterator[Event]:
    """The moments of one text, oldest first."""
    about = (
        text.body
        if len(text.body) <= SNIPPET
        else text.body[: SNIPPET - 1].rstrip() + "…"
    )
    if text.direction is MessageDirection.INBOUND:
        yield Event(text.created_at, READ_AS[classify_text(text.body)], about)
        return
    if text.status in NEVER_SENT_STATUSES:
        yield Event(
            text.created_at,
            DELIVERY_STATUS_LABELS[text.status],
            about,
            _why_it_stayed(text),
        )
        return
    yield Event(text.created_at, "Waiting to be sent", about)
    if text.submitted_at:
        yield Event(text.submitted_at, "Handed to the practice network", about)
    if text.sent_at:
        yield Event(text.sent_at, "Receipt: sent", about)
    if text.delivered_at:
        yield Event(text.delivered_at, "Receipt: delivered", about)
    elif text.failed_at:
        yield Event(
            text.failed_at,
            DELIVERY_STATUS_LABELS[text.status],
            about,
            _why_it_failed(text),
            trouble=True,
        )


def _why_it_stayed(text: Message) -> str:
    reason = text.reason if text.status is MessageStatus.SKIPPED else None
    return (
        f"{SKIP_REASON_LABELS[SkipReason(reason)][0]}."
        if reason in set(SkipReason)
        else ""
    )


def _why_it_failed(text: Message) -> str:
    return find_error_code(
        text.error_code, "delivery" if text.provider_sid else "create"
    ).words


def _opt_out(phone: str) -> Iterator[Event]:
    row = db.session.scalar(
        select(UnsubscribedContact).where(UnsubscribedContact.phone == phone)
    )
    if row:
        yield Event(row.created_at, "Put on the do-not-text list")
