"""The periodic jobs of a serving process: what is done, and how often.

app/scheduler.py runs them. Guarded UPDATEs decide which of several processes does what.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import NamedTuple

from flask import Flask

from app.backups.actions.backup_running import run_due_backup
from app.blasts.actions.waiting_approvals_job import attend_waiting_approvals
from app.core.clock import now
from app.core.clock_watch import ClockWatch
from app.core.database_errors import DATABASE_ERRORS
from app.core.settings import Settings, current_settings
from app.dbdoctor.known_phones import list_known_phones
from app.delivery.actions.row_inspection import set_aside_unreadable_rows
from app.delivery.engine.engine_thread import SendEngine
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
from app.series.actions.series_progress import continue_series
from app.suppression.actions.stop_journal import get_stop_journal
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
from app.webhooks.pipeline.pending_opt_ins import resolve_pending_opt_ins

log = logging.getLogger(__name__)
RETRY_SECONDS = 30


class PeriodicJob(NamedTuple):
    """A job and how often it runs; the first time at the start, or one interval after it."""

    run: Callable[[], None]
    interval: timedelta
    runs_at_start: bool = False


class PeriodicJobs:
    """What one process does again and again; `is_stopping` says whether it should end soon."""

    def __init__(
        self, app: Flask, engine: SendEngine, clock: ClockWatch, is_stopping: Callable[[], bool]
    ) -> None:
        self.app = app
        self.engine = engine
        self.clock = clock
        self.is_stopping = is_stopping
        self.notice_job, self.health_ping = NoticeJob(), HealthPing()
        self._next_import_at = 0.0

    def list_jobs(self) -> list[PeriodicJob]:
        """Return the jobs of this process."""
        minute, hour = timedelta(minutes=1), timedelta(hours=1)
        jobs = [
            PeriodicJob(self._delete_old_webhook_events, timedelta(hours=6)),
            PeriodicJob(self._expire_uploads, hour, runs_at_start=True),
            PeriodicJob(self.run_imports, timedelta(seconds=15), runs_at_start=True),
            PeriodicJob(self._decide_overdue_opt_outs, hour, runs_at_start=True),
            PeriodicJob(self._end_pauses, minute, runs_at_start=True),
            PeriodicJob(self._apply_unmatched_receipts, minute, runs_at_start=True),
            PeriodicJob(self.time_out_survey_sessions, minute, runs_at_start=True),
            PeriodicJob(self._check_calls, minute),
            PeriodicJob(self._replay_erasures, minute, runs_at_start=True),
            PeriodicJob(self._continue_series, timedelta(seconds=30), runs_at_start=True),
            PeriodicJob(self._start_sequences, minute, runs_at_start=True),
            PeriodicJob(self._attend_approvals, minute, runs_at_start=True),
            PeriodicJob(self._run_retention, hour, runs_at_start=True),
            PeriodicJob(self._inspect_rows, minute, runs_at_start=True),
            PeriodicJob(self._inspect_queue, hour, runs_at_start=True),
            PeriodicJob(self._tell_staff, minute, runs_at_start=True),
            PeriodicJob(self._make_backup, timedelta(minutes=5)),
        ]
        settings: Settings = self.app.extensions["settings"]
        if settings.ping_url:
            jobs.append(PeriodicJob(self.ping, minute, runs_at_start=True))
        return jobs

    def _expire_uploads(self) -> None:
        if self.clock.is_in_doubt:
            return
        with self._job_context("old uploads wait for another hour: no write was possible"):
            expire_uploads()

    def run_imports(self) -> None:
        """Go on with large imports that were confirmed or undone, whoever began them."""
        if monotonic() < self._next_import_at:
            return
        with self._job_context("large imports wait: the database could not be written"):
            try:
                run_imports(self.is_stopping)
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
            # Lines of opt-outs that a full disk refused are tried again.
            get_stop_journal().record(())
            if not self.clock.is_in_doubt and (ended := end_pauses(now())):
                log.info("pauses: %s are over", ended)

    def resolve_out_of_order_opt_outs(self) -> None:
        """Decide about a STOP and a START that came together."""
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

    def time_out_survey_sessions(self) -> None:
        """End survey sessions that nobody answers any more, and remind of those that wait."""
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
            self.notice_job.run(self.is_stopping)

    def ping(self) -> None:
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
            run_due_backup(now(), self.is_stopping)

    def _run_retention(self) -> None:
        """Remove and archive what is older than the rules allow, in the process that leads."""
        if self.clock.is_in_doubt or not self.engine.may_release():
            return
        with self._job_context("what is old is removed later: the database was busy"):
            if unwritable := replay_archive_erasures():
                log.warning("erasures do not reach the archives of %s yet", unwritable)
            run_retention(self.is_stopping)
            run_archiving(self.is_stopping)

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
