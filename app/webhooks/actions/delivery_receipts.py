"""Receipts: the carrier's news about texts of ours, settled by rank, in whatever order they
come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import current_app

from app.core.clock import now
from app.core.db import raw_connection
from app.delivery.actions.message_status_updates import (
    StatusUpdate,
    apply_status_update,
)
from app.domain.delivery.message_statuses import STATUS_BY_TWILIO_STATUS, MessageStatus
from app.webhooks.actions.batch_writer import BatchWriter
from app.webhooks.actions.webhook_events import (
    NewWebhookEvent,
    WebhookCall,
    build_webhook_event,
    store_webhook_event,
)

MAX_ERROR_CODE_DIGITS = 8  # digits
SECOND_SID_ERROR = "the carrier gave this try two names"

# One look: whether we were told already, and whose text it is. There is always one row.
SELECT_ATTEMPT_BY_REF = """
    SELECT EXISTS (SELECT 1 FROM webhook_events WHERE dedupe_key = :key),
        attempts.id, attempts.message_id, attempts.n, attempts.provider_sid
    FROM (SELECT 1) LEFT JOIN attempts ON attempts.ref = :ref
"""
SELECT_ATTEMPT_BY_SID = (
    "SELECT id, message_id, n, provider_sid FROM attempts WHERE provider_sid = :sid"
)


class ReceiptAttempt(NamedTuple):
    """The attempt that a receipt is about."""

    id: int
    message_id: int
    number: int
    provider_sid: str | None


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What one receipt says: the carrier's word for the status and its code for what went
    wrong, if anything did.
    """

    event: NewWebhookEvent
    carrier_status: str
    error_code: int | None


def process_delivery_receipt(call: WebhookCall) -> str:
    """Store a receipt once and settle its text by rank.

    Returns the verdict: applied, no_change, repeat or orphan.

    Those that come while others are being written share a commit. Raises Busy when nothing was
    stored.
    """
    sid, word = (
        call.get_first_field("MessageSid", "SmsSid"),
        call.get_first_field("MessageStatus", "SmsStatus"),
    )
    receipt = DeliveryReceipt(
        build_webhook_event(call, "st", sid, word),
        word,
        parse_error_code(call.get_first_field("ErrorCode")),
    )
    return _get_receipt_writer().submit(receipt)


def _get_receipt_writer() -> BatchWriter[DeliveryReceipt, str]:
    """This app's; made when first asked for."""
    known = current_app.extensions.get("receipts")
    if known is None:
        known = current_app.extensions.setdefault("receipts", BatchWriter(_store_receipts))
    assert isinstance(known, BatchWriter)
    return known


def parse_error_code(text: str) -> int | None:
    """The carrier's code in a field, None when there is none."""
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= MAX_ERROR_CODE_DIGITS
        else None
    )


def _store_receipts(some: Sequence[DeliveryReceipt]) -> list[str]:
    return [_store_receipt(each) for each in some]


def _store_receipt(receipt: DeliveryReceipt) -> str:
    event = receipt.event
    told, *found = (
        raw_connection()
        .execute(SELECT_ATTEMPT_BY_REF, {"key": event.dedupe_key, "ref": event.ref})
        .fetchone()
    )
    if told:
        return "repeat"
    if found[0] is None:
        found = raw_connection().execute(SELECT_ATTEMPT_BY_SID, {"sid": event.sid}).fetchone()
    if found is None:
        store_webhook_event(event, "orphan", None)
        return "orphan"
    tried = ReceiptAttempt(*found)
    verdict = "applied" if apply_delivery_receipt(receipt, tried) else "no_change"
    another = event.sid is not None and tried.provider_sid not in (None, event.sid)
    store_webhook_event(event, verdict, tried.message_id, SECOND_SID_ERROR if another else None)
    return verdict


def apply_delivery_receipt(receipt: DeliveryReceipt, tried: ReceiptAttempt) -> bool:
    """Settle the text by what the receipt says. True when its state changed. Inside write()."""
    status = STATUS_BY_TWILIO_STATUS.get(receipt.carrier_status)
    if (
        status is None or status is MessageStatus.RECEIVED
    ):  # a word for texts that come in, or none that we know
        return False
    evidence = StatusUpdate(
        message_id=tried.message_id,
        attempt_id=tried.id,
        attempt_number=tried.number,
        status=status,
        sid=receipt.event.sid
        if receipt.event.sid != tried.provider_sid
        else None,  # a name that is new, or another
        code=receipt.error_code,
        phase="delivery",
    )
    return apply_status_update(evidence, now())
