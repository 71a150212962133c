"""Counting refused calls in this process, and storing the counts without loading the database."""

import threading
import time
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from sqlalchemy import func, select

from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS
from app.core.db import db, write
from app.delivery.actions.catch_up_progress import is_request_due, request_catch_up
from app.delivery.actions.refusal_records import (
    Refusal,
    forget_refused_calls,
    record_refused_calls,
)
from app.delivery.queries.refused_calls import find_refused_calls
from app.webhooks.models import webhook_events

COUNTER_KEY = "refused_calls"
# Anybody can make calls that are refused: this is how often they may cost a write.
STORE_INTERVAL_SECONDS = 10.0
LOCK_WAIT_SECONDS = 1.0
# What calls did not bring, the list does: how often refused calls have it read.
CATCH_UP_PAUSE = timedelta(minutes=5)


class RefusalCounter:
    """The refused calls of this process that are not stored yet. Safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._refusal: Refusal | None = None
        self._next_store_at = 0.0

    def add(self, refusal: Refusal) -> bool:
        """Count one; return whether it is time to store."""
        with self._lock:
            self._count += 1
            self._refusal = refusal
            if time.monotonic() < self._next_store_at:
                return False
            self._next_store_at = time.monotonic() + STORE_INTERVAL_SECONDS
            return True

    @property
    def is_store_due(self) -> bool:
        """Whether the next call that is counted is stored at once."""
        return time.monotonic() >= self._next_store_at

    def take(self) -> tuple[int, Refusal | None]:
        """Return what was counted, and begin anew."""
        with self._lock:
            counted = self._count, self._refusal
            self._count, self._refusal = 0, None
        return counted

    def put_back(self, count: int, refusal: Refusal) -> None:
        """Count again what could not be stored."""
        with self._lock:
            self._count += count
            self._refusal = self._refusal or refusal


def _get_counter() -> RefusalCounter:
    counter = current_app.extensions.get(COUNTER_KEY)
    if counter is None:
        # setdefault() is atomic: two threads that come first get the same counter.
        counter = current_app.extensions.setdefault(COUNTER_KEY, RefusalCounter())
    return cast("RefusalCounter", counter)


def is_store_due() -> bool:
    """Whether the next call that is counted is stored at once."""
    return _get_counter().is_store_due


def count_refused_call(carrier: str, refusal: Refusal) -> None:
    """Count a refused call, and store the count now and then."""
    if _get_counter().add(refusal):
        store_refused_calls(carrier)


def store_refused_calls(carrier: str) -> None:
    """Store what this process has counted, and ask for a look at the list. Opens its own write().

    What cannot be stored now is stored later: whoever called is not kept waiting.
    """
    counter = _get_counter()
    count, refusal = counter.take()
    if refusal is None:
        return
    moment = now()
    try:
        with write(LOCK_WAIT_SECONDS):
            record_refused_calls(carrier, count, refusal, moment)
            if is_request_due(carrier, moment, CATCH_UP_PAUSE):
                request_catch_up(carrier, moment)
    except DATABASE_ERRORS:
        counter.put_back(count, refusal)


def settle_refused_calls(carrier: str) -> None:
    """Store what is counted; forget what was refused before a call was taken. A scheduled job."""
    store_refused_calls(carrier)
    refused = find_refused_calls(carrier)
    heard_at = find_last_call_moment()
    if refused is None or heard_at is None or heard_at <= refused.last_at:
        return
    with write():
        forget_refused_calls(carrier)


def find_last_call_moment() -> datetime | None:
    """Return when the last call was taken; a text that was fetched counts as when written."""
    return db.session.scalar(select(func.max(webhook_events.c.received_at)))
