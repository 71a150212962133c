"""While the engine leads: tells ALERT_WEBHOOK_URL which blasts a fault paused, beside the
sending, never in its way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.db import WriteLockTimeout, write
from app.core.settings import Settings
from app.delivery.actions import alerts
from app.delivery.actions.alerts import Due
from app.domain.delivery.alert_messages import build_alert_payload

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
AT_A_TIME = 10
PATIENCE = aiohttp.ClientTimeout(total=10)
AFTER_TROUBLE_SECONDS = 5.0

InDatabase = Callable[..., Awaitable[Any]]


class Alerts:
    """Make and use it on the engine's loop. `in_database(work, *values)` runs work off the loop.

    Told at least once: a process that dies between the room's yes and our writing it down is
    followed by one that tells it again.
    """

    def __init__(self, app: Flask, in_database: InDatabase) -> None:
        settings: Settings = app.extensions["settings"]
        self.app, self.in_database = app, in_database
        self.address, self.base = settings.alert_webhook_url, settings.public_base_url
        self._round: asyncio.Task[None] | None = None
        self._next = 0.0

    def tick(self, monotonic: float) -> None:
        """Call it as often as you like while leading; it looks once a second, where there is
        somebody to tell.
        """
        if (
            not self.address
            or monotonic < self._next
            or (self._round and not self._round.done())
        ):
            return
        self._next = monotonic + EVERY_SECONDS
        self._round = asyncio.get_running_loop().create_task(self._look())

    async def close(self) -> None:
        """Let go of what is being told; it stays due."""
        if self._round:
            self._round.cancel()
            await asyncio.wait([self._round])

    async def _look(self) -> None:
        try:
            due: list[Due] = await self.in_database(self._due)
            if due:
                await self._tell_all(due)
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be used; alerts wait")
            self._wait()
        except Exception:
            log.exception("telling about paused blasts failed")
            self._wait()

    async def _tell_all(self, due: list[Due]) -> None:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            for alert in due:
                taken = await self._tell(session, alert)
                await self.in_database(self._store, alert.id, taken)

    async def _tell(self, session: aiohttp.ClientSession, alert: Due) -> bool:
        """Whether it was taken.

        The address is a secret of its own, so no line of the log says it.
        """
        try:
            said = build_alert_payload(alert.told, self.base)
            async with session.post(
                self.address, json=said, allow_redirects=False
            ) as answer:
                outcome = f"HTTP {answer.status}"
                taken = 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as trouble:
            outcome, taken = type(trouble).__name__, False
        if taken:
            log.info("alert %s about blast %s: told", alert.id, alert.told.blast)
        else:
            log.warning(
                "alert %s about blast %s: not taken (%s)",
                alert.id,
                alert.told.blast,
                outcome,
            )
        return taken

    def _due(self) -> list[Due]:
        with self.app.app_context():
            return alerts.due(now(), AT_A_TIME)

    def _store(self, alert_id: int, taken: bool) -> None:
        with self.app.app_context(), write():
            alerts.store_try(alert_id, taken, now())

    def _wait(self) -> None:
        self._next = asyncio.get_running_loop().time() + AFTER_TROUBLE_SECONDS
