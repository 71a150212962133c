"""Receipts whose text we did not know: settled when it turns up (a restored copy, a name that
we learned later).
"""

import json
from typing import Any

from sqlalchemy import text

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import db, raw_connection, write
from app.webhooks.actions.events import Event
from app.webhooks.actions.receipts import Receipt, Tried, apply, code_in

SLICE = 100

# Found by the index on message_id: events without a text are few. The attempt is known by its
# ref, else by its name.
FOUND = text("""
    SELECT orphans.id, orphans.dedupe_key, orphans.provider_sid AS sid, orphans.ref, orphans.payload,
        attempts.id, attempts.message_id, attempts.n, attempts.provider_sid
    FROM webhook_events AS orphans JOIN attempts ON attempts.id = coalesce(
        (SELECT id FROM attempts WHERE ref = orphans.ref),
        (SELECT id FROM attempts WHERE provider_sid = orphans.provider_sid))
    WHERE orphans.message_id IS NULL AND orphans.verdict = 'orphan' ORDER BY orphans.id
""")
ADOPT = """
    UPDATE webhook_events SET verdict = 'no_change', message_id = :message, processed_at = :now
    WHERE id = :event AND verdict = 'orphan'
"""
APPLIED = "UPDATE webhook_events SET verdict = 'applied' WHERE id = :event"


def adopt_orphans() -> int:
    """Settle every receipt that came before we knew its text and whose text we know by now.

    Says how many.
    """
    found = [
        (row[0], _receipt(row), Tried(*row[5:])) for row in db.session.execute(FOUND)
    ]
    adopted = 0
    for start in range(0, len(found), SLICE):
        with write():
            adopted += sum(_adopt(*each) for each in found[start : start + SLICE])
    return adopted


def _receipt(row: Any) -> Receipt:
    key, payload = row.dedupe_key, row.payload or ""
    try:
        code = code_in(str(json.loads(payload).get("ErrorCode", "")))
    except ValueError:  # cut off: it was longer than we keep
        code = None
    return Receipt(
        Event(key, "status", row.sid, row.ref, payload, now()),
        key.rsplit(":", 1)[1],
        code,
    )


def _adopt(event_id: int, receipt: Receipt, tried: Tried) -> bool:
    values = {
        "event": event_id,
        "message": tried.message_id,
        "now": datetime_to_db(now()),
    }
    if not raw_connection().execute(ADOPT, values).rowcount:
        return False  # another process was faster
    if apply(receipt, tried):
        raw_connection().execute(APPLIED, {"event": event_id})
    return True
