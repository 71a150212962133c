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
from app.delivery.actions import lookups
from app.delivery.actions.lookups import AboutPhone, Question
from app.delivery.carriers.base import Carrier
from app.delivery.carriers.reading import Fetched, Listing, NotRead
from app.domain.delivery.message_lookups import (
    MAX_CONCURRENT_LOOKUPS,
    compute_lookup_retry_seconds,
)

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
SPACING_SECONDS = 0.1
AT_A_TIME = 20
OTHERS_SECONDS = 600.0
AFTER_TROUBLE_SECONDS = 5.0
# Not this question but the carrier is the trouble: nobody else is asked about meanwhile.
EVERYBODY = (None, 401, 403, 429)

InDatabase = Callable[..., Awaitable[Any]]


class LookUps:
    """Make and use it on the engine's loop. `in_database(work, *values)` runs work off the loop."""

    def __init__(self, app: Flask, carrier: Carrier, in_database: InDatabase) -> None:
        self.app, self.carrier, self.in_database = app, carrier, in_database
        self._round: asyncio.Task[int] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._next = self._others = 0.0

    def tick(self, monotonic: float) -> None:
        """Call it as often as you like while leading; it looks once a second and starts what is
        due.
        """
        if monotonic < self._next or (self._round and not self._round.done()):
            return
        self._next = monotonic + EVERY_SECONDS
        self._round = asyncio.get_running_loop().create_task(self.look())
        self._round.add_done_callback(_tell)

    async def look(self, moment: datetime | None = None) -> int:
        """Ask about what is due at `moment` (default: now), 4 questions at once, 10 a second.

        Says how many.
        """
        try:
            questions: list[Question] = await self.in_database(self._due, moment)
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be read; look-ups wait")
            self._wait(AFTER_TROUBLE_SECONDS)
            return 0
        await self._ask_all(questions, moment)
        return len(questions)

    async def _ask_all(
        self, questions: Sequence[Question], moment: datetime | None
    ) -> None:
        gate, loop = (
            asyncio.Semaphore(MAX_CONCURRENT_LOOKUPS),
            asyncio.get_running_loop(),
        )
        latest = max(self._next, loop.time() + EVERY_SECONDS)
        for question in questions:
            await gate.acquire()
            if self._next > latest:  # the carrier wants to be left alone
                break
            task = loop.create_task(self._ask(question, moment))
            task.add_done_callback(lambda _done: gate.release())
            task.add_done_callback(self._asking.discard)
            task.add_done_callback(_tell)
            self._asking.add(task)
            await asyncio.sleep(SPACING_SECONDS)
        if self._asking:
            await asyncio.wait(self._asking)

    async def close(self) -> None:
        """Let go of what is being asked; it stays due."""
        tasks = [each for each in (self._round, *self._asking) if each]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _due(self, moment: datetime | None) -> list[Question]:
        with self.app.app_context():
            if time.monotonic() >= self._others:
                self._others = time.monotonic() + OTHERS_SECONDS
                with write():
                    lookups.put_other_carriers_off(self.carrier.name, moment or now())
            return lookups.due(self.carrier.name, moment or now(), AT_A_TIME)

    async def _ask(self, question: Question, moment: datetime | None) -> None:
        reading: Listing | Fetched | NotRead
        if isinstance(question, AboutPhone):
            reading = await self.carrier.list_texts(question.phone, question.since)
        else:
            reading = await self.carrier.fetch_text(question.sid)
        if isinstance(reading, NotRead):
            log.warning(
                "texts %s could not be looked up: %s",
                list(question.message_ids),
                reading.why,
            )
            if reading.http_status in EVERYBODY:
                self._wait(
                    compute_lookup_retry_seconds(
                        reading.http_status, reading.retry_after
                    )
                )
        try:
            await self.in_database(self._learn, question, reading, moment or now())
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be written; texts are looked up again")
            self._wait(AFTER_TROUBLE_SECONDS)

    def _learn(
        self, question: Question, reading: Listing | Fetched | NotRead, moment: datetime
    ) -> None:
        with self.app.app_context(), write():
            match reading:
                case NotRead():
                    wait = compute_lookup_retry_seconds(
                        reading.http_status, reading.retry_after
                    )
                    lookups.put_off(question.message_ids, moment, wait)
                case Listing() if isinstance(question, AboutPhone):
                    lookups.learn_from_list(
                        self.carrier.name, question.phone, reading, moment
                    )
                case Fetched() if not isinstance(question, AboutPhone):
                    lookups.learn_from_text(question.message_id, reading, moment)

    def _wait(self, seconds: float) -> None:
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)


def _tell(done: asyncio.Task[Any]) -> None:
    if not done.cancelled() and done.exception():
        log.error("looking texts up failed", exc_info=done.exception())
