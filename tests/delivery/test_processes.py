"""Real processes: gunicorn as people run it, against a Twilio behind a socket."""

import os
import signal
import time
from collections import Counter

import pytest

from app.delivery.models import Lease
from app.kit.db import db
from tests.delivery.town import blast, ended, everybody_is_accounted_for, log_of, statuses, tally
from tests.makers import members
from tests.served import Served, until
from tests.twilio_server import TwilioServer

pytestmark = pytest.mark.slow
PEOPLE = 500


@pytest.fixture
def twilio():
    with TwilioServer() as server:
        yield server


@pytest.fixture
def database(make_settings):
    return make_settings().database_path


@pytest.fixture
def town(make_app, twilio):
    """The test's own eyes on the same database; it sends nothing itself."""
    return make_app(
        twilio_account_sid=twilio.account,
        twilio_auth_token=twilio.auth_token,
        twilio_from_number="+13035550100",
        undo_seconds=0,
        scheduler_enabled=False,
    )


def served(database, twilio, **more):
    return Served(
        database,
        **{
            "TWILIO_ACCOUNT_SID": twilio.account,
            "TWILIO_AUTH_TOKEN": twilio.auth_token,
            "TWILIO_FROM_NUMBER": "+13035550100",
            "TWILIO_API_URL": twilio.url,
            "SEND_RATE": "1000",
        }
        | more,
    )


def leader(app):
    with app.app_context():
        return db.session.scalar(db.select(Lease.epoch))


def test_two_workers_and_everybody_gets_exactly_one(town, database, twilio):
    with town.app_context():
        members(PEOPLE)
    with served(database, twilio, WEB_CONCURRENCY="2") as server:
        until(lambda: leader(town), "somebody to lead")
        log = ended(town, blast(town), 40)
        assert Counter(Counter(each.to for each in twilio.requests).values()) == {1: PEOPLE}
        assert set(twilio.send_callbacks(server.url, ("delivered",))) == {204}
        assert statuses(town, log.id) == {"delivered": PEOPLE}
    everybody_is_accounted_for(town, twilio)


def test_with_the_scheduler_off_nothing_is_sent_until_another_process_does(town, database, twilio):
    with town.app_context():
        members(5)
    with served(database, twilio, SCHEDULER_ENABLED="0"):
        wanted = blast(town)
        time.sleep(2.5)  # not for luck: the tick would have come twice by now
        assert twilio.requests == []
        assert log_of(town, wanted) is None
        with served(database, twilio):
            ended(town, wanted)
    assert len(twilio.requests) == 5


def test_sigterm_in_mid_blast_settles_what_is_on_the_wire_and_the_next_start_goes_on(town, database, twilio):
    with town.app_context():
        members(60)
    twilio.answer(delay=0.3)
    server = served(database, twilio, SEND_RATE="40")
    with server:
        wanted = blast(town)
        twilio.wait_for(15)
        assert server.stop(signal.SIGTERM) == 0
    log = log_of(town, wanted)
    numbers = tally(town, log.id)
    assert (numbers.in_flight, numbers.unknown) == (0, 0)
    assert numbers.queued > 0
    with served(database, twilio):
        ended(town, wanted, 30)
    assert Counter(Counter(each.to for each in twilio.requests).values()) == {1: 60}
    everybody_is_accounted_for(town, twilio)


def test_when_the_leading_worker_is_killed_the_other_takes_over_and_nobody_is_texted_twice(town, database, twilio):
    with town.app_context():
        members(80)
    twilio.answer(delay=0.1)
    with served(database, twilio, WEB_CONCURRENCY="2", SEND_RATE="40"):
        until(lambda: leader(town), "somebody to lead")
        wanted = blast(town)
        twilio.wait_for(20)
        before = leader(town)
        os.kill(_holder_of_lock(database), signal.SIGKILL)
        until(lambda: leader(town) > before, "the other to take over", 15)
        log = ended(town, wanted, 30)
    numbers = tally(town, log.id)
    assert numbers.accepted + numbers.unknown == 80
    assert set(Counter(each.to for each in twilio.requests).values()) == {1}
    everybody_is_accounted_for(town, twilio)


def _holder_of_lock(database):
    """The process that holds the leader's lock file, as the kernel tells it."""
    inode = os.stat(f"{database}.leader").st_ino
    with open("/proc/locks") as locks:
        for line in locks:
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].endswith(f":{inode}"):
                return int(fields[4])
    raise AssertionError("nobody holds the leader's lock")
