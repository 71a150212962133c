"""The engine's loop while it lives: watch, release, turn, send; and stop without leaving
anybody behind.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.db import WriteLockTimeout, is_disk_full
from app.core.settings import Settings
from app.delivery.actions.message_claiming import SendCapacity
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.engine.alert_webhook import AlertWebhook
from app.delivery.engine.backoff import SenderBackoff
from app.delivery.engine.change_watcher import ChangeWatcher
from app.delivery.engine.in_flight import InFlightMessages, read_boot_clock
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.status_poller import StatusPoller
from app.delivery.engine.tick import TickResult, read_stored_pace, run_tick
from app.delivery.queries import ENGINE_TROUBLE_KEY
from app.domain.delivery.send_rate import TokenBucket

log = logging.getLogger(__name__)

CHANGE_POLL_SECONDS = 0.1
STANDBY_SECONDS = 1.0
MIN_BATCH_WAIT_SECONDS, MAX_BATCH_WAIT_SECONDS = 0.0005, 0.03
RELEASE_RETRY_SECONDS = 5.0
DRAIN_TIMEOUT_SECONDS = 25.0  # a request takes no longer
CLAIM_AHEAD_FACTOR = 1.25
ENGINE_DISK_FULL_TEXT = (
    "The disk is full. Texts wait until there is room, and go on by themselves then."
)
FULL_BATCH_SHARE = 0.25


class BackgroundJob(Protocol):
    """What the leader does beside sending, on the same loop and never in its way."""

    def tick(self, monotonic: float) -> None: ...
    async def close(self) -> None: ...


class SendLoop:
    """Make it on a running asyncio loop.

    `lead` outlives it; everything else is new with every start.
    """

    def __init__(
        self,
        app: Flask,
        lead: LeaderElection,
        carrier: Carrier,
        release: Callable[[], Any],
        must_stop: Callable[[], bool],
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app, self.lead, self.release, self.must_stop = (
            app,
            lead,
            release,
            must_stop,
        )
        self.carrier = carrier
        self.pulse = ChangeWatcher(app, settings.database_path, settings.carrier)
        self.bucket = TokenBucket(settings.rate)
        self.brakes = SenderBackoff(lead.sender, lead.carrier)
        self.most_armed = int(settings.send_concurrency * CLAIM_AHEAD_FACTOR)
        self.enough = settings.send_concurrency * FULL_BATCH_SHARE
        # a turn for every single text would cost more than the texts: answers are gathered for
        # about one text's time
        self.gathering = min(
            max(1 / settings.rate, MIN_BATCH_WAIT_SECONDS), MAX_BATCH_WAIT_SECONDS
        )
        self.wire = InFlightMessages(
            carrier, settings.send_concurrency, self.brakes, self._may_send
        )
        self.beside: list[BackgroundJob] = [
            StatusPoller(app, carrier, self._in_database),
            AlertWebhook(app, self._in_database),
        ]
        self.loop = asyncio.get_running_loop()
        self.database = ThreadPoolExecutor(1, "engine-database")
        self.releasing = ThreadPoolExecutor(1, "engine-release")
        self.released: asyncio.Future[None] | None = None
        self.looked_at = self.release_after = 0.0
        self.blocked = False
        self.served = 0

    async def run(self) -> None:
        """Until it must stop; then what is on the wire is settled and the lead given back."""
        try:
            while not self.must_stop():
                if self.wire.broken:
                    raise RuntimeError(
                        "the way of a text ended badly"
                    ) from self.wire.broken
                await self._once()
            await self._finish()
        finally:
            for each in self.beside:
                await each.close()
            await self.carrier.close()
            # a turn that still ran under the next lead would arm what nobody sends
            self.database.shutdown()
            self.pulse.close()
            self.releasing.shutdown(wait=False)

    async def _once(self) -> None:
        if not await self._leading():
            await self._turn(None)
            await self._rest(STANDBY_SECONDS)
            return
        for each in self.beside:
            each.tick(self.loop.time())
        if await self._something_changed():
            self._release_if_due()
            turned = await self._turn(self._room())
            if turned and turned.idle:
                self.pulse.calm()
        self._release_if_due()
        await self._rest(self._pause())

    async def _leading(self) -> bool:
        try:
            if self.lead.held:
                if self.lead.must_beat:
                    await self._in_database(self.lead.beat)
            elif await self._in_database(self.lead.try_take):
                log.info("leading, epoch %s", self.lead.epoch)
        except (WriteLockTimeout, OperationalError) as trouble:
            log.warning(
                "the lead could not be written down (%s); trying again",
                describe_database_error(trouble),
            )
        return self.lead.held

    async def _something_changed(self) -> bool:
        """Whether there may be work.

        While texts leave that is known; other processes' news is looked for meanwhile.
        """
        moment = self.loop.time()
        if self.wire.returned:
            self.pulse.stir()
        if self.pulse.stirred and moment - self.looked_at < CHANGE_POLL_SECONDS:
            return True
        self.looked_at = moment
        changed: bool = await self._in_database(self.pulse.changed)
        if changed and self.brakes.wait(moment):  # perhaps a person said: try now
            self.brakes.see(
                await self._in_database(read_stored_pace, self.app, self.lead), moment
            )
        return changed

    def _room(self) -> SendCapacity | None:
        moment = self.loop.time()
        rows = (1 if self.brakes.careful else self.most_armed) - len(self.wire)
        if rows < 1 or self.brakes.wait(moment) or not self.bucket.available(moment):
            return None
        return SendCapacity(
            rows, self.bucket, moment, self.brakes.pace.until, self.served
        )

    async def _turn(self, room: SendCapacity | None) -> TickResult | None:
        """One turn; on a database that cannot be written nothing is lost, the same results come
        again.
        """
        if room is None and not self.wire.returned and not self.brakes.wishes:
            return None
        taken, self.wire.returned = self.wire.returned, []
        wishes, self.brakes.wishes = self.brakes.wishes, []
        armed_at = read_boot_clock()
        try:
            turned: TickResult = await self._in_database(
                run_tick, self.app, self.lead, taken, wishes, room
            )
        except (WriteLockTimeout, OperationalError) as trouble:
            log.warning(
                "the database could not be written (%s); %s results wait",
                describe_database_error(trouble),
                len(taken),
            )
            self.app.extensions[ENGINE_TROUBLE_KEY] = (
                ENGINE_DISK_FULL_TEXT if is_disk_full(trouble) else ""
            )
            self.wire.returned, self.brakes.wishes = (
                taken + self.wire.returned,
                wishes + self.brakes.wishes,
            )
            await asyncio.sleep(CHANGE_POLL_SECONDS)
            return None
        self.app.extensions[ENGINE_TROUBLE_KEY] = ""
        self._keep_to(turned)
        self.blocked = room is not None and not turned.armed
        self.served = next(
            (each.log_id for each in reversed(turned.armed) if each.log_id), self.served
        )
        self.wire.send(turned.armed, armed_at)
        return turned

    def _keep_to(self, turned: TickResult) -> None:
        if turned.lost:
            log.warning("somebody else leads now")
            self.lead.lose()
        if turned.pace:
            moment = self.loop.time()
            self.brakes.see(turned.pace, moment)
            self.bucket.slow_to(turned.pace.share, moment)

    def _may_send(self) -> bool:
        return self.lead.held and not self.must_stop()

    def _release_if_due(self) -> None:
        if (
            self.released is not None
            or self.loop.time() < self.release_after
            or not self.pulse.due()
        ):
            return
        self.released = self.loop.run_in_executor(self.releasing, self._release)
        self.released.add_done_callback(self._after_release)

    def _after_release(self, done: "asyncio.Future[None]") -> None:
        self.released = None
        if done.exception():
            self.release_after = self.loop.time() + RELEASE_RETRY_SECONDS
            log.error("a release failed; trying again", exc_info=done.exception())
        self.wire.news.set()

    def _release(self) -> None:
        with self.app.app_context():
            self.release()

    def _pause(self) -> float:
        """Until the next look: shorter when the bucket fills sooner."""
        if self.pulse.stirred and not self.blocked and len(self.wire) < self.most_armed:
            moment = self.loop.time()
            wait = max(self.bucket.wait(moment), self.brakes.wait(moment))
            return min(CHANGE_POLL_SECONDS, max(wait, self.gathering))
        return CHANGE_POLL_SECONDS

    async def _rest(self, seconds: float) -> None:
        """Until news is worth a turn.

        Enough of it already: no step, since each lets all the others go first.
        """
        with suppress(TimeoutError):
            if len(self.wire.returned) < self.enough:
                await asyncio.wait_for(self.wire.news.wait(), seconds)
            if len(self.wire.returned) < self.enough:
                await asyncio.sleep(self.gathering)
        self.wire.news.clear()

    async def _in_database(self, work: Callable[..., Any], *values: Any) -> Any:
        """Database work off the loop: while a commit waits for its turn, answers are still read."""
        return await self.loop.run_in_executor(self.database, work, *values)

    async def _finish(self) -> None:
        """What is on the wire gets its answer stored; what had not left goes back; the lead is
        free.
        """
        log.info("stopping: %s texts on the wire", len(self.wire))
        await self.wire.wait(DRAIN_TIMEOUT_SECONDS)
        for _ in range(20):
            if not self.wire.returned:
                break
            await self._turn(None)
        try:
            await self._in_database(self.lead.step_down)
        except (WriteLockTimeout, OperationalError):
            log.warning("the lead was not given back in writing; the lock file is free")
        log.info("stopped")


def describe_database_error(trouble: WriteLockTimeout | OperationalError) -> str:
    """The database's own words, without anything that was to be stored."""
    return "busy" if isinstance(trouble, WriteLockTimeout) else str(trouble.orig)
