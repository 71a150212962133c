"""A laptop's lid, a paused machine: every process stands still, and then goes on at once (R16)."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from tests.delivery.helpers import start_blast, twilio_settings
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_rows import add_members
from tests.stopwatch import Stopwatch

PEOPLE = 60
# More than FREEZE_SECONDS of app/delivery/engine/freeze_watch.py.
FREEZE_SECONDS = 6.0
CUT_OFF = 20


def list_processes(server):
    """Return the pids of the master and its workers."""
    children = subprocess.run(
        ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True
    )
    return [server.process.pid, *map(int, children.stdout.split())]


@contextlib.contextmanager
def frozen(server):
    pids = list_processes(server)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
def test_after_a_freeze_in_mid_blast_the_others_leave_within_five_seconds(
    make_settings, make_app, twilio
):
    """Twenty requests were cut off at once, which held the sender back for a minute."""
    app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    with app.app_context():
        add_members(PEOPLE)
    environment = {
        "TWILIO_ACCOUNT_SID": twilio.account,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_FROM_NUMBER": "+13035550100",
        "TWILIO_API_URL": twilio.url,
        "SEND_RATE": "40",
    }
    with GunicornServer(make_settings().database_path, **environment) as server:
        twilio.answer(times=CUT_OFF, manner="reset", taken=False)
        twilio.answer(times=5)
        with contextlib.ExitStack() as still:
            with twilio.responses_held(after=5):
                start_blast(app)
                twilio.wait_for(5 + CUT_OFF)
                still.enter_context(frozen(server))
            # Their connections break now. What the test is about passes meanwhile: time.
            time.sleep(FREEZE_SECONDS)
        since_waking = Stopwatch()
        wait_until(lambda: len(twilio.requests) >= PEOPLE, "the others", 20)
        assert since_waking.seconds < 5
        assert len({request.to for request in twilio.requests}) == PEOPLE
