"""While the engine leads: asks the carrier about what is due, beside the sending and never in
its way.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.db import WriteLockTimeout, write
from app.delivery.actions import message_status_lookups
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
    MessageListResult,
)
from app.delivery.queries import due_lookups
from app.delivery.queries.due_lookups import PhoneStatusLookup, StatusLookup
from app.domain.delivery.message_lookups import (
    MAX_CONCURRENT_LOOKUPS,
    compute_lookup_retry_seconds,
)

log = logging.getLogger(__name__)

LOOKUP_POLL_SECONDS = 1.0
LOOKUP_SPACING_SECONDS = 0.1
MAX_LOOKUPS_PER_ROUND = 20
OTHER_CARRIERS_INTERVAL_SECONDS = 600.0
LOOKUP_RETRY_SECONDS = 5.0
# Not this question but the carrier is the trouble: nobody else is asked about meanwhile.
CARRIER_WIDE_ERRORS = (None, 401, 403, 429)

DatabaseRunner = Callable[..., Awaitable[Any]]


class StatusPoller:
    """Make and use it on the engine's loop. `in_database(work, *values)` runs work off the loop."""

    def __init__(self, app: Flask, carrier: Carrier, in_database: DatabaseRunner) -> None:
        self.app, self.carrier, self.run_in_database = app, carrier, in_database
        self._round: asyncio.Task[int] | None = None
        self._running_lookups: set[asyncio.Task[None]] = set()
        self._next_round_at = self._next_other_carriers_at = 0.0

    def tick(self, monotonic: float) -> None:
        """Call it as often as you like while leading; it looks once a second and starts what is
        due.
        """
        if monotonic < self._next_round_at or (self._round and not self._round.done()):
            return
        self._next_round_at = monotonic + LOOKUP_POLL_SECONDS
        self._round = asyncio.get_running_loop().create_task(self.run_due_lookups())
        self._round.add_done_callback(_log_task_error)

    async def run_due_lookups(self, moment: datetime | None = None) -> int:
        """Ask about what is due at `moment` (default: now), 4 questions at once, 10 a second.

        Says how many.
        """
        try:
            questions: list[StatusLookup] = await self.run_in_database(
                self._load_due_lookups, moment
            )
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be read; look-ups wait")
            self._postpone_next_round(LOOKUP_RETRY_SECONDS)
            return 0
        await self._run_lookups(questions, moment)
        return len(questions)

    async def _run_lookups(
        self, questions: Sequence[StatusLookup], moment: datetime | None
    ) -> None:
        gate, loop = (
            asyncio.Semaphore(MAX_CONCURRENT_LOOKUPS),
            asyncio.get_running_loop(),
        )
        latest = max(self._next_round_at, loop.time() + LOOKUP_POLL_SECONDS)
        for question in questions:
            await gate.acquire()
            if self._next_round_at > latest:  # the carrier wants to be left alone
                break
            task = loop.create_task(self._run_lookup(question, moment))
            task.add_done_callback(lambda _done: gate.release())
            task.add_done_callback(self._running_lookups.discard)
            task.add_done_callback(_log_task_error)
            self._running_lookups.add(task)
            await asyncio.sleep(LOOKUP_SPACING_SECONDS)
        if self._running_lookups:
            await asyncio.wait(self._running_lookups)

    async def close(self) -> None:
        """Let go of what is being asked; it stays due."""
        tasks = [each for each in (self._round, *self._running_lookups) if each]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _load_due_lookups(self, moment: datetime | None) -> list[StatusLookup]:
        with self.app.app_context():
            if time.monotonic() >= self._next_other_carriers_at:
                self._next_other_carriers_at = time.monotonic() + OTHER_CARRIERS_INTERVAL_SECONDS
                with write():
                    message_status_lookups.postpone_other_carriers(
                        self.carrier.name, moment or now()
                    )
            return due_lookups.list_due_lookups(
                self.carrier.name, moment or now(), MAX_LOOKUPS_PER_ROUND
            )

    async def _run_lookup(self, question: StatusLookup, moment: datetime | None) -> None:
        reading: MessageListResult | MessageFetchResult | LookupFailure
        if isinstance(question, PhoneStatusLookup):
            reading = await self.carrier.list_texts(question.phone, question.since)
        else:
            reading = await self.carrier.fetch_text(question.sid)
        if isinstance(reading, LookupFailure):
            log.warning(
                "texts %s could not be looked up: %s",
                list(question.message_ids),
                reading.reason,
            )
            if reading.http_status in CARRIER_WIDE_ERRORS:
                self._postpone_next_round(
                    compute_lookup_retry_seconds(reading.http_status, reading.retry_after)
                )
        try:
            await self.run_in_database(self._store_reading, question, reading, moment or now())
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be written; texts are looked up again")
            self._postpone_next_round(LOOKUP_RETRY_SECONDS)

    def _store_reading(
        self,
        question: StatusLookup,
        reading: MessageListResult | MessageFetchResult | LookupFailure,
        moment: datetime,
    ) -> None:
        with self.app.app_context(), write():
            match reading:
                case LookupFailure():
                    wait = compute_lookup_retry_seconds(reading.http_status, reading.retry_after)
                    message_status_lookups.postpone_lookups(question.message_ids, moment, wait)
                case MessageListResult() if isinstance(question, PhoneStatusLookup):
                    message_status_lookups.apply_message_list(
                        self.carrier.name, question.phone, reading, moment
                    )
                case MessageFetchResult() if not isinstance(question, PhoneStatusLookup):
                    message_status_lookups.apply_fetched_message(
                        question.message_id, reading, moment
                    )

    def _postpone_next_round(self, seconds: float) -> None:
        self._next_round_at = max(self._next_round_at, asyncio.get_running_loop().time() + seconds)


def _log_task_error(done: asyncio.Task[Any]) -> None:
    if not done.cancelled() and done.exception():
        log.error("looking texts up failed", exc_info=done.exception())
