"""Receipts whose text we did not know: settled when it turns up (a restored copy, a name that
we learned later).
"""

import json
from typing import Any

from sqlalchemy import text

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import db, raw_connection, write
from app.webhooks.actions.delivery_receipts import (
    DeliveryReceipt,
    ReceiptAttempt,
    apply_delivery_receipt,
    parse_error_code,
)
from app.webhooks.actions.webhook_events import NewWebhookEvent

BATCH_RECEIPTS = 100

# Found by the index on message_id: events without a text are few. The attempt is known by its
# ref, else by its name.
SELECT_MATCHED_RECEIPTS = text("""
    SELECT orphans.id, orphans.dedupe_key, orphans.provider_sid AS sid, orphans.ref, orphans.payload,
        attempts.id, attempts.message_id, attempts.n, attempts.provider_sid
    FROM webhook_events AS orphans JOIN attempts ON attempts.id = coalesce(
        (SELECT id FROM attempts WHERE ref = orphans.ref),
        (SELECT id FROM attempts WHERE provider_sid = orphans.provider_sid))
    WHERE orphans.message_id IS NULL AND orphans.verdict = 'orphan' ORDER BY orphans.id
""")
MATCH_RECEIPT = """
    UPDATE webhook_events SET verdict = 'no_change', message_id = :message, processed_at = :now
    WHERE id = :event AND verdict = 'orphan'
"""
MARK_RECEIPT_APPLIED = "UPDATE webhook_events SET verdict = 'applied' WHERE id = :event"


def match_unmatched_receipts() -> int:
    """Settle every receipt that came before we knew its text and whose text we know by now.

    Says how many.
    """
    found = [
        (row[0], _build_receipt(row), ReceiptAttempt(*row[5:]))
        for row in db.session.execute(SELECT_MATCHED_RECEIPTS)
    ]
    adopted = 0
    for start in range(0, len(found), BATCH_RECEIPTS):
        with write():
            adopted += sum(_match_receipt(*each) for each in found[start : start + BATCH_RECEIPTS])
    return adopted


def _build_receipt(row: Any) -> DeliveryReceipt:
    key, payload = row.dedupe_key, row.payload or ""
    try:
        code = parse_error_code(str(json.loads(payload).get("ErrorCode", "")))
    except ValueError:  # cut off: it was longer than we keep
        code = None
    return DeliveryReceipt(
        NewWebhookEvent(key, "status", row.sid, row.ref, payload, now()),
        key.rsplit(":", 1)[1],
        code,
    )


def _match_receipt(event_id: int, receipt: DeliveryReceipt, tried: ReceiptAttempt) -> bool:
    values = {
        "event": event_id,
        "message": tried.message_id,
        "now": datetime_to_db(now()),
    }
    if not raw_connection().execute(MATCH_RECEIPT, values).rowcount:
        return False  # another process was faster
    if apply_delivery_receipt(receipt, tried):
        raw_connection().execute(MARK_RECEIPT_APPLIED, {"event": event_id})
    return True
