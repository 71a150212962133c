"""The page of backups, Home's word about them, and what a run leaves in its row."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.backups.actions import backup_running
from app.backups.actions.child_processes import run_backup_command
from app.backups.actions.run_records import RunOutcome, claim_run, finish_run
from app.backups.models import BackupError, BackupKind, BackupRun
from app.backups.queries.backup_health import describe_age, load_backup_health
from app.backups.queries.backup_runs import list_newest_runs
from app.core.clock import now
from app.core.db import db, write
from tests.visit import Visitor


def record(kind, error=None, *, started_at=None, **values):
    """A run that is over."""
    run_id = claim_run(kind, started_at or now())
    finish_run(run_id, RunOutcome(error, **values))


def test_it_says_what_there_is_and_makes_one_now(visit, app, monkeypatch):
    """K1: a press makes a real backup, once, and the audit has it."""
    runs = []
    monkeypatch.setattr(
        "app.backups.views.run_claimed_backup", lambda *values: runs.append(values[1])
    )
    assert "There is no backup yet." in visit("/settings/backups", "ada").words
    visit("/settings/backups", "ada", go="now")
    assert runs == [BackupKind.MANUAL]
    page = visit("/settings/backups", "ada")
    assert "Backup by hand is running since" in page.words
    visit("/settings/backups", "ada", go="now")
    assert runs == [BackupKind.MANUAL]
    assert "started a backup" in visit("/audit", "ada").words


@pytest.mark.slow
def test_a_due_backup_is_made_by_one_process_and_shown(make_app):
    app = make_app(backups=True)
    with app.app_context():
        backup_running.run_due_backup(now(), lambda: False)
        backup_running.run_due_backup(now(), lambda: False)
        (run,) = list_newest_runs()
        assert (run.kind, run.error, run.file_name is not None) == (BackupKind.HOURLY, None, True)
        health = load_backup_health(now())
    assert (health.problem, health.summary) == ("", "Last backup just now, no restore test yet.")
    visit = Visitor(app)
    assert run.file_name in visit("/settings/backups", "ada").words
    assert "Last backup just now" in visit("/", "ada").words
    assert "Last backup" not in visit("/", "sol").words


@pytest.mark.slow
def test_a_restore_test_restores_counts_and_leaves_nothing(make_app):
    """A drill starts nothing and sends nothing; its scratch folder is gone."""
    app = make_app(backups=True)
    folder = app.extensions["settings"].backup_path
    with app.app_context():
        for kind in (BackupKind.NIGHTLY, BackupKind.DRILL):
            run_id = claim_run(kind, now())
            backup_running.run_claimed_backup(run_id, kind, now(), lambda: False)
        drill = list_newest_runs()[0]
        assert (drill.error, drill.details) == (None, drill.details)
        assert "2 users" in drill.details
    assert [path.name for path in folder.glob(".*")] == [".backups.lock"]


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        (BackupKind.HOURLY, BackupError.DISK_FULL, "The last backup failed. The disk is full."),
        (BackupKind.DRILL, BackupError.UNHEALTHY, "The last restore test failed."),
    ],
)
def test_a_failure_is_said_on_home_and_on_the_page(make_app, kind, error, words):
    """K3: what to do about a full disk is on the page, for admins."""
    app = make_app(backups=True)
    with app.app_context():
        for good in (BackupKind.NIGHTLY, BackupKind.HOURLY):
            record(good, file_name="x")
        record(kind, error)
    visit = Visitor(app)
    for address in ("/", "/settings/backups"):
        assert words in visit(address, "ada").words
    assert words not in visit("/", "sol").words


def test_a_backup_without_a_file_beside_the_database_is_incomplete(make_app):
    app = make_app(backups=True)
    with app.app_context():
        record(BackupKind.NIGHTLY, file_name="x")
        record(BackupKind.HOURLY, file_name="x", details="archive/2024.db")
    visit = Visitor(app)
    for address in ("/", "/settings/backups"):
        words = visit(address, "ada").words
        assert "The last backup is incomplete." in words
        assert "could not be copied: archive/2024.db." in words


@pytest.mark.parametrize(
    ("kind", "age", "problem"),
    [
        (BackupKind.HOURLY, timedelta(hours=2, minutes=1), "overdue"),
        (BackupKind.NIGHTLY, timedelta(hours=26, minutes=1), "overdue"),
        (BackupKind.DRILL, timedelta(days=9, minutes=1), "drill_overdue"),
    ],
)
def test_what_is_late_is_amber(make_app, kind, age, problem):
    """R21: the age of the newest is on Home."""
    app = make_app(backups=True)
    with app.app_context():
        for each in BackupKind:
            record(each, started_at=now() - (age if each is kind else timedelta(minutes=1)))
        if kind is BackupKind.HOURLY:
            with write():
                db.session.execute(db.update(BackupRun).values(started_at=now() - age))
        assert load_backup_health(now()).problem == problem
        if kind is BackupKind.HOURLY:
            return
        assert load_backup_health(now() - timedelta(minutes=5)).problem == ""


def test_a_command_that_fails_is_said_and_gets_no_secret(app, tmp_path, monkeypatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "not-for-you")
    script = tmp_path / "copy.sh"
    script.write_text('#!/bin/sh\nenv > "$0.env"; cp "$1" "$0.copy"\n')
    script.chmod(0o755)
    file = tmp_path / "sms.db.gz"
    file.write_text("a copy")
    assert run_backup_command(str(script), file, lambda: False)
    assert Path(f"{script}.copy").read_text() == "a copy"
    assert "not-for-you" not in Path(f"{script}.env").read_text()
    for command in ("false", "/no/such/program", 'an "open quote'):
        assert not run_backup_command(command, file, lambda: False)


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=14), "14 min ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=12), "12 days ago"),
    ],
)
def test_ages_are_said_shortly(past, words):
    assert describe_age(now() - past, now()) == words
