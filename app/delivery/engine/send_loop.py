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
from app.delivery.queries.heartbeat import ENGINE_TROUBLE_KEY
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
        self.app, self.election, self.release_due_blasts, self.must_stop = (
            app,
            lead,
            release,
            must_stop,
        )
        self.carrier = carrier
        self.change_watcher = ChangeWatcher(app, settings.database_path, settings.carrier)
        self.bucket = TokenBucket(settings.effective_send_rate)
        self.backoff = SenderBackoff(lead.sender, lead.carrier)
        self.max_claimed = int(settings.send_concurrency * CLAIM_AHEAD_FACTOR)
        self.full_batch = settings.send_concurrency * FULL_BATCH_SHARE
        # a turn for every single text would cost more than the texts: answers are gathered for
        # about one text's time
        self.batch_wait_seconds = min(
            max(1 / settings.effective_send_rate, MIN_BATCH_WAIT_SECONDS),
            MAX_BATCH_WAIT_SECONDS,
        )
        self.in_flight = InFlightMessages(
            carrier, settings.send_concurrency, self.backoff, self._may_send
        )
        self.background_jobs: list[BackgroundJob] = [
            StatusPoller(app, carrier, self._run_in_database),
            AlertWebhook(app, self._run_in_database),
        ]
        self.loop = asyncio.get_running_loop()
        self.database_executor = ThreadPoolExecutor(1, "engine-database")
        self.release_executor = ThreadPoolExecutor(1, "engine-release")
        self.release_future: asyncio.Future[None] | None = None
        self.checked_at = self.next_release_at = 0.0
        self.is_blocked = False
        self.last_served_log_id = 0

    async def run(self) -> None:
        """Until it must stop; then what is on the wire is settled and the lead given back."""
        try:
            while not self.must_stop():
                if self.in_flight.error:
                    raise RuntimeError("the way of a text ended badly") from self.in_flight.error
                await self._run_once()
            await self._drain_and_step_down()
        finally:
            for each in self.background_jobs:
                await each.close()
            await self.carrier.close()
            # a turn that still ran under the next lead would arm what nobody sends
            self.database_executor.shutdown()
            self.change_watcher.close()
            self.release_executor.shutdown(wait=False)

    async def _run_once(self) -> None:
        if not await self._ensure_leading():
            await self._run_tick(None)
            await self._sleep_until_result(STANDBY_SECONDS)
            return
        for each in self.background_jobs:
            each.tick(self.loop.time())
        if await self._has_work():
            self._start_due_release()
            turned = await self._run_tick(self._compute_capacity())
            if turned and turned.is_idle:
                self.change_watcher.mark_idle()
        self._start_due_release()
        await self._sleep_until_result(self._compute_pause())

    async def _ensure_leading(self) -> bool:
        try:
            if self.election.is_leader:
                if self.election.is_heartbeat_due:
                    await self._run_in_database(self.election.send_heartbeat)
            elif await self._run_in_database(self.election.try_acquire):
                log.info("leading, epoch %s", self.election.epoch)
        except (WriteLockTimeout, OperationalError) as trouble:
            log.warning(
                "the lead could not be written down (%s); trying again",
                describe_database_error(trouble),
            )
        return self.election.is_leader

    async def _has_work(self) -> bool:
        """Whether there may be work.

        While texts leave that is known; other processes' news is looked for meanwhile.
        """
        moment = self.loop.time()
        if self.in_flight.results:
            self.change_watcher.mark_dirty()
        if self.change_watcher.is_dirty and moment - self.checked_at < CHANGE_POLL_SECONDS:
            return True
        self.checked_at = moment
        changed: bool = await self._run_in_database(self.change_watcher.has_changed)
        if changed and self.backoff.get_wait_seconds(moment):  # perhaps a person said: try now
            self.backoff.load_pace(
                await self._run_in_database(read_stored_pace, self.app, self.election),
                moment,
            )
        return changed

    def _compute_capacity(self) -> SendCapacity | None:
        moment = self.loop.time()
        rows = (1 if self.backoff.is_probing else self.max_claimed) - len(self.in_flight)
        if rows < 1 or self.backoff.get_wait_seconds(moment) or not self.bucket.has_token(moment):
            return None
        return SendCapacity(
            rows,
            self.bucket,
            moment,
            self.backoff.pace.held_until,
            self.last_served_log_id,
        )

    async def _run_tick(self, room: SendCapacity | None) -> TickResult | None:
        """One turn; on a database that cannot be written nothing is lost, the same results come
        again.
        """
        if room is None and not self.in_flight.results and not self.backoff.pending_updates:
            return None
        taken, self.in_flight.results = self.in_flight.results, []
        wishes, self.backoff.pending_updates = self.backoff.pending_updates, []
        armed_at = read_boot_clock()
        try:
            turned: TickResult = await self._run_in_database(
                run_tick, self.app, self.election, taken, wishes, room
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
            self.in_flight.results, self.backoff.pending_updates = (
                taken + self.in_flight.results,
                wishes + self.backoff.pending_updates,
            )
            await asyncio.sleep(CHANGE_POLL_SECONDS)
            return None
        self.app.extensions[ENGINE_TROUBLE_KEY] = ""
        self._apply_tick_result(turned)
        self.is_blocked = room is not None and not turned.claimed
        self.last_served_log_id = next(
            (each.log_id for each in reversed(turned.claimed) if each.log_id),
            self.last_served_log_id,
        )
        self.in_flight.send_messages(turned.claimed, armed_at)
        return turned

    def _apply_tick_result(self, turned: TickResult) -> None:
        if turned.lost_lead:
            log.warning("somebody else leads now")
            self.election.drop_lead()
        if turned.pace:
            moment = self.loop.time()
            self.backoff.load_pace(turned.pace, moment)
            self.bucket.set_rate_share(turned.pace.share, moment)

    def _may_send(self) -> bool:
        return self.election.is_leader and not self.must_stop()

    def _start_due_release(self) -> None:
        if (
            self.release_future is not None
            or self.loop.time() < self.next_release_at
            or not self.change_watcher.is_blast_due()
        ):
            return
        self.release_future = self.loop.run_in_executor(self.release_executor, self._run_release)
        self.release_future.add_done_callback(self._handle_release_done)

    def _handle_release_done(self, done: "asyncio.Future[None]") -> None:
        self.release_future = None
        if done.exception():
            self.next_release_at = self.loop.time() + RELEASE_RETRY_SECONDS
            log.error("a release failed; trying again", exc_info=done.exception())
        self.in_flight.result_arrived.set()

    def _run_release(self) -> None:
        with self.app.app_context():
            self.release_due_blasts()

    def _compute_pause(self) -> float:
        """Until the next look: shorter when the bucket fills sooner."""
        if (
            self.change_watcher.is_dirty
            and not self.is_blocked
            and len(self.in_flight) < self.max_claimed
        ):
            moment = self.loop.time()
            wait = max(
                self.bucket.seconds_until_token(moment),
                self.backoff.get_wait_seconds(moment),
            )
            return min(CHANGE_POLL_SECONDS, max(wait, self.batch_wait_seconds))
        return CHANGE_POLL_SECONDS

    async def _sleep_until_result(self, seconds: float) -> None:
        """Until news is worth a turn.

        Enough of it already: no step, since each lets all the others go first.
        """
        with suppress(TimeoutError):
            if len(self.in_flight.results) < self.full_batch:
                await asyncio.wait_for(self.in_flight.result_arrived.wait(), seconds)
            if len(self.in_flight.results) < self.full_batch:
                await asyncio.sleep(self.batch_wait_seconds)
        self.in_flight.result_arrived.clear()

    async def _run_in_database(self, work: Callable[..., Any], *values: Any) -> Any:
        """Database work off the loop: while a commit waits for its turn, answers are still read."""
        return await self.loop.run_in_executor(self.database_executor, work, *values)

    async def _drain_and_step_down(self) -> None:
        """What is on the wire gets its answer stored; what had not left goes back; the lead is
        free.
        """
        log.info("stopping: %s texts on the wire", len(self.in_flight))
        await self.in_flight.wait_for_results(DRAIN_TIMEOUT_SECONDS)
        for _ in range(20):
            if not self.in_flight.results:
                break
            await self._run_tick(None)
        try:
            await self._run_in_database(self.election.step_down)
        except (WriteLockTimeout, OperationalError):
            log.warning("the lead was not given back in writing; the lock file is free")
        log.info("stopped")


def describe_database_error(trouble: WriteLockTimeout | OperationalError) -> str:
    """The database's own words, without anything that was to be stored."""
    return "busy" if isinstance(trouble, WriteLockTimeout) else str(trouble.orig)
