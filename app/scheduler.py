"""What runs in the background of a serving process: the engine, the tick, and the sandbox's
postman.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import WriteLockTimeout
from app.core.settings import Settings
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher
from app.delivery.engine import SendEngine
from app.surveys.actions.survey_timeouts import time_out_and_nudge_sessions
from app.webhooks.actions import out_of_order_opt_outs
from app.webhooks.actions.opt_out_processing import opt_out_overdue_stop_questions
from app.webhooks.actions.unmatched_receipts import match_unmatched_receipts
from app.webhooks.actions.webhook_events import delete_old_webhook_events

log = logging.getLogger(__name__)
TICK_SECONDS = 1
STALLED_TICK_SECONDS = 30
RETRY_SECONDS = 30


class BackgroundJobs:
    """The threads of one process. Two processes may both have them: rows decide who does what."""

    def __init__(self, app: Flask, alive: Callable[[], bool]) -> None:
        self.app = app
        self.engine = SendEngine(app, lambda: create_carrier(app), release_due_blasts, alive)
        self.callback_dispatcher = CallbackDispatcher.get_for_app(app)
        self.job_scheduler = BackgroundScheduler(timezone="UTC")
        once = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self.job_scheduler.add_job(self._run_tick, "interval", seconds=TICK_SECONDS, **once)
        self.job_scheduler.add_job(self._delete_old_webhook_events, "interval", hours=6, **once)
        self.job_scheduler.add_job(
            self._decide_overdue_opt_outs,
            "interval",
            hours=1,
            next_run_time=datetime.now(UTC),
            **once,
        )
        self.job_scheduler.add_job(
            self._resolve_out_of_order_opt_outs, "interval", seconds=2, **once
        )
        self.job_scheduler.add_job(
            self._apply_unmatched_receipts,
            "interval",
            minutes=1,
            next_run_time=datetime.now(UTC),
            **once,
        )
        self.job_scheduler.add_job(self._time_out_survey_sessions, "interval", minutes=1, **once)
        self._last_tick_at = monotonic()
        self._next_release_at = 0.0
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(
            target=self._restart_stalled_tick, name="watch", daemon=True
        )

    def start(self) -> None:
        """Start every thread."""
        self.callback_dispatcher.start()
        self.engine.ensure_running()
        self.job_scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop them: what is on the wire is settled before this returns. Twice is once."""
        self._stopping.set()
        if self.job_scheduler.running:
            self.job_scheduler.shutdown(wait=True)
        self.engine.stop()
        self.callback_dispatcher.stop()

    def _run_tick(self) -> None:
        """The second pair of hands: should the engine have died, it is started again, and due
        blasts are released.
        """
        self._last_tick_at = monotonic()
        self.engine.ensure_running()
        if self._last_tick_at < self._next_release_at:
            return
        with self.app.app_context():
            try:
                release_due_blasts()
            except (WriteLockTimeout, OperationalError):
                log.warning("the tick waits: the database could not be written")
            except Exception:  # not every second: the engine tries too
                log.exception("a release failed; the tick tries again in %s s", RETRY_SECONDS)
                self._next_release_at = monotonic() + RETRY_SECONDS

    def _restart_stalled_tick(self) -> None:
        """APScheduler keeps wall time: a clock set back by an hour would silence it for that
        hour.
        """
        while not self._stopping.wait(STALLED_TICK_SECONDS / 10):
            if monotonic() - self._last_tick_at > STALLED_TICK_SECONDS:
                log.warning(
                    "no tick for %s s (was the clock set back?); starting it again",
                    STALLED_TICK_SECONDS,
                )
                self._last_tick_at = monotonic()
                for job in self.job_scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))

    def _delete_old_webhook_events(self) -> None:
        with self.app.app_context():
            delete_old_webhook_events()

    def _decide_overdue_opt_outs(self) -> None:
        with self.app.app_context():
            try:
                opt_out_overdue_stop_questions(now())
            except (WriteLockTimeout, OperationalError):
                log.warning(
                    "whoever perhaps said STOP waits for another hour: the database could not be written"
                )

    def _resolve_out_of_order_opt_outs(self) -> None:
        with self.app.app_context():
            try:
                out_of_order_opt_outs.resolve_pending_opt_ins(now())
            except (WriteLockTimeout, OperationalError, sqlite3.OperationalError):
                log.warning(
                    "STOP and START that came together wait on: the database could not be written"
                )

    def _apply_unmatched_receipts(self) -> None:
        with self.app.app_context():
            try:
                match_unmatched_receipts()
            except (WriteLockTimeout, OperationalError, sqlite3.OperationalError):
                log.warning(
                    "receipts of texts unknown until now wait on: the database could not be written"
                )

    def _time_out_survey_sessions(self) -> None:
        with self.app.app_context():
            try:
                ended, nudged = time_out_and_nudge_sessions(now())
            except (WriteLockTimeout, OperationalError):
                log.warning("surveys wait on: the database could not be written")
            else:
                if ended or nudged:
                    log.info("surveys: %s sessions timed out, %s reminded", ended, nudged)


def start_background_jobs(
    app: Flask, alive: Callable[[], bool] = lambda: True
) -> BackgroundJobs | None:
    """Start the background of this process; None when SCHEDULER_ENABLED is 0: then it serves
    pages and never sends.
    """
    settings: Settings = app.extensions["settings"]
    if not settings.scheduler_enabled:
        return None
    background = BackgroundJobs(app, alive)
    background.start()
    return background
