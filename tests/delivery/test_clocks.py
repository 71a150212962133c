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
from app.delivery.models import Lease
from tests.delivery.town import (
    attempts,
    blast,
    ended,
    everybody_is_accounted_for,
    log_of,
    people,
    rows,
    schedule,
    twilio_settings,
)
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members

HOUR = timedelta(hours=1)


@contextlib.contextmanager
def clock_moved(by):
    """From here on the computer's clock says another time, and goes on from there.

    What is waited stays as long.
    """
    with time_machine.travel(now() + by, tick=True):
        yield


def epoch(app):
    """How often somebody has taken the lead."""
    with app.app_context():
        return db.session.scalar(db.select(Lease.epoch)) or 0


def move(app, scheduled_id, by):
    """A scheduled blast as if it had been due at another time."""
    with app.app_context(), write() as session:
        session.get_one(scheduling.ScheduledMessage, scheduled_id).scheduled_at += by


@pytest.fixture
def slow_town(make_app, twilio):
    """A town of 120 with two engines, of which one leads; at 40 a second a blast lasts two
    seconds.
    """
    apps = [make_app(**twilio_settings(twilio, send_rate=40.0)) for _ in range(2)]
    with apps[0].app_context():
        add_members(120)
    return apps


@pytest.fixture
def in_mid_blast(slow_town, background, twilio):
    """The blast that is leaving right now."""
    for app in slow_town:
        background(app)
    wait_until(lambda: epoch(slow_town[0]), "somebody to lead")
    wanted = blast(slow_town[0])
    twilio.wait_for(15)
    return wanted


class TestPowerBack:
    def test_after_35_minutes_a_blast_is_sent_late(self, town, background, twilio):
        """S6: due 08:05, up again at 08:40."""
        people(town, ZOE)
        wanted = blast(town, in_seconds=-35 * 60)
        background(town)
        ended(town, wanted)
        assert [each.to for each in twilio.requests] == [ZOE]

    def test_after_three_hours_it_is_not_sent_and_says_how_late_it_was(
        self, town, background, twilio
    ):
        """S6: due 08:05, up again at 11:15.

        Its page offers three ways on: tests/blasts/test_times.py.
        """
        people(town, ZOE)
        wanted = blast(town, in_seconds=-190 * 60)
        background(town)
        wait_until(
            lambda: schedule(town, wanted).status == "expired",
            "the blast to be given up",
        )
        assert "it is 3 hours 10 minutes late now" in schedule(town, wanted).error_message
        assert twilio.requests == []


class TestSetBack:
    def test_a_blast_is_still_on_time(self, town, background, twilio):
        """S7: back 1 h while idle. The engine keeps its own time between looks."""
        people(town, ZOE)
        background(town)
        wait_until(lambda: epoch(town), "somebody to lead")
        with clock_moved(-HOUR):
            wanted = blast(town, in_seconds=1)
            ended(town, wanted)
            late = attempts(town)[0].started_at - schedule(town, wanted).scheduled_at
        assert timedelta(0) <= late < timedelta(seconds=2)

    def test_the_tick_goes_on_by_itself(self, town, background, monkeypatch):
        """S7: within SILENT_SECONDS (30; here 1).

        With no engine at all it is the tick alone that releases a blast.
        """
        assert scheduler.STALLED_TICK_SECONDS <= 30
        monkeypatch.setattr(scheduler, "STALLED_TICK_SECONDS", 1.0)
        people(town, ZOE)
        background(town).engine.stop()
        with clock_moved(-HOUR):
            wanted = blast(town)
            wait_until(lambda: log_of(town, wanted), "the tick to release it", 5)

    def test_in_mid_blast_nobody_loses_the_lead_and_nobody_is_texted_twice(
        self, slow_town, in_mid_blast, twilio
    ):
        """S7: back 1 h during a blast."""
        with clock_moved(-HOUR):
            ended(slow_town[0], in_mid_blast)
        assert epoch(slow_town[0]) == 1
        assert Counter(Counter(each.to for each in twilio.requests).values()) == {1: 120}
        everybody_is_accounted_for(slow_town[0], twilio)

    def test_who_was_to_wait_a_minute_by_the_old_clock_does_not_wait_for_hours(
        self, town, background, twilio
    ):
        """S7: a text that the carrier had put off; nobody is put off for more than an hour."""
        people(town, ZOE, LEO)
        blast(town)
        with town.app_context():
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
        background(town)
        twilio.wait_for(1)
        assert [each.to for each in twilio.requests] == [ZOE]
        assert {row.phone: row.status.value for row in rows(town)}[LEO] == "queued"


def test_a_clock_set_forward_takes_no_lead_and_what_is_due_by_it_is_not_sent(
    slow_town, in_mid_blast, twilio
):
    """S8: forward 3 h."""
    app = slow_town[0]
    this_noon = blast(app, "At noon", in_seconds=45 * 60)
    with clock_moved(3 * HOUR):
        ended(app, in_mid_blast)
        wait_until(
            lambda: schedule(app, this_noon).status == "expired",
            "the blast to be given up",
        )
    assert "it is 2 hours 15 minutes late now" in schedule(app, this_noon).error_message
    assert epoch(app) == 1
    assert Counter(Counter(each.to for each in twilio.requests).values()) == {1: 120}
    everybody_is_accounted_for(app, twilio)


def children(pid):
    """The processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "--preload"])
def test_of_two_workers_one_leads(make_settings, make_app, twilio, visit, more):
    """S9: each has an engine and a tick; one engine leads, rows decide the rest. /ready names
    its process.
    """
    database = make_settings().database_path
    town = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    with town.app_context():
        add_members(100)
    environment = {name.upper(): str(value) for name, value in twilio_settings(twilio).items()}
    with GunicornServer(database, **environment, WEB_CONCURRENCY="2", GUNICORN_CMD_ARGS=more) as server:
        wait_until(lambda: visit("/ready").status_code == 200, "the engine to lead")
        assert str(visit("/ready").json["leader_pid"]) in children(server.process.pid)
        blasts = [blast(town, f"Text {number}") for number in range(3)]
        for each in blasts:
            ended(town, each, 30)
        assert server.said.count("leading, epoch") == 1
    texts = Counter((each.to, each.body) for each in twilio.requests)
    assert Counter(texts.values()) == {1: 300}
    assert epoch(town) == 1
    everybody_is_accounted_for(town, twilio)


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


def test_a_tick_that_takes_long_is_waited_for_and_the_next_one_comes(town, caplog):
    """S10: it waits for somebody else's transaction, three times as long as from one tick to
    the next.
    """
    people(town, ZOE)
    wanted = blast(town)
    with contextlib.closing(
        sqlite3.connect(town.extensions["settings"].database_path, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        counting = Counting(town, lambda: True)
        counting.engine.stop()
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
    assert log_of(town, wanted) is not None
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


TIMES = 100


def test_who_cancels_in_the_last_second_gets_all_of_it_or_nothing(town, background, twilio):
    """S12: 100 blasts, each cancelled somewhere between a second before it is due and a moment
    after.
    """
    chance = random.Random(12)
    people(town, ZOE)
    background(town)
    wait_until(lambda: epoch(town), "somebody to lead")
    start = now() + timedelta(seconds=2)
    due = [chance.uniform(0, 3) for _ in range(TIMES)]
    wanted = [
        blast(town, f"Text {n}", in_seconds=(start - now()).total_seconds() + due[n])
        for n in range(TIMES)
    ]
    last = [
        chance.choice((-1.0, -0.15, -0.05, 0.0, 0.05)) + chance.uniform(-0.1, 0.1)
        for _ in range(TIMES)
    ]
    cancelled = set()
    for n in sorted(range(TIMES), key=lambda n: due[n] + last[n]):
        threading.Event().wait(max(0.0, (start - now()).total_seconds() + due[n] + last[n]))
        with town.app_context(), write():
            cancelled |= {n} if scheduling.cancel_scheduled_blast(wanted[n]) else set()
    for n in set(range(TIMES)) - cancelled:
        ended(town, wanted[n])
    texted = Counter(int(each.body.split()[1]) for each in twilio.requests)
    assert texted == dict.fromkeys(set(range(TIMES)) - cancelled, 1)
    for n in range(TIMES):
        assert (schedule(town, wanted[n]).status == "cancelled") is (n in cancelled)
        assert (log_of(town, wanted[n]) is None) is (n in cancelled)
    assert TIMES // 5 <= len(cancelled) < TIMES, "some were in time"
    everybody_is_accounted_for(town, twilio)
