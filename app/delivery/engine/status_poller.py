"""Ask the carrier about what is due to be looked up, while the engine leads."""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Flask

from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS
from app.core.db import write
from app.delivery.actions import message_status_lookups
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
    MessageListResult,
)
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.engine.list_lookups import ListLookups
from app.delivery.engine.timings import get_engine_timings
from app.delivery.queries.due_lookups import (
    PhoneStatusLookup,
    StatusLookup,
    list_due_lookups,
)
from app.domain.delivery.message_lookups import (
    MAX_CONCURRENT_LOOKUPS,
    compute_lookup_retry_seconds,
)

log = logging.getLogger(__name__)

MAX_LOOKUPS_PER_ROUND = 20
MAX_LOOKUPS_PER_LIST = 5000
OTHER_CARRIERS_INTERVAL_SECONDS = 600.0
# These (None: no answer at all) are not about one message but about the account or the network:
# nothing else is asked meanwhile.
CARRIER_WIDE_ERRORS = (None, 401, 403, 429)

LookupResult = MessageListResult | MessageFetchResult | LookupFailure


class StatusPoller:
    """Looks up due messages, one round at a time. Make and use it on the engine's loop.

    Its requests run beside the sending on connections of their own, four at once, ten a second.
    Many questions are answered by the account's list, 1,000 texts a request.
    """

    def __init__(
        self,
        app: Flask,
        carrier: Carrier,
        run_in_database: DatabaseRunner,
    ) -> None:
        self.app = app
        self.carrier = carrier
        self.run_in_database = run_in_database
        self.timings = get_engine_timings(app)
        self.list_lookups = ListLookups(app, carrier, run_in_database)
        self._round: asyncio.Task[int] | None = None
        # The loop holds tasks only weakly; without this set a task could be collected half-way.
        self._running_lookups: set[asyncio.Task[None]] = set()
        self._next_round_at = 0.0
        self._next_other_carriers_at = 0.0

    def tick(self, monotonic: float) -> None:
        """Start a round if one is due and none is running."""
        if monotonic < self._next_round_at or (self._round and not self._round.done()):
            return
        self._next_round_at = monotonic + self.timings.lookup_poll
        self._round = asyncio.get_running_loop().create_task(self.run_due_lookups())
        self._round.add_done_callback(_log_task_error)

    async def run_due_lookups(self, moment: datetime | None = None) -> int:
        """Look up what is due at `moment` (UTC, default now); return how many that were."""
        try:
            lookups: list[StatusLookup] = await self.run_in_database(self._load_due_lookups, moment)
        except DATABASE_ERRORS:
            log.warning("the database could not be read; look-ups wait")
            self._postpone_next_round(self.timings.lookup_retry)
            return 0
        if not lookups:
            self._postpone_next_round(self.timings.lookup_idle)
        listed = self.list_lookups.choose_lookups(lookups, moment or now())
        if listed:
            rest = await self.list_lookups.run(listed, moment)
            other_lookups = [lookup for lookup in lookups if lookup not in set(listed)]
            await self._run_lookups([*other_lookups, *rest][:MAX_LOOKUPS_PER_ROUND], moment)
        else:
            await self._run_lookups(lookups[:MAX_LOOKUPS_PER_ROUND], moment)
        return len(lookups)

    async def _run_lookups(self, lookups: Sequence[StatusLookup], moment: datetime | None) -> None:
        slots = asyncio.Semaphore(MAX_CONCURRENT_LOOKUPS)
        loop = asyncio.get_running_loop()
        planned_round_at = max(self._next_round_at, loop.time() + self.timings.lookup_poll)
        for lookup in lookups:
            await slots.acquire()
            # A look-up of this round was told to wait: the carrier wants to be left alone.
            if self._next_round_at > planned_round_at:
                break
            task = loop.create_task(self._run_lookup(lookup, moment))
            task.add_done_callback(lambda _task: slots.release())
            task.add_done_callback(self._running_lookups.discard)
            task.add_done_callback(_log_task_error)
            self._running_lookups.add(task)
            await asyncio.sleep(self.timings.lookup_spacing)
        if self._running_lookups:
            await asyncio.wait(self._running_lookups)

    async def close(self) -> None:
        """Cancel the round and its look-ups; what they asked about stays due."""
        tasks: list[asyncio.Task[Any]] = [*self._running_lookups]
        if self._round:
            tasks.append(self._round)
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
            return list_due_lookups(self.carrier.name, moment or now(), MAX_LOOKUPS_PER_LIST)

    async def _run_lookup(self, lookup: StatusLookup, moment: datetime | None) -> None:
        result: LookupResult
        if isinstance(lookup, PhoneStatusLookup):
            result = await self.carrier.list_texts(lookup.phone, lookup.since)
        else:
            result = await self.carrier.fetch_text(lookup.sid)
        if isinstance(result, LookupFailure):
            self._handle_failure(lookup, result)
        try:
            await self.run_in_database(self._store_result, lookup, result, moment or now())
        except DATABASE_ERRORS:
            log.warning("the database could not be written; texts are looked up again")
            self._postpone_next_round(self.timings.lookup_retry)

    def _handle_failure(self, lookup: StatusLookup, failure: LookupFailure) -> None:
        message_ids = list(lookup.message_ids)
        log.warning("texts %s could not be looked up: %s", message_ids, failure.reason)
        if failure.http_status in CARRIER_WIDE_ERRORS:
            self._postpone_next_round(
                compute_lookup_retry_seconds(failure.http_status, failure.retry_after)
            )

    def _store_result(
        self,
        lookup: StatusLookup,
        result: LookupResult,
        moment: datetime,
    ) -> None:
        with self.app.app_context(), write():
            match result:
                case LookupFailure():
                    wait = compute_lookup_retry_seconds(result.http_status, result.retry_after)
                    message_status_lookups.postpone_lookups(lookup.message_ids, moment, wait)
                case MessageListResult() if isinstance(lookup, PhoneStatusLookup):
                    message_status_lookups.apply_message_list(
                        self.carrier.name, lookup.phone, result, moment
                    )
                case MessageFetchResult() if not isinstance(lookup, PhoneStatusLookup):
                    message_status_lookups.apply_fetched_message(lookup.message_id, result, moment)

    def _postpone_next_round(self, seconds: float) -> None:
        self._next_round_at = max(self._next_round_at, asyncio.get_running_loop().time() + seconds)


def _log_task_error(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception():
        log.error("looking texts up failed", exc_info=task.exception())
