"""Background threads of a serving process: engine, scheduled jobs, sandbox callbacks."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app.audit.audit_jobs import AuditJobs
from app.backups.actions.backup_running import run_due_backup
from app.blasts.actions.due_blasts import release_due_blasts
from app.blasts.actions.gone_blasts import release_gone_blast
from app.blasts.actions.waiting_approvals_job import attend_waiting_approvals
from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.database_errors import DATABASE_ERRORS
from app.core.settings import Settings, current_settings
from app.dbdoctor.known_phones import list_known_phones
from app.delivery.actions.row_inspection import set_aside_unreadable_rows
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher
from app.delivery.engine.engine_thread import SendEngine
from app.delivery.engine.release_runner import BlastReleases
from app.imports.actions.import_running import run_imports
from app.imports.actions.upload_expiry import expire_uploads
from app.notices.notice_jobs import NoticeJob
from app.notices.sending.health_ping import HealthPing
from app.people.actions.archive_replay import replay_archive_erasures
from app.people.actions.erasure_replay import replay_erasures
from app.retention.actions.archive_run import run_archiving
from app.retention.actions.retention_run import run_retention
from app.retention.models import RetentionKind
from app.retention.queries.retention_rules import find_retention_days
from app.sequences.actions.date_starts import start_by_dates
from app.sequences.actions.sequence_running import run_sequences
from app.series.actions.series_progress import continue_series
from app.surveys.actions.survey_timeouts import time_out_and_nudge_sessions
from app.surveys.actions.trigger_words import fold_stored_words
from app.webhooks.actions.missing_calls import request_catch_up_when_silent
from app.webhooks.actions.overdue_stop_questions import opt_out_overdue_stop_questions
from app.webhooks.actions.pause_processing import end_pauses
from app.webhooks.actions.refusal_counting import settle_refused_calls
from app.webhooks.actions.unmatched_receipts import match_unmatched_receipts
from app.webhooks.actions.webhook_events import (
    EVENT_RETENTION_DAYS,
    delete_old_webhook_events,
)
from app.webhooks.pipeline.inbound_intake_functions import build_inbound_intake
from app.webhooks.pipeline.kept_texts import get_journal
from app.webhooks.pipeline.pending_opt_ins import resolve_pending_opt_ins

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
        self.job_scheduler = BackgroundScheduler(timezone="UTC")
        self._add_job(self._run_tick, timedelta(seconds=TICK_SECONDS))
        self._add_job(self._delete_old_webhook_events, timedelta(hours=6))
        self._add_job(self._expire_uploads, timedelta(hours=1), runs_at_start=True)
        self._add_job(self._run_imports, timedelta(seconds=15), runs_at_start=True)
        self._add_job(self._decide_overdue_opt_outs, timedelta(hours=1), runs_at_start=True)
        self._add_job(self._end_pauses, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._apply_unmatched_receipts, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._time_out_survey_sessions, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._check_calls, timedelta(minutes=1))
        self._add_job(self._replay_erasures, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._continue_series, timedelta(seconds=30), runs_at_start=True)
        self._add_job(self._start_sequences, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._attend_approvals, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._run_retention, timedelta(hours=1), runs_at_start=True)
        self._add_job(self._inspect_rows, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self.audit_jobs.watch_chain, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._inspect_queue, timedelta(hours=1), runs_at_start=True)
        self.notice_job, self.health_ping = NoticeJob(), HealthPing()
        self._add_job(self._tell_staff, timedelta(minutes=1), runs_at_start=True)
        settings: Settings = app.extensions["settings"]
        if settings.ping_url:
            self._add_job(self._ping, timedelta(minutes=1), runs_at_start=True)
        self._add_job(self._make_backup, timedelta(minutes=5))
        self._last_tick_at = monotonic()
        self._next_release_at = 0.0
        self._next_opt_in_at = 0.0
        self._next_import_at = 0.0
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(
            target=self._restart_stalled_tick, name="watch", daemon=True
        )

    def _add_job(
        self, job: Callable[[], None], interval: timedelta, *, runs_at_start: bool = False
    ) -> None:
        """Schedule a job; runs that were missed are made up for by one."""
        options: dict[str, Any] = {}
        # Without `next_run_time` the first run is one interval after the start.
        if runs_at_start:
            options["next_run_time"] = datetime.now(UTC)
        self.job_scheduler.add_job(
            job,
            "interval",
            seconds=interval.total_seconds(),
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
            self._resolve_out_of_order_opt_outs()

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

    def _expire_uploads(self) -> None:
        if self.clock.is_in_doubt:
            return
        with self._job_context("old uploads wait for another hour: no write was possible"):
            expire_uploads()

    def _run_imports(self) -> None:
        """Go on with large imports that were confirmed or undone, whoever began them."""
        if monotonic() < self._next_import_at:
            return
        with self._job_context("large imports wait: the database could not be written"):
            try:
                run_imports(self._stopping.is_set)
            except DATABASE_ERRORS:
                raise
            # Wait after a bug, not to log it every other second.
            except Exception:
                log.exception("an import failed; it is tried again in %s s", RETRY_SECONDS)
                self._next_import_at = monotonic() + RETRY_SECONDS

    def _delete_old_webhook_events(self) -> None:
        if self.clock.is_in_doubt:
            return
        with self.app.app_context():
            days = find_retention_days(RetentionKind.CARRIER_CALLS)
            delete_old_webhook_events(days or EVENT_RETENTION_DAYS)

    def _decide_overdue_opt_outs(self) -> None:
        if self.clock.is_in_doubt:
            return
        with self._job_context(
            "possible opt-outs wait for another hour: the database could not be written"
        ):
            opt_out_overdue_stop_questions(now())

    def _end_pauses(self) -> None:
        with self._job_context("pauses end later: the database could not be written"):
            if not self.clock.is_in_doubt and (ended := end_pauses(now())):
                log.info("pauses: %s are over", ended)

    def _resolve_out_of_order_opt_outs(self) -> None:
        with self._job_context(
            "STOP and START that came together wait on: the database could not be written"
        ):
            resolve_pending_opt_ins(now())

    def _apply_unmatched_receipts(self) -> None:
        with self._job_context(
            "receipts of texts unknown until now wait on: the database could not be written"
        ):
            match_unmatched_receipts()

    def _check_calls(self) -> None:
        settings: Settings = self.app.extensions["settings"]
        with self._job_context("refused calls are counted later: the database cannot be written"):
            settle_refused_calls(settings.carrier)
            if request_catch_up_when_silent(settings.carrier, now()):
                log.warning("texts leave and no call comes: the carrier's list is read")

    def _time_out_survey_sessions(self) -> None:
        if self.clock.is_in_doubt:
            return
        with self._job_context("surveys wait on: the database could not be written"):
            ended, nudged = time_out_and_nudge_sessions(now())
            if ended or nudged:
                log.info("surveys: %s sessions timed out, %s reminded", ended, nudged)
            if folded := fold_stored_words():
                log.info("surveys: %s trigger words folded", folded)

    def _continue_series(self) -> None:
        with self._job_context("series wait on: the database could not be written"):
            if not self.clock.is_in_doubt:
                continue_series(now())

    def _start_sequences(self) -> None:
        with self._job_context("dates of sequences wait: the database could not be written"):
            if not self.clock.is_in_doubt:
                start_by_dates(now())

    def _attend_approvals(self) -> None:
        with self._job_context("approvals wait on: the database could not be written"):
            if not self.clock.is_in_doubt:
                attend_waiting_approvals(now())

    def _inspect_rows(self) -> None:
        with self._job_context("rows are looked through later: the database could not be written"):
            set_aside_unreadable_rows(now())

    def _inspect_queue(self) -> None:
        with self._job_context("the queue is looked through later: the database was busy"):
            set_aside_unreadable_rows(now(), reads_queue=True)

    def _tell_staff(self) -> None:
        """Tell staff what is new, in the process that leads, also while it may not send."""
        if not self.engine.election.is_leader or self.clock.is_in_doubt:
            return
        with self._job_context("notices wait on: the database could not be written"):
            self.notice_job.run(self._stopping.is_set)

    def _ping(self) -> None:
        """Call PING_URL: a job of its own, so that no mail server delays it."""
        if self.engine.election.is_leader:
            with self._job_context("PING_URL is called later: the database could not be read"):
                self.health_ping.ping(now())

    def _replay_erasures(self) -> None:
        """Erase again whom a restored copy brought back; sending is held until Reconcile then."""
        with self._job_context("erasures are compared later: the database was busy"):
            replay_erasures(lambda: list_known_phones(current_settings().database_path))

    def _make_backup(self) -> None:
        """Make the backup that is due, or test one, in a process of its own."""
        if self.clock.is_in_doubt:
            return
        with self._job_context("backups wait: the database could not be written"):
            run_due_backup(now(), self._stopping.is_set)

    def _run_retention(self) -> None:
        """Remove and archive what is older than the rules allow, in the process that leads."""
        if self.clock.is_in_doubt or not self.engine.may_release():
            return
        with self._job_context("what is old is removed later: the database was busy"):
            if unwritable := replay_archive_erasures():
                log.warning("erasures do not reach the archives of %s yet", unwritable)
            run_retention(self._stopping.is_set)
            run_archiving(self._stopping.is_set)

    @contextmanager
    def _job_context(self, unwritable_message: str) -> Iterator[None]:
        """Run a job in the app's context; log a warning if the database cannot be written now.

        The rows that the job has not handled stay, so its next run handles them.
        """
        with self.app.app_context():
            try:
                yield
            except DATABASE_ERRORS:
                log.warning(unwritable_message)


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
