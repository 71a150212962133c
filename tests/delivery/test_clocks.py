"""Clocks that stand, jump and lie, nights without power, slow ticks and late fingers, with the
real engine.
"""

import contextlib
import random
import sqlite3
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from app import scheduler
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_scheduling as scheduling
from app.delivery.engine_models import Lease
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    get_log,
    get_schedule,
    list_attempts,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members
from tests.stopwatch import Stopwatch

HOUR = timedelta(hours=1)


@contextlib.contextmanager
def clock_moved(by):
    """Set the wall clock to another time, from which it goes on.

    What is waited stays as long.
    """
    with time_machine.travel(now() + by, tick=True):
        yield


def epoch(app):
    """Return how often a process has acquired the lead."""
    with app.app_context():
        return db.session.scalar(db.select(Lease.epoch)) or 0


def move(app, scheduled_id, by):
    """Change the time of a scheduled blast by `by`."""
    with app.app_context(), write() as session:
        session.get_one(scheduling.ScheduledMessage, scheduled_id).scheduled_at += by


@pytest.fixture
def slow_app(make_app, twilio):
    """Two apps on a database of 120 people, of which one leads; at 40 a second a blast lasts two
    seconds.
    """
    apps = [make_app(**twilio_settings(twilio, send_rate=40.0)) for _ in range(2)]
    with apps[0].app_context():
        add_members(120)
    return apps


@pytest.fixture
def running_blast_id(slow_app, background, twilio):
    """Start a blast and wait until it is leaving; return its id."""
    for app in slow_app:
        background(app)
    wait_until(lambda: epoch(slow_app[0]), "somebody to lead")
    blast_id = start_blast(slow_app[0])
    twilio.wait_for(15)
    return blast_id


class TestPowerBack:
    def test_after_35_minutes_a_blast_is_sent_late(self, sending_app, background, twilio):
        """S6: due 08:05, up again at 08:40."""
        add_phones(sending_app, ZOE)
        blast_id = start_blast(sending_app, in_seconds=-35 * 60)
        background(sending_app)
        wait_until_ended(sending_app, blast_id)
        assert [request.to for request in twilio.requests] == [ZOE]

    def test_after_three_hours_it_is_not_sent_and_says_how_late_it_was(
        self, sending_app, background, twilio
    ):
        """S6: due 08:05, up again at 11:15.

        Its page offers three ways on: tests/blasts/test_times.py.
        """
        add_phones(sending_app, ZOE)
        blast_id = start_blast(sending_app, in_seconds=-190 * 60)
        background(sending_app)
        wait_until(
            lambda: get_schedule(sending_app, blast_id).status == "expired",
            "the blast to be given up",
        )
        assert (
            "It is now 3 hours 10 minutes late" in get_schedule(sending_app, blast_id).error_message
        )
        assert twilio.requests == []


class TestSetBack:
    def test_a_blast_is_still_on_time(self, sending_app, background, twilio):
        """S7: back 1 h while idle. The engine keeps its own time between looks."""
        add_phones(sending_app, ZOE)
        background(sending_app)
        wait_until(lambda: epoch(sending_app), "somebody to lead")
        with clock_moved(-HOUR):
            stopwatch = Stopwatch()
            blast_id = start_blast(sending_app, in_seconds=1)
            wait_until_ended(sending_app, blast_id)
            late = (
                list_attempts(sending_app)[0].started_at
                - get_schedule(sending_app, blast_id).scheduled_at
            )
        assert timedelta(0) <= late < timedelta(seconds=2 + stopwatch.starved_seconds)

    def test_the_tick_goes_on_by_itself(self, sending_app, background, monkeypatch):
        """S7: within SILENT_SECONDS (30; here 1).

        APScheduler alone would wait for an hour.
        """
        assert scheduler.STALLED_TICK_SECONDS <= 30
        monkeypatch.setattr(scheduler, "STALLED_TICK_SECONDS", 1.0)
        counting = Counting(sending_app, lambda: True)
        counting.start()
        try:
            wait_until(lambda: counting.ticks, "the first tick")
            with clock_moved(-HOUR):
                before = counting.ticks
                wait_until(lambda: counting.ticks > before + 2, "more ticks", 10)
        finally:
            counting.stop()

    def test_in_mid_blast_nobody_loses_the_lead_and_nobody_is_texted_twice(
        self, slow_app, running_blast_id, twilio
    ):
        """S7: back 1 h during a blast."""
        with clock_moved(-HOUR):
            wait_until_ended(slow_app[0], running_blast_id)
        assert epoch(slow_app[0]) == 1
        assert Counter(Counter(request.to for request in twilio.requests).values()) == {1: 120}
        assert_everybody_accounted_for(slow_app[0], twilio)

    def test_who_was_to_wait_a_minute_by_the_old_clock_does_not_wait_for_hours(
        self, sending_app, background, twilio
    ):
        """S7: a text that the carrier had put off; nobody is put off for more than an hour."""
        add_phones(sending_app, ZOE, LEO)
        start_blast(sending_app)
        with sending_app.app_context():
            scheduler.release_due_blasts()
            with write() as session:
                put_off = db.text("UPDATE messages SET not_before = :at WHERE phone = :phone")
                session.execute(
                    put_off,
                    {"at": f"{now() + 2 * HOUR:%Y-%m-%d %H:%M:%S.%f}", "phone": ZOE},
                )
                session.execute(
                    put_off,
                    {"at": f"{now() + HOUR / 2:%Y-%m-%d %H:%M:%S.%f}", "phone": LEO},
                )
        background(sending_app)
        twilio.wait_for(1)
        assert [request.to for request in twilio.requests] == [ZOE]
        assert {row.phone: row.status.value for row in list_messages(sending_app)}[LEO] == "queued"


def test_a_clock_set_forward_takes_no_lead_and_what_is_due_by_it_is_not_sent(
    slow_app, running_blast_id, twilio
):
    """S8: forward 3 h."""
    app = slow_app[0]
    this_noon = start_blast(app, "At noon", in_seconds=45 * 60)
    with clock_moved(3 * HOUR):
        wait_until_ended(app, running_blast_id)
        wait_until(
            lambda: get_schedule(app, this_noon).status == "expired",
            "the blast to be given up",
        )
    assert "It is now 2 hours 15 minutes late" in get_schedule(app, this_noon).error_message
    assert epoch(app) == 1
    assert Counter(Counter(request.to for request in twilio.requests).values()) == {1: 120}
    assert_everybody_accounted_for(app, twilio)


def children(pid):
    """Return the pids of the children of a process."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "--preload"])
def test_of_two_workers_one_leads(make_settings, make_app, twilio, visit, more):
    """S9: each has an engine and a tick; one engine leads, rows decide the rest. /ready names
    its process.
    """
    database = make_settings().database_path
    sending_app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    with sending_app.app_context():
        add_members(100)
    environment = {name.upper(): str(value) for name, value in twilio_settings(twilio).items()}
    with GunicornServer(
        database, **environment, WEB_CONCURRENCY="2", GUNICORN_CMD_ARGS=more
    ) as server:
        wait_until(lambda: visit("/ready").status_code == 200, "the engine to lead")
        assert str(visit("/ready").json["leader_pid"]) in children(server.process.pid)
        blast_ids = [start_blast(sending_app, f"Text {number}") for number in range(3)]
        for blast_id in blast_ids:
            wait_until_ended(sending_app, blast_id, 30)
        assert server.said.count("leading, epoch") == 1
    texts = Counter((request.to, request.body) for request in twilio.requests)
    assert Counter(texts.values()) == {1: 300}
    assert epoch(sending_app) == 1
    assert_everybody_accounted_for(sending_app, twilio)


class Counting(scheduler.BackgroundJobs):
    """Counts its ticks, and how many ran at once."""

    ticks = at_once = most_at_once = 0

    def _run_tick(self):
        self.ticks += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            super()._run_tick()
        finally:
            self.at_once -= 1


def test_a_tick_that_takes_long_is_waited_for_and_the_next_one_comes(sending_app, caplog):
    """S10: it waits for somebody else's transaction, three times as long as from one tick to
    the next.
    """
    add_phones(sending_app, ZOE)
    blast_id = start_blast(sending_app)
    with contextlib.closing(
        sqlite3.connect(sending_app.extensions["settings"].database_path, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        counting = Counting(sending_app, lambda: True)
        counting.engine.stop()
        counting.engine.may_release = lambda: True  # as if it led
        counting.start()
        try:
            wait_until(lambda: counting.ticks, "the first tick")
            time.sleep(3 * scheduler.TICK_SECONDS)
            assert (counting.ticks, counting.most_at_once) == (1, 1)
            other.execute("ROLLBACK")
            wait_until(lambda: counting.ticks > 2, "more ticks", 5)
        finally:
            counting.stop()
    assert counting.most_at_once == 1
    assert get_log(sending_app, blast_id) is not None
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


TIMES = 100


def test_who_cancels_in_the_last_second_gets_all_of_it_or_nothing(sending_app, background, twilio):
    """S12: 100 blasts, each cancelled somewhere between a second before it is due and a moment
    after.
    """
    chance = random.Random(12)
    add_phones(sending_app, ZOE)
    background(sending_app)
    wait_until(lambda: epoch(sending_app), "somebody to lead")
    start = now() + timedelta(seconds=2)
    due = [chance.uniform(0, 3) for _ in range(TIMES)]
    blast_id = [
        start_blast(sending_app, f"Text {n}", in_seconds=(start - now()).total_seconds() + due[n])
        for n in range(TIMES)
    ]
    last = [
        chance.choice((-1.0, -0.15, -0.05, 0.0, 0.05, 0.8)) + chance.uniform(-0.1, 0.1)
        for _ in range(TIMES)
    ]
    cancelled = set()
    for n in sorted(range(TIMES), key=lambda n: due[n] + last[n]):
        threading.Event().wait(max(0.0, (start - now()).total_seconds() + due[n] + last[n]))
        with sending_app.app_context(), write():
            cancelled |= {n} if scheduling.cancel_scheduled_blast(blast_id[n]) else set()
    for n in set(range(TIMES)) - cancelled:
        wait_until_ended(sending_app, blast_id[n])
    texted = Counter(int(request.body.split()[1]) for request in twilio.requests)
    assert texted == dict.fromkeys(set(range(TIMES)) - cancelled, 1)
    for n in range(TIMES):
        assert (get_schedule(sending_app, blast_id[n]).status == "cancelled") is (n in cancelled)
        assert (get_log(sending_app, blast_id[n]) is None) is (n in cancelled)
    assert TIMES // 5 <= len(cancelled) < TIMES, "some were in time"
    assert_everybody_accounted_for(sending_app, twilio)
