"""What happened behind a phone, read from our own rows: its texts and its opt-out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from app.delivery.models import Message
from app.delivery.queries.phone_texts import list_newest_texts
from app.delivery.queries.sandbox_blasts import SANDBOX_CARRIER
from app.domain.delivery.carrier_error_codes import find_error_code
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    NEVER_SENT_STATUSES,
    MessageDirection,
    MessageStatus,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.texts.text_intent import TextIntent, classify_text
from app.suppression.queries.phone_records import find_opt_out_time

MAX_TIMELINE_TEXTS = 15
MAX_TIMELINE_EVENTS = 30
SNIPPET_LENGTH = 28
MEANING_DESCRIPTIONS = {
    TextIntent.OPT_OUT: "SMS Admin: opted out",
    TextIntent.MAYBE_OPT_OUT: "SMS Admin: possible opt-out",
    TextIntent.OPT_IN: "SMS Admin: opted back in",
    TextIntent.HELP: "SMS Admin: asked for help",
    TextIntent.CONVERSATION: "SMS Admin received it",
}


@dataclass(frozen=True)
class PhoneEvent:
    """Something that happened at one moment.

    `snippet`: how the text begins; `reason`: "" for none.
    """

    at: datetime
    description: str
    snippet: str = ""
    reason: str = ""
    is_error: bool = False


def list_phone_events(phone: str) -> list[PhoneEvent]:
    """Return the last events of a phone, newest first."""
    events: list[PhoneEvent] = []
    for message in list_newest_texts(phone, SANDBOX_CARRIER, MAX_TIMELINE_TEXTS):
        events += _list_message_events(message)
    events += _list_opt_out_events(phone)
    # Of events at the same moment the one that was listed last counts as the newest: the sort is
    # stable and keeps the reversed order.
    events.reverse()
    events.sort(key=attrgetter("at"), reverse=True)
    return events[:MAX_TIMELINE_EVENTS]


def _list_message_events(message: Message) -> Iterator[PhoneEvent]:
    """Yield the moments of one text, oldest first."""
    snippet = _shorten(message.body)
    if message.direction is MessageDirection.INBOUND:
        meaning = MEANING_DESCRIPTIONS[classify_text(message.body)]
        yield PhoneEvent(message.created_at, meaning, snippet)
        return
    if message.status in NEVER_SENT_STATUSES:
        label = DELIVERY_STATUS_LABELS[message.status]
        yield PhoneEvent(message.created_at, label, snippet, _explain_not_sent(message))
        return
    yield PhoneEvent(message.created_at, "Waiting to be sent", snippet)
    if message.submitted_at:
        yield PhoneEvent(message.submitted_at, "Sent to the practice network", snippet)
    yield from _list_receipt_events(message, snippet)


def _list_receipt_events(message: Message, snippet: str) -> Iterator[PhoneEvent]:
    if message.sent_at:
        yield PhoneEvent(message.sent_at, "Receipt: sent", snippet)
    if message.delivered_at:
        yield PhoneEvent(message.delivered_at, "Receipt: delivered", snippet)
    elif message.failed_at:
        label = DELIVERY_STATUS_LABELS[message.status]
        reason = _explain_failure(message)
        yield PhoneEvent(message.failed_at, label, snippet, reason, is_error=True)


def _shorten(body: str) -> str:
    if len(body) <= SNIPPET_LENGTH:
        return body
    return body[: SNIPPET_LENGTH - 1].rstrip() + "…"


def _explain_not_sent(message: Message) -> str:
    if message.status is not MessageStatus.SKIPPED or message.reason not in set(SkipReason):
        return ""
    return f"{SKIP_REASON_LABELS[SkipReason(message.reason)][0]}."


def _explain_failure(message: Message) -> str:
    # Without a SID the carrier refused the text when it was handed over.
    stage = "delivery" if message.provider_sid else "create"
    return find_error_code(message.error_code, stage).description


def _list_opt_out_events(phone: str) -> Iterator[PhoneEvent]:
    opted_out_at = find_opt_out_time(phone)
    if opted_out_at:
        yield PhoneEvent(opted_out_at, "Added to the do-not-text list")
