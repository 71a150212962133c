"""Receipts whose message was unknown when they came, applied once it is known.

Messages turn up in a restored copy, or when the carrier's id of an attempt is learned later.
"""

import json
from itertools import starmap
from typing import Any, NamedTuple

from app.core.clock import now
from app.core.db import write
from app.delivery.queries.attempt_lookup import find_attempt_by_ref, find_attempt_by_sid
from app.webhooks import sql
from app.webhooks.actions.delivery_receipts import (
    DeliveryReceipt,
    apply_delivery_receipt,
    parse_error_code,
)
from app.webhooks.actions.webhook_events import NewWebhookEvent

BATCH_RECEIPTS = 100


class _UnmatchedEvent(NamedTuple):
    """A row of SELECT_MATCHED_RECEIPTS."""

    id: int
    dedupe_key: str
    sid: str | None
    ref: str | None
    payload: str | None


def match_unmatched_receipts() -> int:
    """Apply every stored receipt whose message is known by now; return how many.

    Opens its own write() for each batch, so that others get to write. Two processes may run it.
    """
    events = list(starmap(_UnmatchedEvent, sql.SELECT_MATCHED_RECEIPTS.fetch_rows()))
    matched_count = 0
    for start in range(0, len(events), BATCH_RECEIPTS):
        with write():
            for event in events[start : start + BATCH_RECEIPTS]:
                matched_count += _match_receipt(event)
    return matched_count


def _match_receipt(event: _UnmatchedEvent) -> bool:
    """Whether the receipt was applied or found to change nothing, by this process."""
    attempt = find_attempt_by_ref(event.ref) or find_attempt_by_sid(event.sid)
    if attempt is None:
        return False
    # Guarded by the old verdict: another process may have been faster.
    matched_rows = sql.MATCH_RECEIPT.execute(
        b_id=event.id, b_message_id=attempt.message_id, b_moment=now()
    )
    if not matched_rows:
        return False
    if apply_delivery_receipt(_build_receipt(event), attempt):
        sql.MARK_RECEIPT_APPLIED.execute(b_id=event.id)
    return True


def _build_receipt(event: _UnmatchedEvent) -> DeliveryReceipt:
    payload = event.payload or ""
    return DeliveryReceipt(
        NewWebhookEvent(event.dedupe_key, "status", event.sid, event.ref, payload, now()),
        # The key is st:<sid>:<status>, with the error code behind it where there is one.
        event.dedupe_key.split(":")[2],
        parse_error_code(str(_parse_payload(payload).get("ErrorCode", ""))),
    )


def _parse_payload(payload: str) -> dict[str, Any]:
    """Return the fields of a stored call; none when it was cut because it was too long."""
    try:
        fields: dict[str, Any] = json.loads(payload)
    except ValueError:
        return {}
    return fields
