"""Background threads of a serving process: engine, scheduled jobs, sandbox callbacks."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app.audit.audit_jobs import AuditJobs
from app.blasts.actions.due_blasts import release_due_blasts
from app.blasts.actions.gone_blasts import release_gone_blast
from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.database_errors import DATABASE_ERRORS
from app.core.settings import Settings
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher
from app.delivery.engine.engine_thread import SendEngine
from app.delivery.engine.release_runner import BlastReleases
from app.periodic_jobs import PeriodicJob, PeriodicJobs
from app.sequences.actions.sequence_running import run_sequences
from app.webhooks.pipeline.inbound_intake_functions import build_inbound_intake
from app.webhooks.pipeline.kept_texts import get_journal

log = logging.getLogger(__name__)
TICK_SECONDS = 1
STALLED_TICK_SECONDS = 30
# The engine releases at the due moment; the tick does what the engine may have missed.
RELEASE_SECONDS = 5
# The tick comes a little early or late: two of its seconds must count as two.
OPT_IN_SECONDS = 1.5
RETRY_SECONDS = 30


class BackgroundJobs:
    """The background threads of one process.

    Several processes may have them: guarded UPDATEs decide which one does what.
    """

    def __init__(self, app: Flask, alive: Callable[[], bool]) -> None:
        self.app = app
        self.engine = SendEngine(
            app,
            lambda: create_carrier(app),
            BlastReleases(release_due_blasts, release_gone_blast),
            alive,
            build_inbound_intake(app),
        )
        self.clock = get_clock_watch(app)
        self.callback_dispatcher = CallbackDispatcher.get_for_app(app)
        self.audit_jobs = AuditJobs(app)
        self._stopping = threading.Event()
        self.jobs = PeriodicJobs(app, self.engine, self.clock, self._stopping.is_set)
        self.job_scheduler = BackgroundScheduler(timezone="UTC")
        self._add_job(PeriodicJob(self._run_tick, timedelta(seconds=TICK_SECONDS)))
        for job in self.jobs.list_jobs():
            self._add_job(job)
        watch = PeriodicJob(self.audit_jobs.watch_chain, timedelta(minutes=1), runs_at_start=True)
        self._add_job(watch)
        self._last_tick_at = monotonic()
        self._next_release_at = 0.0
        self._next_opt_in_at = 0.0
        self._watchdog = threading.Thread(
            target=self._restart_stalled_tick, name="watch", daemon=True
        )

    def _add_job(self, job: PeriodicJob) -> None:
        """Schedule a job; runs that were missed are made up for by one."""
        options: dict[str, Any] = {}
        # Without `next_run_time` the first run is one interval after the start.
        if job.runs_at_start:
            options["next_run_time"] = datetime.now(UTC)
        self.job_scheduler.add_job(
            job.run,
            "interval",
            seconds=job.interval.total_seconds(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            **options,
        )

    def start(self) -> None:
        """Start every thread; call it once."""
        with self.app.app_context():
            get_journal().reserve()
        self.callback_dispatcher.start()
        self.audit_jobs.start()
        self.engine.ensure_running()
        self.job_scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop the threads after the texts in flight have their results. Idempotent."""
        self._stopping.set()
        if self.job_scheduler.running:
            self.job_scheduler.shutdown(wait=True)
        self.engine.stop()
        self.callback_dispatcher.stop()
        self.audit_jobs.stop()

    def _run_tick(self) -> None:
        """Restart the engine's thread if it has died, and release due blasts as the engine does."""
        self._last_tick_at = monotonic()
        # A jump of the clock is seen by comparing, in every process.
        self.clock.look()
        self.engine.ensure_running()
        self._release_due_blasts()
        # No job of its own: to start a thread for it costs more than what it mostly reads.
        if self._last_tick_at >= self._next_opt_in_at:
            self._next_opt_in_at = self._last_tick_at + OPT_IN_SECONDS
            self.jobs.resolve_out_of_order_opt_outs()

    def _release_due_blasts(self) -> None:
        if self._last_tick_at < self._next_release_at or not self.engine.may_release():
            return
        self._next_release_at = self._last_tick_at + RELEASE_SECONDS
        with self.app.app_context():
            try:
                release_due_blasts()
            except DATABASE_ERRORS:
                log.warning("the tick waits: the database could not be written")
            # Wait after a bug, not to log it every second; the engine tries as well.
            except Exception:
                log.exception("a release failed; the tick tries again in %s s", RETRY_SECONDS)
                self._next_release_at = monotonic() + RETRY_SECONDS
            self._run_sequences()

    def _run_sequences(self) -> None:
        """Send what is due of sequences: in the process that leads and knows what came in."""
        try:
            run_sequences(now())
        except DATABASE_ERRORS:
            log.warning("sequences wait on: the database could not be written")

    def _restart_stalled_tick(self) -> None:
        """Make every job due when the tick has not run for STALLED_TICK_SECONDS."""
        # APScheduler uses wall time: a clock that is set back by an hour stops it for that hour.
        while not self._stopping.wait(STALLED_TICK_SECONDS / 10):
            if monotonic() - self._last_tick_at > STALLED_TICK_SECONDS:
                message = "no tick for %s s (was the clock set back?); starting it again"
                log.warning(message, STALLED_TICK_SECONDS)
                self._last_tick_at = monotonic()
                for job in self.job_scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))


def start_background_jobs(
    app: Flask, alive: Callable[[], bool] = lambda: True
) -> BackgroundJobs | None:
    """Start the background threads of this process.

    Returns None when SCHEDULER_ENABLED is 0: then the process serves pages and never sends.
    `alive` says whether the process should keep running; the engine asks it.
    """
    settings: Settings = app.extensions["settings"]
    if not settings.scheduler_enabled:
        # Pages are served here as well: what they refuse is written.
        AuditJobs(app).start()
        return None
    background = BackgroundJobs(app, alive)
    background.start()
    return background
