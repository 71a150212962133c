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
from app.delivery.actions import pause_alerts
from app.delivery.actions.pause_alerts import DueAlert
from app.domain.delivery.alert_messages import build_alert_payload

log = logging.getLogger(__name__)

ALERT_POLL_SECONDS = 1.0
MAX_ALERTS_PER_ROUND = 10
WEBHOOK_TIMEOUT = aiohttp.ClientTimeout(total=10)
ALERT_RETRY_SECONDS = 5.0

DatabaseRunner = Callable[..., Awaitable[Any]]


class AlertWebhook:
    """Make and use it on the engine's loop. `in_database(work, *values)` runs work off the loop.

    Told at least once: a process that dies between the room's yes and our writing it down is
    followed by one that tells it again.
    """

    def __init__(self, app: Flask, in_database: DatabaseRunner) -> None:
        settings: Settings = app.extensions["settings"]
        self.app, self.run_in_database = app, in_database
        self.webhook_url, self.public_base_url = (
            settings.alert_webhook_url,
            settings.public_base_url,
        )
        self._round: asyncio.Task[None] | None = None
        self._next_round_at = 0.0

    def tick(self, monotonic: float) -> None:
        """Call it as often as you like while leading; it looks once a second, where there is
        somebody to tell.
        """
        if (
            not self.webhook_url
            or monotonic < self._next_round_at
            or (self._round and not self._round.done())
        ):
            return
        self._next_round_at = monotonic + ALERT_POLL_SECONDS
        self._round = asyncio.get_running_loop().create_task(self._post_due_alerts())

    async def close(self) -> None:
        """Let go of what is being told; it stays due."""
        if self._round:
            self._round.cancel()
            await asyncio.wait([self._round])

    async def _post_due_alerts(self) -> None:
        try:
            due: list[DueAlert] = await self.run_in_database(self._load_due_alerts)
            if due:
                await self._post_alerts(due)
        except (WriteLockTimeout, OperationalError):
            log.warning("the database could not be used; alerts wait")
            self._postpone_next_round()
        except Exception:
            log.exception("telling about paused blasts failed")
            self._postpone_next_round()

    async def _post_alerts(self, due: list[DueAlert]) -> None:
        async with aiohttp.ClientSession(timeout=WEBHOOK_TIMEOUT) as session:
            for alert in due:
                taken = await self._post_alert(session, alert)
                await self.run_in_database(self._store_attempt, alert.id, taken)

    async def _post_alert(self, session: aiohttp.ClientSession, alert: DueAlert) -> bool:
        """Whether it was taken.

        The address is a secret of its own, so no line of the log says it.
        """
        try:
            said = build_alert_payload(alert.notice, self.public_base_url)
            async with session.post(self.webhook_url, json=said, allow_redirects=False) as answer:
                outcome = f"HTTP {answer.status}"
                taken = 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as trouble:
            outcome, taken = type(trouble).__name__, False
        if taken:
            log.info("alert %s about blast %s: told", alert.id, alert.notice.blast)
        else:
            log.warning(
                "alert %s about blast %s: not taken (%s)",
                alert.id,
                alert.notice.blast,
                outcome,
            )
        return taken

    def _load_due_alerts(self) -> list[DueAlert]:
        with self.app.app_context():
            return pause_alerts.list_due_alerts(now(), MAX_ALERTS_PER_ROUND)

    def _store_attempt(self, alert_id: int, taken: bool) -> None:
        with self.app.app_context(), write():
            pause_alerts.store_alert_attempt(alert_id, taken, now())

    def _postpone_next_round(self) -> None:
        self._next_round_at = asyncio.get_running_loop().time() + ALERT_RETRY_SECONDS
