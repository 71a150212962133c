"""The demo: a year of a made-up organisation, opened with one press and erased with one more."""

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from app import create_app
from app.core.clock import now, pretend_moment
from app.core.db import db, write
from app.core.settings import Settings
from app.dbdoctor.consistency_checks import CONSISTENCY_CHECKS
from app.delivery.carriers.sandbox_models import SandboxMessage
from app.delivery.models import Message, MessageLog
from app.demo_year import year
from app.demo_year.blast_texts import Mood, load_blasts
from app.demo_year.loading import load_demo_year
from app.inbox.models import Thread
from app.organisation.queries import get_organisation
from app.setup import actions
from app.suppression.models import SuppressedContact
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.app_cache import cache_compiled_parts
from tests.visit import Visitor

TWILIO = {
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": "a-token",
    "twilio_from_number": "+13035550100",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory, empty_database):
    """Settings for one database of this module."""
    folder = tmp_path_factory.mktemp("demo")

    def build(name="demo", **more):
        if not (folder / f"{name}.db").exists():
            shutil.copy(empty_database, folder / f"{name}.db")
        return Settings(
            secret_key="a-key-for-tests-0123456789",
            app_env="test",
            database_url=f"sqlite:///{folder}/{name}.db",
            public_base_url="http://sms.example.org",
            log_format="text",
            **more,
        )

    return build


@pytest.fixture(scope="module")
def start(settings):
    """Start a worker; return the app and the path of the setup page that it would print."""

    def one_worker(name="demo", **more):
        actions.prepare_database(settings(name, **more))
        app = cache_compiled_parts(create_app(settings(name, **more)))
        address = actions.create_admin_or_setup_url(app)
        return app, (address or "").removeprefix("http://sms.example.org")

    return one_worker


# The whole year takes 10 s of a processor; most of it are blasts and answers like the others.
@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.torture)])
def demo(start, request):
    """An app in which Ada has pressed "Look around in the demo", and her browser.

    With each fourth blast of the year, which fewer people answer, or with all.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "some":
            patch.setattr(year, "load_blasts", lambda: load_blasts()[::-4][::-1])
            patch.setattr(year, "REPLY_SHARES", dict.fromkeys(Mood, 0.05))
        app, visit = open_demo(*start(request.param))
    return app, visit


def open_demo(app, address):
    """Press "Look around in the demo"; return the app and the browser."""
    visit = Visitor(app)
    page = visit(address, "")
    form = next(form for form in page.forms if form["attrs"]["action"].startswith("/setup/demo"))
    pressed = visit(form["attrs"]["action"], "", csrf_token=page.fields().get("csrf_token", ""))
    assert (pressed.status_code, pressed.location) == (303, "/")
    return app, visit


def count(app, statement):
    """Return the one number that a statement selects."""
    with app.app_context():
        return db.session.scalar(statement)


def test_one_press_opens_the_demo_signed_in(demo):
    _, visit = demo
    page = visit("/")
    assert page.status_code == 200
    assert re.search("Good (morning|afternoon|evening), Grace", page.words)
    assert "Riverside Community Church" in page.words


def test_the_demo_has_groups_and_a_blast_to_one(demo):
    _, visit = demo
    words = visit("/groups").words
    for name in ("Choir", "Pantry volunteers", "Church council"):
        assert name in words
    assert "Choir folders" in visit("/groups/1").words
    words = visit("/segments").words
    assert "In Choir or Pantry volunteers, not texted in the last 7 days" in words
    assert "Joined in the last 90 days" in words
    assert "Group: Choir" in visit("/blasts/logs?search=folders").words


def test_the_year_has_blasts_with_results_replies_and_doubts(demo, request):
    app, visit = demo
    # Of 10,000 texts in the whole year.
    part = 1 if "all" in request.node.callspec.id else 5
    with app.app_context():
        statuses = dict(
            db.session.execute(select(Message.status, func.count()).group_by(Message.status)).all()
        )
        logs = dict(
            db.session.execute(
                select(MessageLog.status, func.count()).group_by(MessageLog.status)
            ).all()
        )
    assert statuses["delivered"] > 8000 / part
    assert statuses["received"] > 700 / part
    assert statuses["undelivered"] > 50 / part
    assert statuses["skipped"] > 100 / part
    assert statuses["unknown"] == 2
    assert logs["sent"] > 50 / part
    assert logs["paused"] == 1
    for path in ("/inbox", "/blasts/logs", "/blasts/scheduled", "/events", "/surveys", "/audit"):
        assert visit(path).status_code == 200


def test_its_audit_names_who_did_what_with_which_thing(demo):
    _, visit = demo
    words = visit("/audit").words
    assert "Grace Okafor signed in" in words
    assert "Sam Rivera added the survey “Who comes to the soup supper”" in words
    assert "Sam Rivera added the event “Soup supper”" in words
    assert "(deleted)" not in words
    assert "added a person" not in words


def test_nothing_of_it_contradicts_itself(demo):
    app, _ = demo
    with app.app_context():
        connection = db.session.connection().connection.driver_connection
        said = {check.name: check.find_violations(connection) for check in CONSISTENCY_CHECKS}
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    # The made-up church has one admin, which is advised against and no contradiction.
    assert [name for name, finding in said.items() if finding] == ["single-admin"]
    assert broken == []


def test_nothing_of_the_past_waits_to_be_sent_but_the_paused_blast(demo):
    app, _ = demo
    queued = select(func.count()).where(Message.status == "queued")
    assert count(app, queued.where(Message.message_log_id.is_(None))) == 0
    paused = select(MessageLog.id).where(MessageLog.status == "paused")
    assert count(app, queued) == count(app, queued.where(Message.message_log_id.in_(paused)))


def test_no_one_with_an_invalid_number_replies(demo):
    """They got no text, and could not be answered."""
    app, _ = demo
    with app.app_context():
        invalid = set(db.session.scalars(select(SuppressedContact.phone)))
        waiting = db.session.scalars(select(Thread.phone).where(Thread.needs_reply))
        assert invalid.isdisjoint(waiting)


def test_people_write_for_a_quarter_of_an_hour_and_no_longer(demo):
    app, _ = demo
    last = count(app, select(func.max(SandboxMessage.next_at)))
    waiting = count(app, select(func.count()).where(SandboxMessage.next_at.is_not(None)))
    assert waiting == 12
    assert last < now() + timedelta(minutes=16)
    with app.app_context():
        writers = db.session.scalars(
            select(SandboxMessage.phone).where(SandboxMessage.next_at.is_not(None))
        ).all()
        assert {find_suppression_reason(phone) for phone in writers} == {None}


def test_the_start_prints_a_link_that_signs_in_with_one_press_and_once(demo):
    app, _ = demo
    assert actions.create_admin_or_setup_url(app) is None
    address = actions.create_demo_url(app).removeprefix("http://sms.example.org")
    visit = Visitor(app)
    assert visit.browser("").head(address).status_code == 200  # as a link preview does
    page = visit(address)
    assert "Look around in the demo" in page.text
    assert visit("/").status_code == 302
    assert visit(page.forms[-1]["attrs"]["action"], **page.fields()).location == "/"
    csrf_token = visit("/").fields()["csrf_token"]
    assert Visitor(app)(address).status_code == 403
    assert visit(address, csrf_token=csrf_token).status_code == 403
    assert Visitor(app)("/demo?token=guess").status_code == 403


def test_the_link_of_an_old_log_opens_nothing(demo):
    app, _ = demo
    address = actions.create_demo_url(app).removeprefix("http://sms.example.org")
    with app.app_context(), write() as session:
        old = now() - timedelta(days=1, minutes=1)
        session.execute(
            text("UPDATE setup_tokens SET created_at = :at"), {"at": f"{old:%Y-%m-%d %H:%M:%S.%f}"}
        )
    visit = Visitor(app)
    assert visit(address).status_code == 403
    csrf_token = visit("/login").fields()["csrf_token"]
    assert visit(address, csrf_token=csrf_token).status_code == 403


def test_there_is_no_demo_where_there_is_somebody(start):
    app, address = start("mine")
    ada = {
        "username": "Ada",
        "password": "seven green bottles hang",
        "organisation": "Riverside",
        "timezone": "America/Denver",
        "region": "US",
    }
    token = address.split("=")[1]
    visit = Visitor(app)
    visit(address, "", **ada)
    assert Visitor(app).post(f"/setup/demo?token={token}").status_code == 404
    csrf_token = visit("/settings").fields()["csrf_token"]
    assert visit("/demo/start-over", csrf_token=csrf_token).status_code == 404
    assert actions.create_demo_url(app) is None
    assert visit("/demo?token=guess").status_code == 404


def test_real_texts_and_a_demo_never_meet(start):
    app, address = start("real", **TWILIO)
    visit = Visitor(app)
    assert "Look around in the demo" not in visit(address, "").words
    token = address.split("=")[1]
    assert visit.post(f"/setup/demo?token={token}").status_code == 404


@pytest.mark.torture
def test_the_same_moment_makes_the_same_year(start):
    # Two more years take 4 s.
    moment = datetime(2026, 5, 6, 18, 0, tzinfo=UTC)
    seen = []
    for name in ("first", "second"):
        app, _ = start(name)
        with app.app_context(), pretend_moment(moment), write():
            load_demo_year(moment)
        with app.app_context():
            rows = db.session.execute(
                text("SELECT phone, body, status, created_at FROM messages ORDER BY id")
            ).all()
        seen.append(rows)
    assert seen[0] == seen[1]


def test_a_demo_that_cannot_be_erased_stays_as_it_is_and_signed_in(demo):
    """The token of the new setup cannot be stored: nothing is erased either."""
    app, visit = demo
    csrf_token = visit("/").fields()["csrf_token"]
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON setup_tokens BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    with app.app_context(), write() as session:
        session.execute(text(refuse))
    assert visit("/demo/start-over", csrf_token=csrf_token).status_code == 500
    with app.app_context(), write() as session:
        session.execute(text("DROP TRIGGER refuse"))
    assert count(app, select(func.count(Message.id))) > 1600
    assert visit("/").status_code == 200


def test_a_demo_from_which_real_texts_were_sent_is_never_erased(demo):
    app, visit = demo
    csrf_token = visit("/").fields()["csrf_token"]
    with app.app_context(), write() as session:
        row = {"kind": "reply", "status": "sent", "body": "Hello", "carrier": "twilio"}
        session.add(real := Message(phone="+13035550142", **row))
    page = visit("/demo/start-over", csrf_token=csrf_token, follow=True)
    assert "nothing was erased" in page.words
    assert count(app, select(func.count(Message.id))) > 1600
    with app.app_context(), write() as session:
        session.delete(session.get(Message, real.id))


def test_starting_over_erases_everything_and_leads_to_the_setup(demo):
    app, visit = demo
    page = visit("/")
    begun = visit("/demo/start-over", "", csrf_token=page.fields().get("csrf_token", ""))
    assert begun.status_code == 303
    assert begun.location.startswith("/setup?token=")
    with app.app_context():
        assert not get_organisation().is_demo
        for table in ("messages", "users", "audit_events", "consent_events", "sessions"):
            assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    assert Visitor(app)(begun.location).status_code == 200
