"""The engine's loop: watch for changes, release, tick, send; and stop without losing a result.

Three threads take part. The asyncio loop sends requests and decides; it never touches the database.
One database thread runs everything that does, one thing at a time, so that waiting for a commit
does not keep the loop from reading answers. One thread releases due blasts. What is not handed to
run_in_executor() belongs to the loop's thread and needs no lock.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from flask import Flask

from app.core.clock_watch import get_clock_watch, read_boot_clock
from app.core.database_errors import (
    DATABASE_ERRORS,
    describe_database_error,
    is_damage,
    is_disk_full,
)
from app.core.settings import Settings
from app.delivery.actions.message_claiming import SendCapacity
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.engine.alert_webhook import AlertWebhook
from app.delivery.engine.background_job import BackgroundJob
from app.delivery.engine.backoff import SenderBackoff
from app.delivery.engine.catch_up_job import CatchUpJob
from app.delivery.engine.change_watcher import ChangeWatcher
from app.delivery.engine.clock_confirmation import ClockConfirmation
from app.delivery.engine.commit_wakeup import DATABASE_THREAD_NAME, CommitWakeup
from app.delivery.engine.held_texts_job import HeldTextsJob
from app.delivery.engine.in_flight import InFlightMessages
from app.delivery.engine.inbound_intake import InboundIntake
from app.delivery.engine.integrity_watch import get_integrity_watch
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.pacing import SendPacing
from app.delivery.engine.reconciliation import Reconciliation
from app.delivery.engine.release_runner import BlastReleases, ReleaseRunner
from app.delivery.engine.start_guard import StartGuard
from app.delivery.engine.status_poller import StatusPoller
from app.delivery.engine.tick import read_stored_pace, run_tick
from app.delivery.engine.tick_values import TickInput, TickResult
from app.delivery.engine.timings import get_engine_timings
from app.delivery.queries.heartbeat import ENGINE_TROUBLE_KEY

log = logging.getLogger(__name__)

# No request takes longer than this: its time-outs end it.
DRAIN_TIMEOUT_SECONDS = 25.0
DRAIN_TICKS = 20
ENGINE_DISK_FULL_TEXT = (
    "The disk is full. Texts wait until there is space, then continue automatically."
)


class SendLoop:
    """One life of the engine. Make it on a running asyncio loop and await run().

    `election` outlives it; everything else is new with each start.
    """

    def __init__(
        self,
        app: Flask,
        election: LeaderElection,
        carrier: Carrier,
        releases: BlastReleases,
        must_stop: Callable[[], bool],
        intake: InboundIntake,
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.election = election
        self.integrity = get_integrity_watch(app)
        self.clock = get_clock_watch(app)
        self.carrier = carrier
        self.must_stop = must_stop
        self.timings = get_engine_timings(app)
        self.loop = asyncio.get_running_loop()
        self.change_watcher = ChangeWatcher(app, settings.database_path, settings.carrier)
        self.backoff = SenderBackoff(election.sender, election.carrier, self.timings)
        self.pacing = SendPacing(settings, self.backoff)
        self.in_flight = InFlightMessages(
            carrier, settings.send_concurrency, self.backoff, self._may_send
        )
        self.catch_up = CatchUpJob(app, carrier, election, intake, self._run_in_database)
        self.background_jobs: list[BackgroundJob] = [
            self.catch_up,
            StatusPoller(app, carrier, self._run_in_database),
            AlertWebhook(app, self._run_in_database),
            ClockConfirmation(app, carrier),
            HeldTextsJob(app, election, self._run_in_database, self.in_flight.result_arrived.set),
        ]
        reconciliation = Reconciliation(app, carrier, self._run_in_database, releases.release_gone)
        self.start_guard = StartGuard(
            app, election, carrier, self._run_in_database, reconciliation.run
        )
        # One thread: SQLite has one writer, and the change watcher's connection one user.
        self.database_executor = ThreadPoolExecutor(1, DATABASE_THREAD_NAME)
        self.commit_wakeup = CommitWakeup(
            self.in_flight.result_arrived.set, self.timings.change_poll
        )
        self.release_runner = ReleaseRunner(
            app, releases.release_due, self.in_flight.result_arrived.set
        )
        self.checked_at = 0.0
        self.is_blocked = False

    async def run(self) -> None:
        """Run until must_stop(), then store what is in flight and give the lead back.

        Raises RuntimeError when a message was left without a result, and whatever is a fault of
        ours: only the next lead puts that right.
        """
        try:
            while not self.must_stop():
                if self.in_flight.error:
                    raise RuntimeError("the way of a text ended badly") from self.in_flight.error
                await self._run_once()
            await self._drain_and_step_down()
        finally:
            self.commit_wakeup.close()
            for job in self.background_jobs:
                await job.close()
            await self.start_guard.close()
            await self.carrier.close()
            # Waits for a tick that still runs: under the next lead it would claim what nobody
            # sends.
            self.database_executor.shutdown()
            self.change_watcher.close()
            self.release_runner.close()

    async def _run_once(self) -> None:
        if not await self._ensure_leading():
            # Results of requests from before the lead was lost are stored all the same.
            await self._run_tick(None)
            await self._sleep_until_result(self.timings.standby)
            return
        for job in self.background_jobs:
            job.tick(self.loop.time())
        self.integrity.start_if_due()
        await self.start_guard.tick(self.loop.time())
        if self.catch_up.is_holding:
            # Texts that came in while nobody led may be STOPs: they are stored first.
            await self._run_tick(None)
            await self._sleep_until_result(self.timings.change_poll)
            return
        if await self._has_work():
            self._release_if_due()
            result = await self._run_tick(self._compute_capacity())
            if result and result.is_idle:
                self.change_watcher.mark_idle()
        self._release_if_due()
        await self._sleep_until_result(self._compute_pause())

    async def _ensure_leading(self) -> bool:
        """Renew the lease or try to acquire it; return whether this process leads."""
        try:
            if self.election.is_leader:
                if self.election.is_heartbeat_due:
                    await self._run_in_database(self.election.send_heartbeat)
            elif await self._run_in_database(self.election.try_acquire):
                log.info("leading, epoch %s", self.election.epoch)
        except DATABASE_ERRORS as error:
            if is_damage(error):
                self.integrity.check_soon()
                self.integrity.start_if_due()
            message = "the lead could not be recorded (%s); trying again"
            log.warning(message, describe_database_error(error))
        return self.election.is_leader

    async def _has_work(self) -> bool:
        """Whether there may be work.

        While messages leave that is known without asking; commits of other processes are looked for
        every 0.1 seconds meanwhile.
        """
        moment = self.loop.time()
        if self.in_flight.results:
            self.change_watcher.mark_dirty()
        is_fresh = moment - self.checked_at < self.timings.change_poll
        if self.change_watcher.is_dirty and is_fresh:
            return True
        self.checked_at = moment
        has_changed: bool = await self._run_in_database(self.change_watcher.has_changed)
        if has_changed and self.backoff.get_wait_seconds(moment):
            # A person may have said "try now", which ends a hold.
            pace = await self._run_in_database(read_stored_pace, self.app, self.election)
            self.backoff.load_pace(pace, moment)
        return has_changed

    async def _run_tick(self, capacity: SendCapacity | None) -> TickResult | None:
        """Run one tick on the database thread and send what it claimed.

        None when there was nothing to do, or the database cannot be written: then nothing is lost,
        the same results go into the next tick.
        """
        tick = TickInput(self.in_flight.results, self.backoff.pending_updates, capacity)
        if tick.is_empty:
            return None
        self.in_flight.results = []
        self.backoff.pending_updates = []
        # Read before the transaction: the claim is at least as young as this says.
        claimed_at = read_boot_clock()
        try:
            result: TickResult = await self._run_in_database(
                run_tick, self.app, self.election, tick
            )
        except DATABASE_ERRORS as error:
            self._report_database_error(error, len(tick.results))
            self.in_flight.results = [*tick.results, *self.in_flight.results]
            self.backoff.pending_updates = [*tick.updates, *self.backoff.pending_updates]
            await asyncio.sleep(self.timings.change_poll)
            return None
        self.app.extensions[ENGINE_TROUBLE_KEY] = result.trouble
        self.is_blocked = capacity is not None and not result.claimed
        self._apply_tick_result(result)
        self.in_flight.send_messages(result.claimed, claimed_at)
        return result

    def _report_database_error(self, error: BaseException, result_count: int) -> None:
        """Log why a tick was not stored; a full disk is shown on every page."""
        message = "the database could not be written (%s); %s results wait"
        log.warning(message, describe_database_error(error), result_count)
        self.app.extensions[ENGINE_TROUBLE_KEY] = ""
        if is_damage(error):
            self.integrity.check_soon()
        if is_disk_full(error):
            self.app.extensions[ENGINE_TROUBLE_KEY] = ENGINE_DISK_FULL_TEXT

    def _apply_tick_result(self, result: TickResult) -> None:
        if result.lost_lead:
            log.warning("somebody else leads now")
            self.election.drop_lead()
        if result.pace:
            self.pacing.load_pace(result.pace, self.loop.time())
        self.pacing.record_claims(result.claimed)
        if result.claimed:
            self.start_guard.note_claims()

    def _compute_capacity(self) -> SendCapacity | None:
        """Return how much may be claimed now; None before this lead was found to be the newest."""
        if not self.start_guard.may_send or self.integrity.holds_sending:
            return None
        return self.pacing.compute_capacity(len(self.in_flight), self.loop.time())

    def _may_send(self) -> bool:
        return self.election.is_leader and not self.must_stop()

    def _release_if_due(self) -> None:
        # Looked at with each round, since a jump is what changed between two looks.
        may_release = not self.clock.is_in_doubt and not self.integrity.holds_sending
        if may_release and self.start_guard.may_send and self.change_watcher.is_blast_due():
            self.release_runner.start()

    def _compute_pause(self) -> float:
        """Return the seconds until the next look: fewer when something may be claimed sooner."""
        if not self.change_watcher.is_dirty:
            return self._compute_idle_pause()
        has_free_slots = len(self.in_flight) < self.pacing.max_claimed
        if self.is_blocked or not has_free_slots:
            return self.timings.change_poll
        return min(self.timings.change_poll, self.pacing.compute_pause(self.loop.time()))

    def _compute_idle_pause(self) -> float:
        """Return the seconds until something is due, while nothing is to be done."""
        pause = min(self.timings.idle_poll, self.election.seconds_until_heartbeat)
        due = self.change_watcher.seconds_until_due()
        if due == 0:
            # It is being released, or waits to be tried again.
            return self.timings.change_poll
        return min(pause, due or pause)

    async def _sleep_until_result(self, seconds: float) -> None:
        """Sleep until results are worth a tick, but not longer than `seconds`.

        With enough of them there already it does not yield to the loop: that would let every ready
        message go first, some 5 ms in which the database has nothing to do.
        """
        with suppress(TimeoutError):
            if len(self.in_flight.results) < self.pacing.full_batch:
                await asyncio.wait_for(self.in_flight.result_arrived.wait(), seconds)
            if len(self.in_flight.results) < self.pacing.full_batch:
                await asyncio.sleep(self.pacing.batch_wait_seconds)
        self.in_flight.result_arrived.clear()

    async def _run_in_database(self, work: Callable[..., Any], *values: Any) -> Any:
        """Run `work(*values)` on the database thread; meanwhile the loop goes on."""
        return await self.loop.run_in_executor(self.database_executor, work, *values)

    async def _drain_and_step_down(self) -> None:
        """Store the results of what is in flight, requeue what was not sent, give the lead back."""
        log.info("stopping: %s texts on the wire", len(self.in_flight))
        await self.in_flight.wait_for_results(DRAIN_TIMEOUT_SECONDS)
        for _ in range(DRAIN_TICKS):
            if not self.in_flight.results:
                break
            await self._run_tick(None)
        try:
            await self._run_in_database(self.election.step_down)
        except DATABASE_ERRORS:
            log.warning("the lead was not given back in writing; the lock file is free")
        log.info("stopped")
