"""F1: the sending process dies at each step of a text's way: what the rows say then, and what
becomes of everybody.
"""

import os
import signal
from pathlib import Path

import pytest

from tests.bench.processes import children_of
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    count_statuses,
    list_attempts,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_rows import add_members

pytestmark = pytest.mark.slow
PEOPLE, DIES_AT = 40, 25
DIED = 137 << 8  # as the kernel writes an exit code

# What the rows say after the death at the 25th text, and how many the carrier has by then. One
# request at a time.
# T1: the arming is undone, and with it, in the same transaction, the storing of the 24th answer.
CRASHES = {
    "T1": ({"accepted": 23, "submitting": 1, "queued": 16}, 24),
    "T2": ({"accepted": 24, "submitting": 1, "queued": 15}, 24),
    "T3a": ({"accepted": 24, "submitting": 1, "queued": 15}, 24),
    "T3b": ({"accepted": 24, "submitting": 1, "queued": 15}, 25),
    "T3c": ({"accepted": 24, "submitting": 1, "queued": 15}, 25),
    "T4": ({"accepted": 24, "submitting": 1, "queued": 15}, 25),
}
NEVER_REACHED_THE_CARRIER = {"T2", "T3a"}


@pytest.fixture
def sending_app(make_app, twilio):
    """Make an app that reads the same database and sends nothing."""
    return make_app(**twilio_settings(twilio, scheduler_enabled=False))


@pytest.fixture
def server(sending_app, twilio):
    """Make a gunicorn with one request at a time, not started yet."""
    database = sending_app.extensions["settings"].database_path
    sends = {
        "TWILIO_ACCOUNT_SID": twilio.account,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
    }
    sends |= {"TWILIO_FROM_NUMBER": "+13035550100", "TWILIO_API_URL": twilio.url}
    served = GunicornServer(database, **sends, SEND_RATE="1000", SEND_CONCURRENCY="1")
    yield served
    served.stop()


@pytest.mark.parametrize("point", CRASHES)
def test_a_process_that_dies_anywhere_leaves_nobody_twice_and_nobody_without_a_state(
    sending_app, twilio, server, point
):
    """F1: the table of crash points, row by row; then the restart, and the receipts."""
    with sending_app.app_context():
        add_members(PEOPLE)
    blast_id = _die_at(server, point, lambda: start_blast(sending_app))
    expected, at_carrier = CRASHES[point]
    assert count_statuses(sending_app) == expected
    assert len(list_attempts(sending_app)) == expected["accepted"] + expected["submitting"]
    if point == "T3b":  # the bytes are on their way without us
        twilio.wait_for(at_carrier)
    assert len(twilio.requests) == at_carrier
    [in_doubt] = [row for row in list_messages(sending_app) if row.status == "submitting"]
    assert_everybody_accounted_for(sending_app, twilio)

    server.start()
    log = wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE - 1, "unknown": 1}
    [row] = [row for row in list_messages(sending_app) if row.status == "unknown"]
    assert (row.id, row.reason, row.attempts) == (in_doubt.id, "process_stopped", 1)
    assert row.look_up_at is not None
    lost = point in NEVER_REACHED_THE_CARRIER
    assert len(twilio.requests) == PEOPLE - lost
    assert set(twilio.send_callbacks(server.url, ("delivered",))) == {204}
    assert count_statuses(sending_app, log.id) == (
        {"delivered": PEOPLE - 1, "unknown": 1} if lost else {"delivered": PEOPLE}
    )
    assert_everybody_accounted_for(sending_app, twilio)


def _die_at(server, point, begin):
    """Start with the crash point armed, `begin`, wait for the death, and stop gunicorn without
    a word.

    Its master sleeps meanwhile: nobody starts another worker before we have looked.
    """
    server.environment["SMSADMIN_FAILPOINT"] = f"{point}:{DIES_AT}"
    server.start()
    [worker] = children_of(server.process.pid)
    os.kill(server.process.pid, signal.SIGSTOP)
    begun = begin()
    wait_until(lambda: _exit_code(worker) is not None, f"the worker to die at {point}")
    assert _exit_code(worker) == DIED
    server.kill()
    del server.environment["SMSADMIN_FAILPOINT"]
    return begun


def _exit_code(pid):
    """The exit code of a child that has ended and was not fetched by its parent; None while it
    lives.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[-1]) if fields[0] == "Z" else None
