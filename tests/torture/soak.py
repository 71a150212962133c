"""L13: a day of texts in some minutes: blast after blast, receipts, pages, copies; what grows?"""

import http.client
import itertools
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask

from app.core.db import db
from app.delivery.models import Message
from tests.bench.processes import children_of, memory_of
from tests.delivery.helpers import assert_everybody_accounted_for, start_blast, wait_until_ended
from tests.gunicorn_server import ROOT, GunicornServer
from tests.torture.blast_setup import Line, cookie_of
from tests.torture.load import Watch
from tests.twilio_server import TwilioServer

PEOPLE, RATE = 300, 120
LOOK_SECONDS, COPY_SECONDS = 1.0, 15.0
MOST_WAL = 64.0


def soak(app: Flask, twilio: TwilioServer, server: GunicornServer, minutes: float) -> list[Line]:
    """Send for so many minutes and look at the sending process every second."""
    [worker] = children_of(server.process.pid)
    database: Path = app.extensions["settings"].database_path
    over = time.monotonic() + 60 * minutes
    with (
        Watch(lambda: _size(worker, database), LOOK_SECONDS) as watch,
        ThreadPoolExecutor(2) as pool,
    ):
        copies = pool.submit(_copy, server, database, over)
        pages = pool.submit(_read, server, cookie_of(app), over)
        texts = _send(app, twilio, server, over)
        copied, read = copies.result(), pages.result()
    assert children_of(server.process.pid) == [worker]
    delivered = _delivered(app)
    told = f"{texts:,} and {delivered:,}"
    lines = [
        Line(
            "L13",
            f"taken once in {minutes:g} min, and delivered",
            told,
            "the same",
            texts == delivered,
        )
    ]
    lines += [
        Line(
            "L13",
            "copies made meanwhile; pages read",
            f"{copied}; {read:,}",
            "no failure",
            True,
        )
    ]
    return [*lines, *(_grown(watch.seen, *each) for each in GROWTH)]


# what, its unit, how much more it may be at the end than after the start; None: never above
# MOST_WAL
GROWTH = (
    ("threads", "", 3.0),
    ("open files", "", 8.0),
    ("memory", " MB", 40.0),
    ("WAL", " MB", None),
)


def _grown(seen: Sequence[dict[str, float]], what: str, unit: str, more: float | None) -> Line:
    """The most in the last third against the most in the first, when everything has been used
    once.
    """
    third = max(1, len(seen) // 3)
    first, last = (max(each[what] for each in part) for part in (seen[:third], seen[-third:]))
    most = max(each[what] for each in seen)
    told = f"{first:.0f} at first, {last:.0f} at last, {most:.0f}{unit} at most"
    if more is None:
        return Line("L13", what, told, f"below {MOST_WAL:.0f}{unit}", most < MOST_WAL)
    return Line("L13", what, told, f"no more than {more:.0f}{unit} growth", last <= first + more)


def _send(app: Flask, twilio: TwilioServer, server: GunicornServer, over: float) -> int:
    dice, texts = random.Random(13), 0
    while time.monotonic() < over:
        twilio.requests.clear()
        twilio.texts.clear()
        wait_until_ended(app, start_blast(app, f"Text {texts}"), 60)
        assert set(twilio.scatter_callbacks(server.url, ("sent", "delivered"), dice)) <= {204}
        assert Counter(Counter(each.to for each in twilio.requests).values()) == {1: PEOPLE}
        texts += PEOPLE
    assert_everybody_accounted_for(app)
    return texts


def _delivered(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).where(Message.status == "delivered"))


def _copy(server: GunicornServer, database: Path, over: float) -> int:
    """`dbdoctor --backup` again and again, as an hourly timer would."""
    target = database.with_name("copy.db")
    for number in itertools.count():
        if time.monotonic() + COPY_SECONDS > over:
            return number
        time.sleep(COPY_SECONDS)
        target.unlink(missing_ok=True)
        command = [sys.executable, "-m", "app.dbdoctor", "--backup", str(target)]
        subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True)
    raise AssertionError("never")


def _read(server: GunicornServer, cookie: str, over: float) -> int:
    for number in itertools.count():
        if time.monotonic() > over:
            return number
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        line.request(
            "GET",
            ("/", "/community", "/blasts/logs", "/ready")[number % 4],
            headers={"Cookie": cookie},
        )
        assert line.getresponse().status == 200
        line.close()
        time.sleep(0.2)
    raise AssertionError("never")


def _size(worker: int, database: Path) -> dict[str, float]:
    wal = database.with_name(database.name + "-wal")
    return {
        "threads": len(os.listdir(f"/proc/{worker}/task")),
        "open files": len(os.listdir(f"/proc/{worker}/fd")),
        "memory": memory_of(worker)[0],
        "WAL": wal.stat().st_size / 2**20 if wal.exists() else 0.0,
    }
