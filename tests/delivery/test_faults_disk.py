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
from tests.delivery.town import (
    attempts,
    blast,
    ended,
    everybody_is_accounted_for,
    log_of,
    rows,
    statuses,
    tally,
    twilio_settings,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members, make_phone
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
def town(make_app, twilio):
    """200 people, a hundred texts a second, eight requests at once."""
    app = make_app(**twilio_settings(twilio, send_rate=100.0, send_concurrency=8))
    with app.app_context():
        add_members(PEOPLE)
    return app


@pytest.fixture
def disk(town):
    """The disk that the town's database lies on."""
    return Disk(town)


@pytest.mark.parametrize("stuffed", [False, True])
def test_f31_a_disk_that_fills_up_in_mid_blast_stops_it_and_room_lets_it_go_on(
    town, twilio, background, disk, caplog, stuffed
):
    """F31: whoever could not be armed gets no request; pages can be read; with room everybody
    gets their text.
    """
    background(town)
    wanted = blast(town)
    twilio.wait_for(20)
    disk.stuffed = stuffed
    disk.full = True
    wait_until(lambda: "database or disk is full" in caplog.text, "the disk to be full")
    wait_until(lambda: len(attempts(town)) == len(twilio.requests), "the wire to be empty")
    stood_at = len(twilio.requests)
    log = log_of(town, wanted)
    with pytest.raises(AssertionError):
        twilio.wait_for(stood_at + 1, 0.5)
    assert stood_at < PEOPLE
    see = Visitor(town)
    for page in ("/", f"/blasts/logs/{log.id}", "/community"):
        shown = see(page, "ada")
        assert shown.status_code == 200
        assert "The disk is full. Texts wait" in shown.text
    refused = see("/community/add", "ada", name="Zoë", phone="+13032005555")
    if stuffed:  # else the last page of the file has room for one member
        assert refused.status_code == 503
        assert "Nothing was saved" in refused.text
    everybody_is_accounted_for(town, twilio)
    disk.full = False
    ended(town, wanted)
    assert statuses(town, log.id) == {"accepted": PEOPLE}
    assert len(twilio.requests) == PEOPLE
    assert "The disk is full" not in see("/", "ada").text
    everybody_is_accounted_for(town, twilio)


def test_f32_answers_that_cannot_be_stored_wait_for_room(town, twilio, background, disk, caplog):
    """F32: the carrier said 201 and the disk is full: nobody is asked again, and with room the
    answer is stored.
    """
    phone = make_phone(150)
    twilio.answer(to=phone, delay=0.4)
    background(town)
    wanted = blast(town)
    wait_until(lambda: twilio.sent_to(phone), "their request")
    disk.stuffed = disk.full = True
    wait_until(lambda: "results wait" in caplog.text, "an answer that cannot be stored")
    time.sleep(0.6)  # not for luck: their answer is in as well by now
    assert {row.status.value for row in rows(town) if row.phone == phone} == {"submitting"}
    disk.full = False
    log = ended(town, wanted)
    assert statuses(town, log.id) == {"accepted": PEOPLE}
    assert len(twilio.requests) == PEOPLE
    everybody_is_accounted_for(town, twilio)


def test_f32_answers_that_are_lost_with_the_process_leave_doubt_that_receipts_end(
    town, twilio, background, disk, caplog
):
    """F32: full until the process ended; the next one asks nobody again, and the receipts bring
    the names.
    """
    twilio.answer(delay=0.1)
    running = background(town)
    wanted = blast(town)
    twilio.wait_for(40)
    disk.stuffed = disk.full = True
    wait_until(lambda: "results wait" in caplog.text, "an answer that cannot be stored")
    running.stop()
    lost = {row.phone for row in rows(town) if row.status == "submitting"}
    never_left = lost - {
        each.to for each in twilio.requests
    }  # armed, but not asked for when the process ended
    assert lost
    disk.full = False
    background(town)
    log = ended(town, wanted)
    assert statuses(town, log.id) == {
        "accepted": PEOPLE - len(lost),
        "unknown": len(lost),
    }
    assert len(twilio.requests) == PEOPLE - len(never_left)
    assert set(twilio.send_callbacks(town, ("delivered",))) == {204}
    assert {row.phone for row in rows(town, log.id) if row.status != "delivered"} == never_left
    everybody_is_accounted_for(town, twilio)


def test_f33_a_writer_that_holds_on_is_waited_for_and_everybody_else_is_told_to_try_again(
    make_app, twilio, background, monkeypatch
):
    """F33: another process keeps the database. (We wait one second here instead of ten.)"""
    monkeypatch.setattr(kit, "LOCK_WAIT_SECONDS", 1)
    town = make_app(**twilio_settings(twilio, send_rate=100.0))
    with town.app_context():
        add_members(PEOPLE)
    see = Visitor(town)
    see.token("ada")
    background(town)
    wanted = blast(town)
    twilio.wait_for(20)
    with _another_writer(town):
        started = time.monotonic()
        assert set(twilio.send_callbacks(town, ("delivered",), to=twilio.requests[0].to)) == {503}
        busy = see("/community/add", "ada", name="Ada", phone="+13035550199")
        assert (busy.status_code, "Busy, try again" in busy.words) == (503, True)
        assert see("/", "ada").status_code == 200
        assert time.monotonic() - started < 5
        wait_until(lambda: len(attempts(town)) == len(twilio.requests), "the wire to be empty")
        stood_at = len(twilio.requests)
        with pytest.raises(AssertionError):
            twilio.wait_for(stood_at + 1, 1.5)
    log = ended(town, wanted)
    assert tally(town, log.id).accepted == PEOPLE
    assert len(twilio.requests) == PEOPLE
    assert set(twilio.send_callbacks(town, ("delivered",))) == {204}
    assert statuses(town, log.id) == {"delivered": PEOPLE}
    everybody_is_accounted_for(town, twilio)


@contextlib.contextmanager
def _another_writer(app):
    """A process that has begun to write and does not end."""
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
    assert got.wait(20)
    try:
        yield
    finally:
        over.set()
        holding.join()
