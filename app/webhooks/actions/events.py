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

KEPT_DAYS = 30
SLICE, SMALLEST_SLICE = 500, 10
SLICE_SECONDS = (
    0.025  # so long nobody else can write; a busy machine may take it twice or thrice
)
SHORTEST_PAUSE = 0.01
KEPT_FIELDS = 8_000
LONGEST_SID = 64

TOLD = "SELECT 1 FROM webhook_events WHERE dedupe_key = :key"
_ROW = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(10))
STORE = f"""
    INSERT INTO webhook_events
        (dedupe_key, kind, provider_sid, ref, payload, verdict, message_id, error, received_at,
         processed_at)
    SELECT {_ROW} FROM json_each(:rows)
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One verified call of the carrier. `ref` is from the address of a receipt."""

    params: Mapping[str, str]
    carrier: str
    ref: str | None = None

    def field(self, *names: str) -> str:
        """The first of these parameters that says something, without NULs (SQLite ends there);
        "" when none does.
        """
        return next(
            (
                text
                for name in names
                if (text := self.params.get(name, "").replace("\x00", ""))
            ),
            "",
        )


@dataclass(frozen=True, slots=True)
class Event:
    """A row of `webhook_events` to be, made ready before anybody waits for the write lock."""

    key: str
    kind: str
    sid: str | None
    ref: str | None
    payload: str
    received_at: datetime


def event_of(call: Call, kind: str, sid: str, *words: str) -> Event:
    """The event for a call.

    Its key is what makes it the same news as another: kind, the text's name, more words.

    A call that names no text is never the same as another.
    """
    key = ":".join(
        (kind, sid[:LONGEST_SID] or call.ref or secrets.token_hex(16), *words)
    )
    payload = json.dumps(dict(call.params), ensure_ascii=False)
    return Event(
        key[:120],
        KINDS[kind],
        sid[:LONGEST_SID] or None,
        call.ref,
        payload[:KEPT_FIELDS],
        now(),
    )


KINDS = {"st": "status", "in": "inbound"}


def store_all(some: Iterable[tuple[Event, str, int | None, str | None]]) -> None:
    """Keep these events in one step, each with what we made of it, its text, and an error.

    Inside write().
    """
    moment = datetime_to_db(now())
    rows = [
        (
            each.key,
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
    raw_connection().execute(STORE, {"rows": json.dumps(rows)})


def store(
    event: Event, verdict: str, message_id: int | None, error: str | None = None
) -> None:
    """Keep an event with what we made of it. Inside write()."""
    store_all([(event, verdict, message_id, error)])


def forget_old_events() -> int:
    """Delete what the carrier told us more than 30 days ago. Says how many.

    A slice at a time, as large as SLICE_SECONDS allow by what the one before took; between two
    as long a pause as the slice took: whoever waits to write gets in.
    """
    before, gone, size = now() - timedelta(days=KEPT_DAYS), 0, SMALLEST_SLICE
    old = select(events.c.id).where(events.c.received_at < before)
    while True:
        with write():
            start = time.monotonic()
            count = execute_and_count_rows(
                delete(events).where(events.c.id.in_(old.limit(size)))
            )
        took = time.monotonic() - start
        gone += count
        if count < size:
            return gone
        size = next_slice(size, took)
        time.sleep(max(SHORTEST_PAUSE, took))


def next_slice(size: int, took: float) -> int:
    """How many may go next when `size` took so many seconds: never more than twice as many,
    never more than SLICE.
    """
    fits = int(size * SLICE_SECONDS / max(took, SLICE_SECONDS / 2))
    return max(SMALLEST_SLICE, min(SLICE, fits))
