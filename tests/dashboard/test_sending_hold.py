"""The page Sending: why nothing leaves after a restore or on a copy, and what an admin does."""

from app.blasts.actions.due_blasts import release_due_blasts
from app.blasts.actions.gone_blasts import release_gone_blast
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import sending_hold
from app.delivery.engine.installation_file import mark_restored, read_installation_file
from app.delivery.engine.reconcile_run import run_reconcile
from app.delivery.models import MessageLog
from app.delivery.queries.installation import load_installation
from app.domain.delivery.installation_rules import HoldReason
from tests.blasts.helpers import release_blasts, send_blast
from tests.sample_rows import add_members


def hold(app, reason=HoldReason.BEHIND, carrier="sandbox"):
    with app.app_context(), write():
        sending_hold.hold_sending(reason, carrier, now())


def get_status(app, log_id):
    with app.app_context():
        return db.session.get(MessageLog, log_id).status


def run_blast(app, visit):
    with app.app_context():
        add_members(3)
    send_blast(visit)
    return release_blasts(app)


def test_every_page_home_and_ready_say_why(app, visit):
    log_id = run_blast(app, visit)
    hold(app)
    for address in ("/", "/community", f"/blasts/logs/{log_id}"):
        page = visit(address, "sol")
        assert "This database is older than the one that last sent texts." in page.words
        assert 'href="/sending"' in page.text
    assert "An older database was restored" in visit(f"/blasts/logs/{log_id}", "ada").words
    answer = app.test_client().get("/ready")
    assert answer.status_code == 503
    assert "older than the one" in answer.json["problems"][0]
    assert "An admin can run it on this page." in visit("/sending", "sol").words


def test_resume_does_nothing_before_reconcile(app, visit):
    log_id = run_blast(app, visit)
    hold(app)
    page = visit(f"/blasts/logs/{log_id}/resume", "ada", follow=True, _="")
    assert "It can't continue yet: sending is off." in page.words
    assert get_status(app, log_id) == "paused"


def test_nothing_is_released_while_it_is_held(app, visit):
    with app.app_context():
        add_members(2)
    send_blast(visit)
    hold(app)
    assert release_blasts(app) is None
    with app.app_context():
        assert release_due_blasts(now()) == 0


def test_reconcile_is_the_admins_and_ends_the_hold(app, visit):
    run_blast(app, visit)
    database = app.extensions["settings"].database_path
    mark_restored(database)
    hold(app)
    assert visit.post("/sending/reconcile", "sol").status_code == 403
    page = visit("/sending/reconcile", "ada", follow=True, _="")
    assert "Reconcile is running." in page.words
    result = run_reconcile(app, release_gone_blast)
    assert result.counts.adopted == 0
    assert "0 texts already sent: found and kept." in visit("/sending", "ada").words
    assert not read_installation_file(database).is_restored
    assert (
        "Sending is no longer on hold."
        in visit("/sending/reconcile", "ada", follow=True, _="").words
    )


def test_a_list_that_cannot_be_read_keeps_the_hold_until_a_person_goes_on(app, visit):
    run_blast(app, visit)
    hold(app)
    assert "Run Reconcile first." in visit("/sending/go-on", "ada", follow=True, _="").words
    with app.app_context(), write():
        sending_hold.store_reconcile_failure("Twilio's list could not be read (HTTP 500).")
    page = visit("/sending", "ada")
    assert "HTTP 500" in page.words
    assert "Continue without the list" in page.words
    page = visit("/sending/go-on", "ada", follow=True, _="")
    assert "Sending continues. Paused blasts wait until you resume them." in page.words


def test_a_copy_asks_whether_the_first_is_gone(app, visit):
    run_blast(app, visit)
    hold(app, HoldReason.CLONE)
    assert "belongs to another machine" in visit("/", "sol").words
    assert visit.post("/sending/first-is-gone", "sol").status_code == 403
    page = visit("/sending/first-is-gone", "ada", follow=True, _="")
    assert "Texts are sent from this installation now." in page.words
    with app.app_context():
        row = load_installation()
        assert (row.hold_reason, row.checked_epoch, row.machine) == (None, None, None)


def test_the_command_line_says_and_does_the_same(app, visit, monkeypatch):
    run_blast(app, visit)
    hold(app)
    settings = app.extensions["settings"]
    for name, value in (
        ("APP_ENV", "test"),
        ("SECRET_KEY", settings.secret_key),
        ("DATABASE_URL", settings.database_url),
    ):
        monkeypatch.setenv(name, value)
    runner = app.test_cli_runner()
    said = runner.invoke(args=["sending", "status"])
    assert said.exit_code == 1
    assert "older than the one" in said.output
    assert "Resume texts only people" in runner.invoke(args=["sending", "reconcile"]).output
    assert "Sending is on." in runner.invoke(args=["sending", "status"]).output
    assert runner.invoke(args=["sending", "first-is-gone"]).exit_code == 1
