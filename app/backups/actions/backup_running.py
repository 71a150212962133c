"""Makes the backup or the restore test that is due, in one process, and keeps the right number."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from app.backups.actions.child_processes import (
    run_backup_command,
    run_copy_process,
    run_drill_process,
)
from app.backups.actions.run_records import (
    RunOutcome,
    claim_run,
    end_abandoned_run,
    finish_run,
)
from app.backups.backup_creation import is_folder_locked
from app.backups.backup_retention import delete_superfluous_backups, find_kept_counts
from app.backups.models import BackupError, BackupKind
from app.backups.queries.backup_runs import find_running_run, load_backup_history
from app.core.clock import now
from app.core.db import db
from app.core.local_formats import get_display_timezone
from app.core.settings import Settings, current_settings
from app.domain.backups.backup_plan import find_due_task
from app.domain.time.local_times import zone_or_utc
from app.migrations.backup_names import find_newest_backup_file

log = logging.getLogger(__name__)
# A run is claimed before its process has locked the folder.
START_SECONDS = timedelta(minutes=2)


def run_due_backup(moment: datetime, is_stopping: Callable[[], bool]) -> None:
    """Make what is due, if anything, and record it. Costs one query when nothing is.

    `is_stopping` is asked while it runs: the process ends then, and the run counts as stopped.
    """
    settings = current_settings()
    if not settings.makes_backups:
        return
    running = find_running_run()
    if running is not None:
        if moment - running.started_at > START_SECONDS and not is_folder_locked(
            settings.backup_path
        ):
            end_abandoned_run(running)
        db.session.rollback()
        return
    zone = zone_or_utc(get_display_timezone())
    task = find_due_task(load_backup_history(), moment, zone)
    db.session.rollback()
    if task is None:
        return
    run_id = claim_run(BackupKind(task.value), moment)
    if run_id is not None:
        run_claimed_backup(run_id, BackupKind(task.value), moment, is_stopping)


def run_claimed_backup(
    run_id: int, kind: BackupKind, moment: datetime, is_stopping: Callable[[], bool]
) -> None:
    """Make a backup, or test the newest one, and record what became of it."""
    settings = current_settings()
    began = monotonic()
    outcome = RunOutcome(BackupError.FAILED)
    try:
        if kind is BackupKind.DRILL:
            outcome = _test_newest_backup(settings, is_stopping)
        else:
            outcome = _make_backup(settings, kind, moment, is_stopping)
    except OSError as error:
        log.warning("a backup could not be made (%s)", type(error).__name__)
    finally:
        finish_run(run_id, replace(outcome, seconds=monotonic() - began))
    if outcome.error is not None:
        log.warning("%s backup: %s", kind.value, outcome.error.value)


def _make_backup(
    settings: Settings, kind: BackupKind, moment: datetime, is_stopping: Callable[[], bool]
) -> RunOutcome:
    outcome = run_copy_process(settings, kind, moment, is_stopping)
    if outcome.error is not None or outcome.file_name is None:
        return outcome
    kept_counts = find_kept_counts()
    db.session.rollback()
    delete_superfluous_backups(settings.database_path, settings.backup_path, kept_counts, moment)
    if not settings.backup_command:
        return outcome
    file = settings.backup_path / outcome.file_name
    return replace(
        outcome,
        command_failed=not run_backup_command(settings.backup_command, file, is_stopping),
    )


def _test_newest_backup(settings: Settings, is_stopping: Callable[[], bool]) -> RunOutcome:
    file = find_newest_backup_file(settings.database_path, settings.backup_path, now())
    if file is None:
        return RunOutcome(BackupError.UNREADABLE)
    return run_drill_process(settings, file.path, is_stopping)
