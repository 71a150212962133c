"""Post to ALERT_WEBHOOK_URL which blasts a fault paused, while the engine leads."""

import asyncio
import logging

import aiohttp
from flask import Flask

from app.core.clock import now
from app.core.database_errors import DATABASE_ERRORS
from app.core.db import write
from app.core.settings import Settings
from app.delivery.actions import pause_alerts
from app.delivery.actions.pause_alerts import DueAlert
from app.delivery.engine.background_job import DatabaseRunner
from app.delivery.engine.timings import get_engine_timings
from app.domain.delivery.alert_messages import build_alert_payload

log = logging.getLogger(__name__)

MAX_ALERTS_PER_ROUND = 10
# A chat service that does not answer in ten seconds is tried again later: `pause_alerts` says when.
WEBHOOK_TIMEOUT = aiohttp.ClientTimeout(total=10)


class AlertWebhook:
    """Posts due alerts, one round at a time. Make and use it on the engine's loop.

    An alert is posted at least once: when the process dies between the answer and storing it, the
    next leader posts it again.
    """

    def __init__(self, app: Flask, run_in_database: DatabaseRunner) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.run_in_database = run_in_database
        self.webhook_url = settings.alert_webhook_url
        self.public_base_url = settings.public_base_url
        self.timings = get_engine_timings(app)
        self._round: asyncio.Task[None] | None = None
        self._next_round_at = 0.0

    def tick(self, monotonic: float) -> None:
        """Start a round if one is due, none is running and there is an address to post to."""
        if not self.webhook_url or monotonic < self._next_round_at:
            return
        if self._round and not self._round.done():
            return
        self._next_round_at = monotonic + self.timings.alert_poll
        # Kept in an attribute: the loop itself holds tasks only weakly.
        self._round = asyncio.get_running_loop().create_task(self._post_due_alerts())

    async def close(self) -> None:
        """Cancel the round that is running; its alerts stay due."""
        if self._round:
            self._round.cancel()
            await asyncio.wait([self._round])

    async def _post_due_alerts(self) -> None:
        try:
            alerts: list[DueAlert] = await self.run_in_database(self._load_due_alerts)
            if alerts:
                await self._post_alerts(alerts)
        except DATABASE_ERRORS:
            log.warning("the database could not be used; alerts wait")
            self._postpone_next_round()
        # An exception that nobody awaits would be lost, and the round with it.
        except Exception:
            log.exception("telling about paused blasts failed")
            self._postpone_next_round()

    async def _post_alerts(self, alerts: list[DueAlert]) -> None:
        async with aiohttp.ClientSession(timeout=WEBHOOK_TIMEOUT) as session:
            for alert in alerts:
                is_accepted = await self._post_alert(session, alert)
                await self.run_in_database(self._store_attempt, alert.id, is_accepted)

    async def _post_alert(self, session: aiohttp.ClientSession, alert: DueAlert) -> bool:
        """Post one alert; return whether it was accepted.

        The address is a secret of its own, so no line of the log says it.
        """
        is_accepted = False
        try:
            payload = build_alert_payload(alert.notice, self.public_base_url)
            # No redirects: they would carry the secret address's contents to another host.
            async with session.post(
                self.webhook_url, json=payload, allow_redirects=False
            ) as response:
                outcome = f"HTTP {response.status}"
                is_accepted = 200 <= response.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            outcome = type(error).__name__
        if is_accepted:
            log.info("alert %s about blast %s: told", alert.id, alert.notice.blast)
        else:
            message = "alert %s about blast %s: not taken (%s)"
            log.warning(message, alert.id, alert.notice.blast, outcome)
        return is_accepted

    def _load_due_alerts(self) -> list[DueAlert]:
        with self.app.app_context():
            return pause_alerts.list_due_alerts(now(), MAX_ALERTS_PER_ROUND)

    def _store_attempt(self, alert_id: int, is_accepted: bool) -> None:
        with self.app.app_context(), write():
            pause_alerts.store_alert_attempt(alert_id, is_accepted, now())

    def _postpone_next_round(self) -> None:
        self._next_round_at = asyncio.get_running_loop().time() + self.timings.alert_retry
