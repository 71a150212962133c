"""A database that cannot be written: a full disk, another writer that holds on.

Nobody is lost, nobody texted twice.
"""

import contextlib
import sqlite3
import threading
import time

import pytest
from sqlalchemy import event

from app.core import db as kit
from app.core.db import db
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_tally,
    list_attempts,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members, make_phone
from tests.stopwatch import Stopwatch
from tests.visit import Visitor

PEOPLE = 200
NO_LIMIT = 2**30
PUBLIC = "http://sms.example.org"


class Disk:
    """The disk under an app's database.

    `full`: no page more. `stuffed`: not even room in the pages there are.
    """

    def __init__(self, app):
        self.full = self.stuffed = False
        with app.app_context():
            engine = db.engine
        with sqlite3.connect(app.extensions["settings"].database_path) as connection:
            connection.execute("CREATE TABLE ballast (weight BLOB)")
        connection.close()
        event.listen(engine, "begin", self._limit)

    def _limit(self, connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if self.full else NO_LIMIT}")
        if self.full and self.stuffed and connection.get_execution_options().get("write"):
            connection.exec_driver_sql(
                "INSERT INTO ballast VALUES (zeroblob(1000000))"
            )  # "disk is full", in earnest


@pytest.fixture
def sending_app(make_app, twilio):
    """Make an app: 200 people, 100 texts a second, eight requests at once."""
    app = make_app(**twilio_settings(twilio, send_rate=100.0, send_concurrency=8))
    with app.app_context():
        add_members(PEOPLE)
    return app


@pytest.fixture
def disk(sending_app):
    """Give control of the disk that the app's database lies on."""
    return Disk(sending_app)


@pytest.mark.parametrize("stuffed", [False, True])
def test_a_disk_that_fills_up_in_mid_blast_stops_it_and_room_lets_it_go_on(
    sending_app, twilio, background, disk, caplog, stuffed
):
    """F31: whoever could not be armed gets no request; pages can be read; with room everybody
    gets their text.
    """
    background(sending_app)
    with twilio.responses_held(after=20):
        blast_id = start_blast(sending_app)
        twilio.wait_for(20)
        disk.stuffed = stuffed
        disk.full = True
    wait_until(lambda: "database or disk is full" in caplog.text, "the disk to be full")
    wait_until(
        lambda: len(list_attempts(sending_app)) == len(twilio.requests), "the wire to be empty"
    )
    stood_at = len(twilio.requests)
    log = get_log(sending_app, blast_id)
    with pytest.raises(AssertionError):
        twilio.wait_for(stood_at + 1, 0.5)
    assert stood_at < PEOPLE
    see = Visitor(sending_app)
    for page in ("/", f"/blasts/logs/{log.id}", "/community"):
        text = see(page, "ada")
        assert text.status_code == 200
        assert "The disk is full. Texts wait" in text.text
    refused = see("/community/add", "ada", name="Zoë", phone="+13032005555")
    if stuffed:  # else the last page of the file has room for one member
        assert refused.status_code == 503
        assert "Nothing was saved" in refused.text
    assert_everybody_accounted_for(sending_app, twilio)
    disk.full = False
    wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE}
    assert len(twilio.requests) == PEOPLE
    assert "The disk is full" not in see("/", "ada").text
    assert_everybody_accounted_for(sending_app, twilio)


def test_answers_that_cannot_be_stored_wait_for_room(sending_app, twilio, background, disk, caplog):
    """F32: the carrier said 201 and the disk is full: nobody is asked again, and with room the
    answer is stored.
    """
    phone = make_phone(150)
    background(sending_app)
    with twilio.responses_held(to=phone):
        blast_id = start_blast(sending_app)
        wait_until(lambda: twilio.sent_to(phone), "their request")
        disk.stuffed = disk.full = True
    wait_until(lambda: "results wait" in caplog.text, "an answer that cannot be stored")
    time.sleep(0.6)  # not for luck: their answer is in as well by now
    assert {row.status.value for row in list_messages(sending_app) if row.phone == phone} == {
        "submitting"
    }
    disk.full = False
    log = wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE}
    assert len(twilio.requests) == PEOPLE
    assert_everybody_accounted_for(sending_app, twilio)


def test_answers_that_are_lost_with_the_process_leave_doubt_that_receipts_end(
    sending_app, twilio, background, disk, caplog
):
    """F32: full until the process ended; the next one asks nobody again, and the receipts bring
    the names.
    """
    running = background(sending_app)
    with twilio.responses_held(after=40):
        blast_id = start_blast(sending_app)
        twilio.wait_for(40)
        disk.stuffed = disk.full = True
    wait_until(lambda: "results wait" in caplog.text, "an answer that cannot be stored")
    running.stop()
    lost = {row.phone for row in list_messages(sending_app) if row.status == "submitting"}
    never_left = lost - {
        request.to for request in twilio.requests
    }  # armed, but not asked for when the process ended
    assert lost
    disk.full = False
    background(sending_app)
    log = wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {
        "accepted": PEOPLE - len(lost),
        "unknown": len(lost),
    }
    assert len(twilio.requests) == PEOPLE - len(never_left)
    assert set(twilio.send_callbacks(sending_app, ("delivered",))) == {204}
    assert {
        row.phone for row in list_messages(sending_app, log.id) if row.status != "delivered"
    } == never_left
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_writer_that_holds_on_is_waited_for_and_everybody_else_is_told_to_try_again(
    make_app, twilio, background, monkeypatch
):
    """F33: another process keeps the database. (We wait one second here instead of ten.)"""
    sending_app = make_app(**twilio_settings(twilio, send_rate=100.0))
    with sending_app.app_context():
        add_members(PEOPLE)
    see = Visitor(sending_app)
    see.token("ada")
    background(sending_app)
    with twilio.responses_held(after=20):
        blast_id = start_blast(sending_app)
        twilio.wait_for(20)
    monkeypatch.setattr(kit, "LOCK_WAIT_SECONDS", 1)
    with _another_writer(sending_app):
        stopwatch = Stopwatch()
        assert set(
            twilio.send_callbacks(sending_app, ("delivered",), to=twilio.requests[0].to)
        ) == {503}
        busy = see("/community/add", "ada", name="Ada", phone="+13032005555")
        assert (busy.status_code, "Busy, try again" in busy.words) == (503, True)
        assert see("/", "ada").status_code == 200
        assert stopwatch.seconds < 5
        wait_until(
            lambda: len(list_attempts(sending_app)) == len(twilio.requests), "the wire to be empty"
        )
        stood_at = len(twilio.requests)
        with pytest.raises(AssertionError):
            twilio.wait_for(stood_at + 1, 1.5)
    log = wait_until_ended(sending_app, blast_id)
    assert get_tally(sending_app, log.id).accepted == PEOPLE
    assert len(twilio.requests) == PEOPLE
    assert set(twilio.send_callbacks(sending_app, ("delivered",))) == {204}
    assert count_statuses(sending_app, log.id) == {"delivered": PEOPLE}
    assert_everybody_accounted_for(sending_app, twilio)


@contextlib.contextmanager
def _another_writer(app):
    """Hold the write lock like a process that does not end its transaction."""
    path = app.extensions["settings"].database_path
    got, over = threading.Event(), threading.Event()

    def hold():
        with contextlib.closing(
            sqlite3.connect(path, isolation_level=None, timeout=20)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            got.set()
            over.wait(60)

    holding = threading.Thread(target=hold)
    holding.start()
    assert got.wait(60)
    try:
        yield
    finally:
        over.set()
        holding.join()
