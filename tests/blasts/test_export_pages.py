"""A log to take away: as a spreadsheet that runs nothing, as JSON for programs."""

import csv
import io

import pytest

from app.audit.models import AuditEvent
from app.core.db import db
from tests.blasts.helpers import release_blasts, send_blast, set_message_status
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member, add_members, add_opt_out


@pytest.fixture
def log(app, visit, copied_steps):
    return copied_steps.take(app, fail_blast, visit)


def fail_blast(app, visit):
    with app.app_context():
        add_member(ZOE, "=cmd|'/c calc'!A1")
        add_member(LEO, None)
        add_opt_out(LEO)
    send_blast(visit, message_body="Hi {name|you}")
    found = release_blasts(app)
    set_message_status(
        app,
        ZOE,
        "failed",
        error_code=30006,
        provider_sid="SM1",
        failed_at="2026-05-08 20:45:12.000000",
    )
    return found


def test_the_spreadsheet_has_a_row_for_everybody_and_runs_nothing(visit, log):
    answer = visit(f"/blasts/logs/{log}/export", "ada")
    assert answer.response.mimetype == "text/csv"
    assert f'filename="blast-{log}.csv"' in answer.response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [(row["phone"], row["status"], row["code"], row["failed"]) for row in rows] == [
        (ZOE, "Failed", "30006", "2026-05-08T20:45:12Z"),
        (LEO, "Skipped", "", ""),
    ]
    assert rows[0]["name"] == "'=cmd|'/c calc'!A1"
    assert rows[0]["text"].startswith("Hi =cmd")
    assert "landline" in rows[0]["reason"]
    assert rows[1]["reason"] == "Opted out"


def test_programs_get_the_list_of_the_first_design(visit, log):
    results = visit(f"/blasts/logs/{log}/export?format=json", "ada").json
    assert results[1] == {
        "phone": LEO,
        "name": None,
        "success": False,
        "error": "Opted out",
        "status": "skipped",
    }
    assert results[0]["phone"] == ZOE
    assert results[0]["success"] is False
    assert results[0]["status"] == "failed"
    assert results[0].keys() == {"phone", "name", "success", "error", "status"}


def test_what_arrived_is_a_success_without_an_error(app, visit, log):
    set_message_status(app, ZOE, "delivered")
    assert visit(f"/blasts/logs/{log}/export?format=json", "ada").json[0]["success"] is True
    assert visit(f"/blasts/logs/{log}/export?format=json", "ada").json[0]["error"] is None


def test_more_than_one_slice_comes_whole_and_in_order(app, visit):
    with app.app_context():
        add_members(2500)
    send_blast(visit, message_body="Hello")
    log = release_blasts(app)
    results = visit(f"/blasts/logs/{log}/export?format=json", "ada").json
    assert [result["name"] for result in results] == [f"Person {n:06}" for n in range(2500)]


def test_it_is_for_admins_and_leaves_a_trace(app, visit, log):
    assert visit(f"/blasts/logs/{log}/export", "sol").status_code == 403
    assert "Download CSV" not in visit(f"/blasts/logs/{log}", "sol").words
    assert "Download CSV" in visit(f"/blasts/logs/{log}", "ada").words
    visit(f"/blasts/logs/{log}/export", "ada")
    with app.app_context():
        act = db.session.scalar(db.select(AuditEvent).where(AuditEvent.verb == "blast.exported"))
    assert (act.who, act.about) == ("ada", f"blast {log}")
