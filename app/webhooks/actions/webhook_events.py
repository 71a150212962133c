"""What the carrier told us: each piece of news stored once, and kept for 30 days."""

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import execute_and_count_rows, raw_connection, write
from app.webhooks.models import webhook_events as events

EVENT_RETENTION_DAYS = 30
MAX_DELETE_ROWS, MIN_DELETE_ROWS = 500, 10
DELETE_SECONDS = 0.025  # so long nobody else can write; a busy machine may take it twice or thrice
MIN_PAUSE_SECONDS = 0.01
MAX_PAYLOAD_CHARACTERS = 8_000
MAX_SID_CHARACTERS = 64

SELECT_EVENT_BY_KEY = "SELECT 1 FROM webhook_events WHERE dedupe_key = :key"
_EVENT_VALUES = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(10))
INSERT_EVENTS = f"""
    INSERT INTO webhook_events
        (dedupe_key, kind, provider_sid, ref, payload, verdict, message_id, error, received_at,
         processed_at)
    SELECT {_EVENT_VALUES} FROM json_each(:rows)
"""


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One verified call of the carrier. `ref` is from the address of a receipt."""

    params: Mapping[str, str]
    carrier: str
    ref: str | None = None

    def get_first_field(self, *names: str) -> str:
        """The first of these parameters that says something, without NULs (SQLite ends there);
        "" when none does.
        """
        return next(
            (text for name in names if (text := self.params.get(name, "").replace("\x00", ""))),
            "",
        )


@dataclass(frozen=True, slots=True)
class NewWebhookEvent:
    """A row of `webhook_events` to be, made ready before anybody waits for the write lock."""

    dedupe_key: str
    kind: str
    sid: str | None
    ref: str | None
    payload: str
    received_at: datetime


def build_webhook_event(call: WebhookCall, kind: str, sid: str, *words: str) -> NewWebhookEvent:
    """The event for a call.

    Its key is what makes it the same news as another: kind, the text's name, more words.

    A call that names no text is never the same as another.
    """
    key = ":".join((kind, sid[:MAX_SID_CHARACTERS] or call.ref or secrets.token_hex(16), *words))
    payload = json.dumps(dict(call.params), ensure_ascii=False)
    return NewWebhookEvent(
        key[:120],
        EVENT_KINDS[kind],
        sid[:MAX_SID_CHARACTERS] or None,
        call.ref,
        payload[:MAX_PAYLOAD_CHARACTERS],
        now(),
    )


EVENT_KINDS = {"st": "status", "in": "inbound"}


def store_webhook_events(
    some: Iterable[tuple[NewWebhookEvent, str, int | None, str | None]],
) -> None:
    """Keep these events in one step, each with what we made of it, its text, and an error.

    Inside write().
    """
    moment = datetime_to_db(now())
    rows = [
        (
            each.dedupe_key,
            each.kind,
            each.sid,
            each.ref,
            each.payload,
            *made,
            datetime_to_db(each.received_at),
            moment,
        )
        for each, *made in some
    ]
    raw_connection().execute(INSERT_EVENTS, {"rows": json.dumps(rows)})


def store_webhook_event(
    event: NewWebhookEvent,
    verdict: str,
    message_id: int | None,
    error: str | None = None,
) -> None:
    """Keep an event with what we made of it. Inside write()."""
    store_webhook_events([(event, verdict, message_id, error)])


def delete_old_webhook_events() -> int:
    """Delete what the carrier told us more than 30 days ago. Says how many.

    A slice at a time, as large as SLICE_SECONDS allow by what the one before took; between two
    as long a pause as the slice took: whoever waits to write gets in.
    """
    before, gone, size = (
        now() - timedelta(days=EVENT_RETENTION_DAYS),
        0,
        MIN_DELETE_ROWS,
    )
    old = select(events.c.id).where(events.c.received_at < before)
    while True:
        with write():
            start = time.monotonic()
            count = execute_and_count_rows(delete(events).where(events.c.id.in_(old.limit(size))))
        took = time.monotonic() - start
        gone += count
        if count < size:
            return gone
        size = compute_delete_batch_size(size, took)
        time.sleep(max(MIN_PAUSE_SECONDS, took))


def compute_delete_batch_size(size: int, took: float) -> int:
    """How many may go next when `size` took so many seconds: never more than twice as many,
    never more than SLICE.
    """
    fits = int(size * DELETE_SECONDS / max(took, DELETE_SECONDS / 2))
    return max(MIN_DELETE_ROWS, min(MAX_DELETE_ROWS, fits))
