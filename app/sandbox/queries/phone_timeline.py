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

MAX_TIMELINE_TEXTS, MAX_TIMELINE_EVENTS, SNIPPET_LENGTH = 15, 30, 28
SANDBOX_CARRIER = "sandbox"
MEANING_DESCRIPTIONS = {
    TextIntent.OPT_OUT: "SMS Admin read it: no more texts",
    TextIntent.MAYBE_OPT_OUT: "SMS Admin read it: perhaps no more texts",
    TextIntent.OPT_IN: "SMS Admin read it: texts again",
    TextIntent.HELP: "SMS Admin read it: asks for help",
    TextIntent.CONVERSATION: "SMS Admin received it",
}


@dataclass(frozen=True)
class PhoneEvent:
    """One moment.

    `why`: the reason, "" for none. `about`: how the text begins. `trouble`: it went wrong.
    """

    at: datetime
    description: str
    snippet: str = ""
    reason: str = ""
    is_error: bool = False


def list_phone_events(phone: str) -> list[PhoneEvent]:
    """The last events of a phone, newest first."""
    mine = select(Message).where(Message.phone == phone, Message.carrier == SANDBOX_CARRIER)
    texts = db.session.scalars(mine.order_by(Message.id.desc()).limit(MAX_TIMELINE_TEXTS)).all()
    found = [event for text in texts for event in _list_message_events(text)] + list(
        _list_opt_out_events(phone)
    )
    order = {id(event): place for place, event in enumerate(found)}
    found.sort(key=lambda event: (event.at, order[id(event)]), reverse=True)
    return found[:MAX_TIMELINE_EVENTS]


def _list_message_events(text: Message) -> Iterator[PhoneEvent]:
    """The moments of one text, oldest first."""
    about = (
        text.body
        if len(text.body) <= SNIPPET_LENGTH
        else text.body[: SNIPPET_LENGTH - 1].rstrip() + "…"
    )
    if text.direction is MessageDirection.INBOUND:
        yield PhoneEvent(text.created_at, MEANING_DESCRIPTIONS[classify_text(text.body)], about)
        return
    if text.status in NEVER_SENT_STATUSES:
        yield PhoneEvent(
            text.created_at,
            DELIVERY_STATUS_LABELS[text.status],
            about,
            _explain_not_sent(text),
        )
        return
    yield PhoneEvent(text.created_at, "Waiting to be sent", about)
    if text.submitted_at:
        yield PhoneEvent(text.submitted_at, "Handed to the practice network", about)
    if text.sent_at:
        yield PhoneEvent(text.sent_at, "Receipt: sent", about)
    if text.delivered_at:
        yield PhoneEvent(text.delivered_at, "Receipt: delivered", about)
    elif text.failed_at:
        yield PhoneEvent(
            text.failed_at,
            DELIVERY_STATUS_LABELS[text.status],
            about,
            _explain_failure(text),
            is_error=True,
        )


def _explain_not_sent(text: Message) -> str:
    reason = text.reason if text.status is MessageStatus.SKIPPED else None
    return f"{SKIP_REASON_LABELS[SkipReason(reason)][0]}." if reason in set(SkipReason) else ""


def _explain_failure(text: Message) -> str:
    return find_error_code(
        text.error_code, "delivery" if text.provider_sid else "create"
    ).description


def _list_opt_out_events(phone: str) -> Iterator[PhoneEvent]:
    row = db.session.scalar(select(UnsubscribedContact).where(UnsubscribedContact.phone == phone))
    if row:
        yield PhoneEvent(row.created_at, "Put on the do-not-text list")
