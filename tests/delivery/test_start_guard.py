"""A database that was put back, copied or cloned texts nobody twice, whatever a person presses.

Real servers against the tests' Twilio; R2, R3 and R4 of the fault tests.
"""

import shutil
import sqlite3
from collections import Counter

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.dbdoctor.__main__ import main as run_doctor
from app.delivery.actions import blast_control, sending_hold
from app.delivery.models import MessageLog
from app.delivery.queries.installation import load_installation
from tests.delivery.helpers import (
    get_log,
    list_suppressed,
    serve_through_twilio,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members

pytestmark = pytest.mark.slow
PEOPLE = 60
RATE = "40"


@pytest.fixture
def sending_app(make_app, twilio):
    """The test's own eyes on the same database; it sends nothing itself."""
    return make_app(**twilio_settings(twilio, scheduler_enabled=False))


def served(database, twilio, **more):
    speed = {"SEND_RATE": RATE, "SEND_CONCURRENCY": "8"}
    return serve_through_twilio(database, twilio, **speed | more)


def get_hold(app):
    with app.app_context():
        return load_installation().hold_reason


def wait_until_held(app, reason):
    wait_until(lambda: get_hold(app) == reason, f"the hold {reason}", 15)


def reconcile(app):
    """Press Reconcile, and wait until it has ended."""
    with app.app_context(), write():
        assert sending_hold.request_reconcile(now())
    wait_until(lambda: get_hold(app) is None, "the end of Reconcile", 20)


def resume_everything(app):
    with app.app_context():
        ids = db.session.scalars(db.select(MessageLog.id).where(MessageLog.status == "paused"))
        for log_id in list(ids):
            with write():
                blast_control.resume_blast(log_id)


def assert_nobody_has_two(twilio, blast_count=1):
    """Everybody has each blast's text once: the texts of two blasts differ."""
    counts = Counter((request.to, request.body) for request in twilio.requests)
    assert {pair: times for pair, times in counts.items() if times > 1} == {}
    assert len(counts) == blast_count * PEOPLE


def copy_in_mid_blast(sending_app, database, twilio, tmp_path, monkeypatch):
    """Start a blast, copy the database in its middle, let it and a second blast end; return both
    ids and the copy.
    """
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    with sending_app.app_context():
        add_members(PEOPLE)
    with served(database, twilio):
        with twilio.responses_held(after=PEOPLE // 3):
            first = start_blast(sending_app, "Hello {first_name|friend}")
            second = start_blast(sending_app, "Choir at 7, {name|friend}!", in_seconds=4)
            twilio.wait_for(PEOPLE // 3)
            assert run_doctor(["--backup", str(tmp_path / "copy.db")]) == 0
        wait_until_ended(sending_app, first, 30)
        wait_until_ended(sending_app, second, 30)
    assert len(twilio.requests) == 2 * PEOPLE
    with sending_app.app_context():
        db.engine.dispose()
    return first, second, tmp_path / "copy.db"


def reconcile_and_resume(sending_app, twilio, first, second):
    """What a person does who reads the page: both blasts end, and nobody has a text twice."""
    reconcile(sending_app)
    resume_everything(sending_app)
    for blast_id in (first, second):
        assert wait_until_ended(sending_app, blast_id, 20).status == "sent"
    assert_nobody_has_two(twilio, blast_count=2)


@pytest.mark.parametrize("way", ["--restore", "a copied file"])
def test_a_database_put_back_in_mid_blast_doubles_nobody(
    way, sending_app, database, twilio, tmp_path, monkeypatch
):
    """R2, R3: 582 of 1,000 were texted twice, and all of a scheduled blast."""
    copied = copy_in_mid_blast(sending_app, database, twilio, tmp_path, monkeypatch)
    first, second, copy = copied
    # Somebody says STOP while the program is off, after the copy was made.
    phone = next(each.to for each in twilio.requests if each.to != each.sender)
    twilio.arrive(phone, "STOP", "+13035550100")
    if way == "--restore":
        run_doctor(["--restore", str(copy)])
        assert list(database.parent.glob("*.before-restore-*"))
    else:
        shutil.copy(copy, database)
    with served(database, twilio):
        wait_until_held(sending_app, "behind")
        # Pressed before reading: the engine pauses it again.
        resume_everything(sending_app)
        wait_until(lambda: get_log(sending_app, first).status == "paused", "the pause", 10)
        assert len(twilio.requests) == 2 * PEOPLE
        reconcile_and_resume(sending_app, twilio, first, second)
        assert phone in list_suppressed(sending_app)[1]


def test_a_snapshot_of_the_whole_machine_is_noticed_at_the_carrier(
    sending_app, database, twilio, tmp_path, monkeypatch
):
    """The file beside the database went back with it: only the carrier knows better."""
    first, second, copy = copy_in_mid_blast(sending_app, database, twilio, tmp_path, monkeypatch)
    shutil.copy(copy, database)
    database.with_name(f"{database.name}.installation").unlink()
    with served(database, twilio):
        wait_until_held(sending_app, "carrier")
        reconcile_and_resume(sending_app, twilio, first, second)


def test_a_copy_of_the_folder_that_runs_elsewhere_stays_silent(
    sending_app, database, twilio, tmp_path
):
    """R4: 391 of 600 and 600 of 600 were texted twice."""
    with sending_app.app_context():
        add_members(PEOPLE)
    clone = tmp_path / "clone" / database.name
    with served(database, twilio) as server:
        with twilio.responses_held(after=20):
            blast_id = start_blast(sending_app)
            twilio.wait_for(20)
            shutil.copytree(database.parent, clone.parent, ignore=shutil.ignore_patterns("clone"))
        with served(clone, twilio) as second:
            wait_until(lambda: "database is held (clone)" in second.said, "the hold", 15)
            wait_until_ended(sending_app, blast_id, 30)
        assert server.process.poll() is None
    assert_nobody_has_two(twilio)
    with sqlite3.connect(clone) as connection:
        assert connection.execute("SELECT hold_reason FROM installation").fetchall() == [("clone",)]


def test_a_move_to_another_folder_goes_on_when_a_person_says_that_the_first_is_gone(
    sending_app, database, twilio, tmp_path, make_app
):
    with sending_app.app_context():
        add_members(PEOPLE)
    with served(database, twilio):
        wait_until_ended(sending_app, start_blast(sending_app), 30)
    with sending_app.app_context():
        db.engine.dispose()
    clone = tmp_path / "clone" / database.name
    shutil.copytree(database.parent, clone.parent, ignore=shutil.ignore_patterns("clone"))
    settings = twilio_settings(twilio, scheduler_enabled=False, database_url=f"sqlite:///{clone}")
    clone_app = make_app(**settings)
    with served(clone, twilio):
        wait_until_held(clone_app, "clone")
        blast_id = start_blast(clone_app, "From the new machine")
        with clone_app.app_context(), write():
            assert sending_hold.take_over_installation()
        wait_until_ended(clone_app, blast_id, 30)
    assert_nobody_has_two(twilio, blast_count=2)


@pytest.mark.torture
@pytest.mark.parametrize("way", ["--restore", "a copied file"])
def test_a_thousand_people_and_nobody_twice(
    way, sending_app, database, twilio, tmp_path, monkeypatch
):
    """The size of R2 and R3: before there was a guard, 582 of 1,000 were texted twice."""
    monkeypatch.setattr("tests.delivery.test_start_guard.PEOPLE", 1000)
    monkeypatch.setattr("tests.delivery.test_start_guard.RATE", "150")
    test_a_database_put_back_in_mid_blast_doubles_nobody(
        way, sending_app, database, twilio, tmp_path, monkeypatch
    )


@pytest.mark.torture
def test_a_copy_beside_the_wal_of_another_state_texts_nobody(
    sending_app, database, twilio, tmp_path, monkeypatch
):
    """A mistake of whoever restores by hand: SQLite writes the old -wal into the copy."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    with sending_app.app_context():
        add_members(2500)
    server = served(database, twilio, SEND_RATE="250")
    with server:
        with twilio.responses_held(after=1000):
            start_blast(sending_app)
            twilio.wait_for(1000, 30)
            assert run_doctor(["--backup", str(tmp_path / "copy.db")]) == 0
        with twilio.responses_held(after=2000):
            twilio.wait_for(2000, 30)
            with sending_app.app_context():
                db.engine.dispose()
            server.kill()
        shutil.copy(tmp_path / "copy.db", database)
        assert database.with_name(f"{database.name}-wal").stat().st_size > 0
        server.start()
        wait_until(lambda: "the database is damaged" in server.said, "the full check", 30)
    assert set(Counter(request.to for request in twilio.requests).values()) == {1}


def test_a_kill_in_mid_blast_holds_nothing(sending_app, database, twilio):
    """Texts that were on the wire are explained by their attempts."""
    with sending_app.app_context():
        add_members(PEOPLE)
    server = served(database, twilio)
    with server:
        with twilio.responses_held(after=20):
            blast_id = start_blast(sending_app)
            twilio.wait_for(20)
            server.kill()
        server.start()
        wait_until_ended(sending_app, blast_id, 30)
        assert get_hold(sending_app) is None
    assert set(Counter(request.to for request in twilio.requests).values()) == {1}
