"""What takes its time in earnest: the real deadline of a request, a long lock, a page that
never ends.
"""

import contextlib
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator

from flask import Flask

from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_tally,
    list_attempts,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_rows import make_phone
from tests.torture.blast_setup import Line
from tests.twilio_server import TwilioServer

PEOPLE = 200
LOCKED = 30.0
FORM = b"Content-Type: application/x-www-form-urlencoded"


def drip(app: Flask, twilio: TwilioServer, _server: GunicornServer) -> list[Line]:
    """F9: one answer comes a byte every 0.4 s, which would take minutes; everybody else is
    served meanwhile.
    """
    last = make_phone(PEOPLE - 1)
    twilio.answer(to=last, manner="drip")
    started = time.monotonic()
    wanted = start_blast(app, "Drip")
    wait_until(lambda: count_statuses(app)["accepted"] == PEOPLE - 1, "the others", 20)
    others = time.monotonic() - started
    log = wait_until_ended(app, wanted, 60)
    [row] = [each for each in list_messages(app, log.id) if each.phone == last]
    [tried] = [each for each in list_attempts(app) if each.message_id == row.id]
    took = (tried.ended_at - tried.started_at).total_seconds()
    assert_everybody_accounted_for(app, twilio)
    became = f"{row.status}, {len(twilio.sent_to(last))}"
    return [
        Line(
            "F9",
            "a dripping answer was given up after",
            f"{took:.1f} s",
            "24 to 26 s",
            24 < took < 26,
        ),
        Line("F9", "the others had theirs after", f"{others:.1f} s", "10 s", others < 10),
        Line(
            "F9",
            "its text, and requests for it",
            became,
            "unknown, 1",
            became == "unknown, 1",
        ),
    ]


def lock(app: Flask, twilio: TwilioServer, server: GunicornServer) -> list[Line]:
    """F33: another process holds the database for 30 s in mid-blast."""
    wanted = start_blast(app, "Lock")
    before = len(twilio.requests)
    twilio.wait_for(before + PEOPLE // 4)
    with _locked(app):
        started = time.monotonic()
        answered = set(twilio.send_callbacks(server.url, ("sent",), to=twilio.requests[0].to))
        waited = time.monotonic() - started
        time.sleep(max(0.0, LOCKED - waited))
    log = wait_until_ended(app, wanted, 60)
    taken = get_tally(app, log.id).accepted
    assert_everybody_accounted_for(app, twilio)
    return [
        Line(
            "F33",
            "a receipt while it was locked",
            f"{answered} after {waited:.1f} s",
            "503 within 12 s a receipt",
            answered == {503} and waited < 12 * 2,
        ),
        Line("F33", "afterwards", f"{taken} taken", f"{PEOPLE} once each", taken == PEOPLE),
    ]


def goodbye(app: Flask, twilio: TwilioServer, server: GunicornServer) -> list[Line]:
    """F3: SIGTERM in mid-blast while somebody's form never comes to its end."""
    twilio.answer(delay=0.3)
    wanted = start_blast(app, "Goodbye")
    twilio.wait_for(len(twilio.requests) + 20)
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(
            b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
            + FORM
            + b"\r\n\r\nnever"
        )
        time.sleep(0.3)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(60)
        took = time.monotonic() - started
    counted = get_tally(app, get_log(app, wanted).id)
    assert_everybody_accounted_for(app, twilio)
    left = f"{counted.in_flight} on the wire, {counted.unknown} in doubt, {counted.queued} wait"
    right = counted.in_flight == counted.unknown == 0 < counted.queued
    server.start()
    log = wait_until_ended(app, wanted, 60)
    assert_everybody_accounted_for(app, twilio)
    return [
        Line(
            "F3",
            "SIGTERM with a page that never ends: exit code",
            f"{code} after {took:.1f} s",
            "0 within 30 s",
            code == 0 and took < 30,
        ),
        Line("F3", "what it left behind", left, "0, 0, some", right),
        Line(
            "F3",
            "after the next start",
            str(dict(count_statuses(app, log.id))),
            f"{PEOPLE} taken",
            count_statuses(app, log.id) == {"accepted": PEOPLE},
        ),
    ]


@contextlib.contextmanager
def _locked(app: Flask) -> Iterator[None]:
    """Another process has begun to write."""
    path = app.extensions["settings"].database_path
    got, over = threading.Event(), threading.Event()

    def hold() -> None:
        with contextlib.closing(
            sqlite3.connect(path, isolation_level=None, timeout=20)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            got.set()
            over.wait(120)

    holding = threading.Thread(target=hold)
    holding.start()
    got.wait(20)
    try:
        yield
    finally:
        over.set()
        holding.join()
