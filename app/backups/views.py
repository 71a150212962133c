"""The page of backups: what there is, what happened, and "Back up now"."""

import shutil
import threading

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.backups.actions.backup_running import run_claimed_backup
from app.backups.actions.run_records import claim_run
from app.backups.backup_retention import find_kept_counts
from app.backups.models import BackupKind, BackupRun, BackupState
from app.backups.queries.backup_health import (
    describe_age,
    describe_error,
    describe_missing_files,
    load_backup_health,
)
from app.backups.queries.backup_runs import find_running_run, list_newest_runs
from app.core.access import admin_required, current_username
from app.core.clock import now
from app.core.settings import current_settings
from app.migrations.backup_names import BackupReason, list_backup_files

bp = Blueprint("backups", __name__, url_prefix="/settings/backups")
SHOWN_FILES = 12
KIND_LABELS = {
    BackupKind.HOURLY: "Hourly backup",
    BackupKind.NIGHTLY: "Nightly backup",
    BackupKind.MANUAL: "Backup by hand",
    BackupKind.DRILL: "Restore test",
}
REASON_LABELS = {
    BackupReason.HOURLY: "hourly",
    BackupReason.NIGHTLY: "nightly",
    BackupReason.MANUAL: "by hand",
    BackupReason.MIGRATION: "before an upgrade",
    BackupReason.COMMAND: "by a command",
}
BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@bp.get("")
@admin_required
def list_backups() -> ResponseReturnValue:
    """Show the newest backups, what became of the last runs, and how much space is free."""
    settings, moment = current_settings(), now()
    folder = settings.backup_path
    files = list_backup_files(settings.database_path, folder)
    return render_template(
        "backups/list.html",
        health=load_backup_health(moment),
        running=find_running_run(),
        kinds=KIND_LABELS,
        files=[
            (file, REASON_LABELS[file.reason], format_bytes(file.size_bytes))
            for file in files[:SHOWN_FILES]
        ],
        file_count=len(files),
        runs=[(run, describe_run(run)) for run in list_newest_runs()],
        kept=find_kept_counts(),
        facts=_build_facts(),
        age=lambda past: describe_age(past, moment),
    )


@bp.post("")
@admin_required
def make_backup() -> ResponseReturnValue:
    """Start a backup now; it is made in a process of its own, and the page says when it is done."""
    moment = now()
    # The run's row is a transaction of its own: another process may have one running.
    run_id = claim_run(BackupKind.MANUAL, moment)
    if run_id is None:
        flash("A backup is being made already.", "info")
        return redirect(url_for("backups.list_backups"), 303)
    with audited_write("backup.made", current_username()):
        pass
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run_in_context() -> None:
        with app.app_context():
            run_claimed_backup(run_id, BackupKind.MANUAL, moment, lambda: False)

    threading.Thread(target=run_in_context, name="backup", daemon=True).start()
    flash("The backup is being made. It appears here when it is done.", "success")
    return redirect(url_for("backups.list_backups"), 303)


def describe_run(run: BackupRun) -> tuple[str, str, str]:
    """Return the color, the state and the sentence of a run."""
    if run.state is BackupState.RUNNING:
        return "info", "running", ""
    if run.state is BackupState.FAILED:
        return "bad", "failed", describe_error(run)
    if run.command_failed:
        return "warn", "not copied", "The backup is good, but BACKUP_COMMAND failed."
    if run.details and run.kind is not BackupKind.DRILL:
        return "warn", "incomplete", describe_missing_files(run.details)
    words = run.details or format_bytes(run.size_bytes or 0)
    return "ok", "good", words


def format_bytes(count: int) -> str:
    """Return 120 MB, 1.4 GB."""
    size, unit = float(count), 0
    while size >= 1000 and unit < len(BYTE_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    text = f"{size:.1f}" if unit and size < 10 else f"{size:.0f}"
    return f"{text} {BYTE_UNITS[unit]}"


def _build_facts() -> list[tuple[str, str]]:
    """Return what is set where the program runs, and how much space is free."""
    settings = current_settings()
    folder = settings.backup_path
    place = next(path for path in (folder, *folder.parents) if path.exists())
    facts = [
        ("Folder", str(folder)),
        ("Free space there", format_bytes(shutil.disk_usage(place).free)),
        ("Encrypted", "yes" if settings.backup_passphrase else "no"),
        ("Copied elsewhere", "by BACKUP_COMMAND" if settings.backup_command else "no"),
    ]
    if not settings.makes_backups:
        facts.insert(0, ("Backups by SMS Admin", "off"))
    return facts
