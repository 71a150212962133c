"""Whether backups are made and can be restored, in words for people; notices ask here too."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.backups.models import BackupError, BackupKind, BackupRun, BackupState
from app.backups.queries.backup_runs import (
    COPY_KINDS,
    ENDED_STATES,
    NewestRuns,
    build_backup_history,
    load_newest_runs,
)
from app.core.local_formats import get_display_timezone
from app.core.settings import current_settings
from app.domain.backups.backup_plan import (
    DRILL_MAX_AGE,
    HOURLY_MAX_AGE,
    NIGHTLY_MAX_AGE,
    BackupHistory,
)
from app.domain.texts.plurals import pluralize
from app.domain.time.local_times import zone_or_utc

ERROR_SENTENCES = {
    BackupError.DISK_FULL: "The disk is full.",
    BackupError.NOT_WRITABLE: "The folder for backups cannot be written.",
    BackupError.DAMAGED: "The database is damaged.",
    BackupError.LOCKED: "Another process kept the database or the folder.",
    BackupError.STOPPED: "It was stopped before it was done.",
    BackupError.PASSPHRASE: "BACKUP_PASSPHRASE does not fit the newest backup.",
    BackupError.UNREADABLE: "The newest backup could not be unpacked.",
    BackupError.UNHEALTHY: "The restored database has problems.",
    BackupError.FAILED: "The server's log says more.",
}


@dataclass(frozen=True)
class BackupHealth:
    """What Home and the page of backups say.

    `problem`: one word for what is wrong, "" when nothing is: failed, overdue, missing, command,
    drill_failed, drill_overdue. `sentence` says it to a person; `summary`: when what was made last.
    """

    problem: str
    sentence: str
    summary: str


def load_backup_health(moment: datetime) -> BackupHealth:
    """Return whether backups are in order at this moment."""
    runs = load_newest_runs()
    history = build_backup_history(runs)
    summary = describe_history(history, moment)
    if not current_settings().makes_backups:
        return BackupHealth("", "", summary)
    problem, sentence = _find_problem(runs, history, moment)
    return BackupHealth(problem, sentence, summary)


def _find_problem(runs: NewestRuns, history: BackupHistory, moment: datetime) -> tuple[str, str]:
    newest = runs.find_newest(COPY_KINDS, ENDED_STATES)
    if newest is not None and newest.state is BackupState.FAILED:
        return "failed", f"The last backup failed. {describe_error(newest)}"
    began_at = runs.began_at
    if began_at is None:
        return "", ""
    if _is_late(history.copy_at, began_at, moment, HOURLY_MAX_AGE):
        return "overdue", "There is no backup from the last two hours."
    if _is_late(history.nightly_at, began_at, moment, NIGHTLY_MAX_AGE):
        return "overdue", "There is no nightly backup from the last 26 hours."
    if newest is not None and (newest.details or newest.command_failed):
        return _describe_incomplete(newest)
    drill = runs.find_newest([BackupKind.DRILL], ENDED_STATES)
    if drill is not None and drill.state is BackupState.FAILED:
        return "drill_failed", f"The last restore test failed. {describe_error(drill)}"
    if _is_late(history.drill_at, began_at, moment, DRILL_MAX_AGE):
        return "drill_overdue", "No backup has been tested in the last nine days."
    return "", ""


def _describe_incomplete(run: BackupRun) -> tuple[str, str]:
    if run.details:
        return "missing", f"The last backup is incomplete. {describe_missing_files(run.details)}"
    return "command", "The last backup was not copied to another place: BACKUP_COMMAND failed."


def _is_late(
    newest: datetime | None, began_at: datetime, moment: datetime, max_age: timedelta
) -> bool:
    return moment - (newest or began_at) > max_age


def describe_error(run: BackupRun) -> str:
    """Return the sentence for why a run failed."""
    return ERROR_SENTENCES[run.error or BackupError.FAILED]


def describe_missing_files(names: str) -> str:
    """Return the sentence about files beside the database that a backup could not copy."""
    return f"These files beside the database could not be copied: {names}."


def describe_history(history: BackupHistory, moment: datetime) -> str:
    """Return "Last backup 14 min ago, last restore test Sunday."."""
    if history.copy_at is None:
        return "No backup has been made yet."
    copy = describe_age(history.copy_at, moment)
    if history.drill_at is None:
        return f"Last backup {copy}, no restore test yet."
    return f"Last backup {copy}, last restore test {describe_day(history.drill_at, moment)}."


def describe_age(past: datetime, moment: datetime) -> str:
    """Return "14 min ago", "3 hours ago" or "2 days ago"."""
    minutes = max(0, int((moment - past).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{pluralize(minutes // 60, 'hour')} ago"
    return f"{minutes // (24 * 60)} days ago"


def describe_day(past: datetime, moment: datetime) -> str:
    """Return "today", "yesterday", "Sunday", or "12 days ago"."""
    zone = zone_or_utc(get_display_timezone())
    day = past.astimezone(zone)
    days = (moment.astimezone(zone).date() - day.date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return day.strftime("%A") if days < 7 else f"{days} days ago"
