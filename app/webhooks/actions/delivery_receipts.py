"""Delivery receipts: the carrier's reports about our texts, applied by rank in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.clock import now
from app.delivery.actions.message_status_updates import (
    StatusUpdate,
    apply_status_update,
)
from app.delivery.queries.attempt_lookup import AttemptKey, find_attempt_by_sid
from app.domain.delivery.message_statuses import STATUS_BY_TWILIO_STATUS, MessageStatus
from app.domain.texts.whole_numbers import parse_whole_number
from app.webhooks import sql
from app.webhooks.actions.batch_writer import BatchWriter, get_batch_writer
from app.webhooks.actions.webhook_events import (
    NewWebhookEvent,
    ProcessedEvent,
    WebhookCall,
    build_webhook_event,
    store_webhook_events,
)

MAX_ERROR_CODE_DIGITS = 8
SECOND_SID_ERROR = "the carrier gave this try two names"


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What one receipt says: the carrier's status, and its code for what went wrong, if any."""

    event: NewWebhookEvent
    carrier_status: str
    error_code: int | None


def process_delivery_receipt(call: WebhookCall) -> str:
    """Store a receipt once and update its message by rank; return the verdict.

    The verdict is applied, no_change, repeat or orphan. Receipts that come while others are being
    written share a transaction. Raises WriteLockTimeout when nothing was stored.
    """
    sid = call.get_first_field("MessageSid", "SmsSid")
    status = call.get_first_field("MessageStatus", "SmsStatus")
    error_code = parse_error_code(call.get_first_field("ErrorCode"))
    # The same status may come without a code first: with one it says more.
    key_parts = (status, str(error_code)) if error_code else (status,)
    receipt = DeliveryReceipt(build_webhook_event(call, "st", sid, *key_parts), status, error_code)
    return _get_receipt_writer().submit(receipt)


def parse_error_code(text: str) -> int | None:
    """Return the carrier's code in a field, or None when there is none."""
    return parse_whole_number(text, MAX_ERROR_CODE_DIGITS)


def _get_receipt_writer() -> BatchWriter[DeliveryReceipt, str]:
    return get_batch_writer("receipts", _store_receipts)


def _store_receipts(receipts: Sequence[DeliveryReceipt]) -> list[str]:
    return list(map(_store_receipt, receipts))


def _store_receipt(receipt: DeliveryReceipt) -> str:
    event = receipt.event
    row = sql.SELECT_RECEIPT_STATE.fetch_first_row(b_key=event.dedupe_key, b_ref=event.ref)
    assert row is not None
    is_repeat, *attempt_columns = row
    if is_repeat:
        return "repeat"
    # Most receipts name the attempt in their address; the others are found by the carrier's id.
    attempt: AttemptKey | None = AttemptKey(*attempt_columns)
    if attempt_columns[0] is None:
        attempt = find_attempt_by_sid(event.sid)
    if attempt is None:
        store_webhook_events([ProcessedEvent(event, "orphan", None)])
        return "orphan"
    verdict = "no_change"
    if apply_delivery_receipt(receipt, attempt):
        verdict = "applied"
    error = _find_sid_error(event, attempt)
    store_webhook_events([ProcessedEvent(event, verdict, attempt.message_id, error)])
    return verdict


def _find_sid_error(event: NewWebhookEvent, attempt: AttemptKey) -> str | None:
    if event.sid is None or attempt.provider_sid in (None, event.sid):
        return None
    return SECOND_SID_ERROR


def apply_delivery_receipt(receipt: DeliveryReceipt, attempt: AttemptKey) -> bool:
    """Update the attempt's message by what the receipt says. Inside write().

    Returns whether its status changed.
    """
    status = STATUS_BY_TWILIO_STATUS.get(receipt.carrier_status)
    # "received" is the status of texts that come in.
    if status is None or status is MessageStatus.RECEIVED:
        return False
    # Only an id that is news is stored: the first one, or another one.
    sid = receipt.event.sid
    if sid == attempt.provider_sid:
        sid = None
    update = StatusUpdate(
        message_id=attempt.message_id,
        attempt_id=attempt.id,
        attempt_number=attempt.number,
        status=status,
        sid=sid,
        code=receipt.error_code,
        phase="delivery",
    )
    return apply_status_update(update, now())
