"""Real processes: gunicorn as people run it, against a Twilio behind a socket."""

import contextlib
import os
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from app.core.db import db
from app.delivery.engine_models import Lease
from tests.bench.processes import children_of
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_tally,
    list_attempts,
    serve_through_twilio,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members
from tests.stopwatch import Stopwatch

pytestmark = pytest.mark.slow
PEOPLE = 500


@pytest.fixture
def sending_app(make_app, twilio):
    """The test's own eyes on the same database; it sends nothing itself."""
    return make_app(**twilio_settings(twilio, scheduler_enabled=False))


def served(database, twilio, **more):
    return serve_through_twilio(database, twilio, **{"SEND_RATE": "1000"} | more)


def leader(app):
    """The lead's row, None before anybody led."""
    with app.app_context():
        return db.session.scalar(db.select(Lease))


def test_two_workers_and_everybody_gets_exactly_one(sending_app, database, twilio):
    with sending_app.app_context():
        add_members(PEOPLE)
    with served(database, twilio, WEB_CONCURRENCY="2") as server:
        wait_until(lambda: leader(sending_app), "somebody to lead")
        log = wait_until_ended(sending_app, start_blast(sending_app), 40)
        assert Counter(Counter(request.to for request in twilio.requests).values()) == {1: PEOPLE}
        assert set(twilio.send_callbacks(server.url, ("delivered",))) == {204}
        assert count_statuses(sending_app, log.id) == {"delivered": PEOPLE}
    assert_everybody_accounted_for(sending_app, twilio)


def test_with_the_scheduler_off_nothing_is_sent_until_another_process_does(
    sending_app, database, twilio
):
    with sending_app.app_context():
        add_members(5)
    with served(database, twilio, SCHEDULER_ENABLED="0"):
        blast_id = start_blast(sending_app)
        time.sleep(2.5)  # not for luck: the tick would have come twice by now
        assert twilio.requests == []
        assert get_log(sending_app, blast_id) is None
        with served(database, twilio):
            wait_until_ended(sending_app, blast_id)
    assert len(twilio.requests) == 5


def test_sigterm_in_mid_blast_settles_what_is_on_the_wire_and_the_next_start_goes_on(
    sending_app, database, twilio
):
    """F3: requests on the wire, rows armed behind them, and somebody whose page is slow in
    coming.
    """
    with sending_app.app_context():
        add_members(200)
    twilio.answer(delay=0.5)
    server = served(database, twilio, SEND_RATE="40", SEND_CONCURRENCY="8")
    with server:
        blast_id = start_blast(sending_app)
        twilio.wait_for(15)
        reader = _asks_slowly(server, 3.0)
        stopwatch = Stopwatch()
        assert server.stop(signal.SIGTERM) == 0
        assert stopwatch.seconds < 15
        reader.join(60)
        assert not reader.is_alive()
    log = get_log(sending_app, blast_id)
    numbers = get_tally(sending_app, log.id)
    assert (numbers.in_flight, numbers.unknown) == (0, 0)
    assert numbers.queued > 0
    assert numbers.accepted == len(twilio.requests)
    assert leader(sending_app).holder == ""
    twilio.answer()
    with served(database, twilio):
        wait_until_ended(sending_app, blast_id, 30)
    assert Counter(Counter(request.to for request in twilio.requests).values()) == {1: 200}
    assert_everybody_accounted_for(sending_app, twilio)


def test_when_the_leading_worker_is_killed_the_other_takes_over_at_once(
    sending_app, database, twilio
):
    """F15: two workers of one gunicorn; nobody is texted twice, and what was on the wire is in
    doubt.
    """
    with sending_app.app_context():
        add_members(80)
    twilio.answer(delay=0.1)
    with served(database, twilio, WEB_CONCURRENCY="2", SEND_RATE="40") as server:
        wait_until(lambda: leader(sending_app), "somebody to lead")
        with twilio.responses_held(after=20):
            blast_id = start_blast(sending_app)
            twilio.wait_for(20)
            before = leader(sending_app).epoch
            os.kill(_holder_of_lock(database), signal.SIGKILL)
        wait_until(lambda: leader(sending_app).epoch > before, "the other to take over", 5)
        log = wait_until_ended(sending_app, blast_id, 30)
        numbers = get_tally(sending_app, log.id)
        assert numbers.accepted + numbers.unknown == 80
        twilio.send_callbacks(server.url, ("delivered",))
    assert count_statuses(sending_app, log.id)["delivered"] == len(twilio.requests)
    assert_everybody_accounted_for(sending_app, twilio)


def test_two_servers_at_once_and_one_of_them_sends_until_it_is_killed(
    sending_app, database, twilio
):
    """F15: 500 people; exactly one leads, the other stands by and takes over within seconds of
    a kill -9.
    """
    with sending_app.app_context():
        add_members(PEOPLE)
    first, second = (
        served(database, twilio, SEND_RATE="250"),
        served(database, twilio, SEND_RATE="250"),
    )
    with first, second:
        wait_until(lambda: leader(sending_app), "somebody to lead")
        with twilio.responses_held(after=60):
            blast_id = start_blast(sending_app)
            twilio.wait_for(60)
            before, leading = leader(sending_app).epoch, _holder_of_lock(database)
            assert before == 1
            killed, other = (
                (first, second) if leading in children_of(first.process.pid) else (second, first)
            )
            assert "leading" not in other.said
            killed.kill()
        wait_until(lambda: leader(sending_app).epoch > before, "the other to take over", 5)
        assert _holder_of_lock(database) in children_of(other.process.pid)
        log = wait_until_ended(sending_app, blast_id, 40)
    assert (
        get_tally(sending_app, log.id).accepted + get_tally(sending_app, log.id).unknown == PEOPLE
    )
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_leader_that_was_frozen_sends_nothing_when_it_wakes_up(sending_app, database, twilio):
    """F16: stopped in mid-blast with requests out and rows armed behind them; the other leads
    within 20 s.
    """
    with sending_app.app_context():
        add_members(120)
    twilio.answer(delay=0.4)
    slow = {"SEND_RATE": "40", "SEND_CONCURRENCY": "4"}
    with (
        served(database, twilio, **slow) as first,
        served(database, twilio, **slow) as second,
    ):
        wait_until(lambda: leader(sending_app), "somebody to lead")
        blast_id = start_blast(sending_app)
        twilio.wait_for(10)
        before, frozen = leader(sending_app).epoch, _holder_of_lock(database)
        stopwatch = _freeze(frozen, database)
        armed = len(list_attempts(sending_app))
        try:
            wait_until(lambda: leader(sending_app).epoch > before, "the other to take over", 20)
            took, took_by_clock = stopwatch.seconds, stopwatch.elapsed_seconds
            twilio.answer()
            wait_until(lambda: len(twilio.requests) > armed + 20, "the other to send")
            refs = {attempt.ref for attempt in list_attempts(sending_app)[:armed]}
            request_count = _with(twilio, refs)
        finally:
            os.kill(frozen, signal.SIGCONT)
        log = wait_until_ended(sending_app, blast_id, 40)
        wait_until(
            lambda: not count_statuses(sending_app, log.id)["submitting"], "the last answers"
        )
        # 15 s after its last beat, which it gives every 3 s.
        assert took_by_clock > 11
        assert took < 20
        assert _with(twilio, refs) == request_count, "the one that slept sent something"
        assert leader(sending_app).epoch == before + 1
        wait_until(
            lambda: _holder_of_lock(database) not in (None, frozen),
            "the lock to go to who leads",
        )
        [sleeper] = [
            server for server in (first, second) if frozen in children_of(server.process.pid)
        ]
        twilio.send_callbacks(sleeper.url, ("delivered",))
    counted = get_tally(sending_app, log.id)
    assert counted.delivered + counted.unknown + counted.accepted == 120
    assert_everybody_accounted_for(sending_app, twilio)


def _freeze(pid, database):
    """Stop a process where it waits and holds no transaction: one that does keeps every other
    process from writing. Returns a Stopwatch since then.

    Between its last look at the age of a claim and the first byte of the request no process can
    look again; one whose threads all wait is not there.
    """

    def frozen():
        if set(_states_of_threads(pid)) != {"S"}:
            return None
        stopwatch = Stopwatch()
        os.kill(pid, signal.SIGSTOP)
        wait_until(
            lambda: set(_states_of_threads(pid)) == {"T"},
            "every thread to stand still",
            every=0.001,
        )
        try:
            with contextlib.closing(
                sqlite3.connect(database, timeout=0.2, isolation_level=None)
            ) as other:
                other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return None
        return stopwatch

    return wait_until(frozen, "a moment between two transactions", every=0.002)


def _states_of_threads(pid):
    return [
        path.read_text().rpartition(")")[2].split()[0]
        for path in Path(f"/proc/{pid}/task").glob("*/stat")
    ]


def _with(twilio, refs):
    """How many requests carried one of these refs."""
    return sum(request.callback.rsplit("/", 1)[1] in refs for request in twilio.requests)


def _asks_slowly(server, seconds):
    """Somebody whose form comes in a byte at a time, for so many seconds; the thread that plays
    them.
    """
    fields = b"username=ada&password=" + b"x" * 18
    line = socket.create_connection(("127.0.0.1", server.port))
    line.sendall(
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
    )
    line.sendall(b"Content-Length: %d\r\n\r\n" % len(fields))

    def type_it():
        with line:
            for byte in fields:
                line.sendall(bytes([byte]))
                time.sleep(seconds / len(fields))
            assert line.recv(100).startswith(
                b"HTTP/1.1 4"
            )  # an answer, though without a token it is a no

    typing = threading.Thread(target=type_it)
    typing.start()
    return typing


def _holder_of_lock(database):
    """The process that holds the leader's lock file, as the kernel tells it; None when nobody
    does.
    """
    inode = os.stat(f"{database}.leader").st_ino
    with open("/proc/locks") as locks:
        for line in locks:
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].endswith(f":{inode}"):
                return int(fields[4])
    return None
