"""Webhook events: calls of the carrier, each stored once and kept for 30 days."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import db, execute_and_count_rows, write
from app.webhooks import sql
from app.webhooks.models import webhook_events

EVENT_KINDS = {"st": "status", "in": "inbound"}
EVENT_RETENTION_DAYS = 30
MAX_KEY_CHARACTERS = 120
MAX_PAYLOAD_CHARACTERS = 8_000
MAX_SID_CHARACTERS = 64
MAX_DELETE_ROWS, MIN_DELETE_ROWS = 500, 10
# Nobody else can write for so long; a busy machine may take it twice or three times.
DELETE_SECONDS = 0.025
MIN_PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """A verified call of the carrier.

    `ref` is from the address of a receipt. `written_at`: when the text was written, where it is
    taken in later; None for now.
    """

    params: Mapping[str, str]
    carrier: str
    ref: str | None = None
    written_at: datetime | None = None

    def get_first_field(self, *names: str) -> str:
        """Return the first of these parameters that is not empty, else "".

        Without NUL characters, at which SQLite would end the text.
        """
        for name in names:
            if value := self.params.get(name, "").replace("\x00", ""):
                return value
        return ""


@dataclass(frozen=True, slots=True)
class NewWebhookEvent:
    """A row for `webhook_events`, built before anybody waits for the write lock."""

    dedupe_key: str
    kind: str
    sid: str | None
    ref: str | None
    payload: str
    received_at: datetime


class ProcessedEvent(NamedTuple):
    """An event with what became of it: verdict, message, and what was wrong with it."""

    event: NewWebhookEvent
    verdict: str
    message_id: int | None
    error: str | None = None


def build_webhook_event(call: WebhookCall, kind: str, sid: str, *key_parts: str) -> NewWebhookEvent:
    """Return the event of a call.

    Two calls with the same key report the same thing: the key is made of the kind ("st" or
    "in"), the carrier's id of the text, and `key_parts`. A call without an id repeats no other.
    """
    sid = sid[:MAX_SID_CHARACTERS]
    key = ":".join((kind, sid or call.ref or secrets.token_hex(16), *key_parts))
    payload = json.dumps(dict(call.params), ensure_ascii=False)
    return NewWebhookEvent(
        dedupe_key=key[:MAX_KEY_CHARACTERS],
        kind=EVENT_KINDS[kind],
        sid=sid or None,
        ref=call.ref,
        payload=payload[:MAX_PAYLOAD_CHARACTERS],
        # No call came for a text that is taken in later.
        received_at=call.written_at or now(),
    )


def store_webhook_events(processed_events: Sequence[ProcessedEvent]) -> None:
    """Store events with what became of them, in one statement. Inside write()."""
    processed_at = datetime_to_db(now())
    rows = [_build_event_row(processed, processed_at) for processed in processed_events]
    sql.INSERT_EVENTS.execute(rows=json.dumps(rows))


def _build_event_row(processed: ProcessedEvent, processed_at: str) -> tuple[str | int | None, ...]:
    """Return the values of a row, in the order of INSERT_EVENTS."""
    event = processed.event
    return (
        event.dedupe_key,
        event.kind,
        event.sid,
        event.ref,
        event.payload,
        processed.verdict,
        processed.message_id,
        processed.error,
        datetime_to_db(event.received_at),
        processed_at,
    )


def count_old_webhook_events(before: datetime) -> tuple[int, datetime | None]:
    """Return how many events came before a moment, and the time of the oldest."""
    received_at = webhook_events.c.received_at
    statement = select(func.count(), func.min(received_at)).where(received_at < before)
    count, oldest = db.session.execute(statement).one()
    return count, oldest


def delete_old_webhook_events(days: int = EVENT_RETENTION_DAYS) -> int:
    """Delete events that are older than so many days; return how many.

    Opens its own write() for each batch. A batch is as large as DELETE_SECONDS allow, measured
    on the one before; the pause after it is as long as it took, so that others get to write.
    """
    deadline = now() - timedelta(days=days)
    old_ids = select(webhook_events.c.id).where(webhook_events.c.received_at < deadline)
    total = 0
    size = MIN_DELETE_ROWS
    while True:
        batch = delete(webhook_events).where(webhook_events.c.id.in_(old_ids.limit(size)))
        with write():
            start = time.monotonic()
            count = execute_and_count_rows(batch)
        seconds = time.monotonic() - start
        total += count
        if count < size:
            return total
        size = compute_delete_batch_size(size, seconds)
        time.sleep(max(MIN_PAUSE_SECONDS, seconds))


def compute_delete_batch_size(size: int, seconds: float) -> int:
    """Return how many rows to delete next, when `size` rows took so many seconds.

    Never more than twice as many, and never more than MAX_DELETE_ROWS.
    """
    fitting_rows = int(size * DELETE_SECONDS / max(seconds, DELETE_SECONDS / 2))
    return max(MIN_DELETE_ROWS, min(MAX_DELETE_ROWS, fitting_rows))
