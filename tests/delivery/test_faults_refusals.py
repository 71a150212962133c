"""When the carrier says no, or not now: who waits, who stops, and that nobody is blamed for a
fault of ours.
"""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.engine_models import SenderHealth
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery import retry_delays
from app.domain.delivery.carrier_error_codes import find_error_code
from app.suppression.models import UnsubscribedContact
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_tally,
    list_attempts,
    list_messages,
    list_suppressed,
    start_blast,
    twilio_settings,
    wait_until_ended,
    wait_until_paused,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members, make_phone
from tests.stopwatch import Stopwatch
from tests.twilio_server import TwilioServer

OUR_FAULTS = (21606, 21212, 21659, 21660, 20003, 21703, 21609, 21617)
BUSY = {"status": 429, "code": 20429}


def a_date(seconds):
    """The moment so many seconds from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def fault_of(code):
    """How the carrier refuses with this code."""
    return {"status": 401 if code == 20003 else 400, "code": code}


@pytest.mark.parametrize(("retry_after", "seconds"), [("2", 2), ("banana", 1), ("-5", 1), ("", 1)])
def test_after_a_429_everybody_waits_as_long_as_asked(
    sending_app, twilio, background, retry_after, seconds
):
    """F11: a number is obeyed; for nonsense the backoff stands. Then one text goes to try."""
    with sending_app.app_context():
        add_members(5)
    twilio.answer(times=1, **BUSY, headers={"Retry-After": retry_after})
    background(sending_app)
    stopwatch = Stopwatch()
    log = wait_until_ended(sending_app, start_blast(sending_app))
    first, second = twilio.requests[:2]
    assert seconds <= second.at - first.at < seconds + 4 + stopwatch.starved_seconds
    assert count_statuses(sending_app, log.id) == {"accepted": 5}
    assert len(list_attempts(sending_app)) == 6
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_date_is_a_wish_like_a_number(sending_app, twilio, background):
    """F11: nobody is texted before it."""
    with sending_app.app_context():
        add_members(5)
    background(sending_app)
    date = a_date(3)
    twilio.answer(times=1, **BUSY, headers={"Retry-After": date})
    stopwatch = Stopwatch()
    wait_until_ended(sending_app, start_blast(sending_app))
    second = time.time() - time.monotonic() + twilio.requests[1].at
    late = second - parsedate_to_datetime(date).timestamp()
    assert 0 <= late < 4 + stopwatch.starved_seconds
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize("retry_after", ["999999", "date"])
def test_no_wish_is_longer_than_an_hour_and_a_restart_does_not_forget_it(
    sending_app, twilio, background, retry_after
):
    """F11: the cap. What was asked stands in a row, so the next process keeps to it."""
    with sending_app.app_context():
        add_members(5)
    header = a_date(90_000) if retry_after == "date" else retry_after
    twilio.answer(**BUSY, headers={"Retry-After": header})
    running = background(sending_app)
    start_blast(sending_app)

    def held():
        with sending_app.app_context():
            return db.session.scalar(db.select(SenderHealth.hold_until))

    wait_until(held, "the hold")
    assert timedelta(minutes=58) < held() - now() < timedelta(minutes=61)
    running.stop()
    background(sending_app)
    wait_until(lambda: len(count_statuses(sending_app)) == 1, "the answer to be stored")
    with pytest.raises(AssertionError):
        twilio.wait_for(2, 1.5)
    assert count_statuses(sending_app) == {"queued": 5}
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_text_that_is_turned_away_fifty_times_is_sent_once_and_never_failed(
    sending_app, twilio, background, monkeypatch
):
    """F12: fifty times 429, then 201.

    (The longest wait is a hundredth of a second here, not a minute.)
    """
    monkeypatch.setattr(retry_delays, "MAX_BACKOFF_SECONDS", 0.01)
    add_phones(sending_app, ZOE)
    twilio.answer(times=50, **BUSY)
    background(sending_app)
    blast_id = start_blast(sending_app)
    log = wait_until_ended(sending_app, blast_id, 30)
    assert count_statuses(sending_app, log.id) == {"accepted": 1}
    assert [request.sid != "" for request in twilio.requests] == [False] * 50 + [True]
    assert [attempt.outcome for attempt in list_attempts(sending_app)] == ["unprocessed"] * 50 + [
        "accepted"
    ]
    [row] = list_messages(sending_app, log.id)
    assert (row.attempts, row.failed_at, row.error_code) == (51, None, None)
    assert (log.failure_count, list_suppressed(sending_app)) == (0, (set(), set()))
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_to_another_house_is_not_followed_and_pauses(
    sending_app, twilio, background, status
):
    """F14: our account's password goes to nobody else."""
    add_phones(sending_app, ZOE, LEO)
    with TwilioServer() as elsewhere:
        twilio.answer(status=status, headers={"Location": f"{elsewhere.url}/2010-04-01/Accounts"})
        background(sending_app)
        log = wait_until_paused(sending_app, start_blast(sending_app))
        assert (len(twilio.requests), elsewhere.heard) == (1, 0)
    assert log.pause_reason == find_error_code(None, http_status=status).description
    assert count_statuses(sending_app, log.id) == {"failed": 1, "queued": 1}
    assert list_suppressed(sending_app) == (set(), set())
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_wrong_setting_costs_one_request_and_touches_nobody(sending_app, twilio, background):
    """F22: 1,000 people, and the first answer says that the sender, the account, the address or
    the text is wrong.
    """
    with sending_app.app_context():
        add_members(1000)
    background(sending_app)
    for count, code in enumerate(OUR_FAULTS, start=1):
        twilio.answer(**fault_of(code))
        log = wait_until_paused(
            sending_app, start_blast(sending_app, f"the text that meets {code}")
        )
        assert (log.pause_code, log.pause_reason) == (
            code,
            find_error_code(code).description,
        )
        with pytest.raises(AssertionError):
            twilio.wait_for(count + 1, 0.3)
        assert len(twilio.requests) == count
        assert count_statuses(sending_app, log.id) == {"failed": 1, "queued": 999}
        with sending_app.app_context(), write():
            assert blast_control.stop_blast(log.id, now()) == 999
    assert list_suppressed(sending_app) == (set(), set())
    with sending_app.app_context():
        assert db.session.scalar(db.select(db.func.count(CommunityMember.id))) == 1000
    assert_everybody_accounted_for(sending_app, twilio)


def test_resume_sends_one_probe_and_goes_on_when_that_was_accepted(sending_app, twilio, background):
    """F22, afterwards: resumed too early it costs one request more; resumed in time it sends to
    the rest.
    """
    with sending_app.app_context():
        add_members(30)
    twilio.answer(**fault_of(21606))
    background(sending_app)
    blast_id = start_blast(sending_app)
    log = wait_until_paused(sending_app, blast_id)
    for requests in (2, 3):
        with sending_app.app_context(), write():
            blast_control.resume_blast(log.id)
        wait_until(lambda: len(twilio.requests) == requests, "the probe")  # noqa: B023 -- asked at once
        wait_until_paused(sending_app, blast_id)
        assert len(twilio.requests) == requests
    twilio.answer(status=201)
    with sending_app.app_context(), write():
        blast_control.resume_blast(log.id)
    wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {"failed": 3, "accepted": 27}
    assert len(twilio.requests) == 30
    assert_everybody_accounted_for(sending_app, twilio)


def test_21610_is_an_opt_out_for_every_blast_and_the_person_stays_on_the_list(
    make_app, twilio, background
):
    """F29: Twilio knows of a STOP that we do not; a second blast that waits leaves them out too."""
    sending_app = make_app(**twilio_settings(twilio))
    with sending_app.app_context():
        add_members(20)
    add_phones(sending_app, LEO)
    twilio.answer(to=LEO, status=400, code=21610)
    waiting = start_blast(sending_app, "the second", in_seconds=3600)
    background(sending_app)
    first = wait_until_ended(sending_app, start_blast(sending_app, "the first"))
    assert {row.phone: row.status.value for row in list_messages(sending_app, first.id)}[
        LEO
    ] == "opted_out"
    with sending_app.app_context(), write() as session:
        session.get(ScheduledMessage, waiting).scheduled_at = now()
    second = wait_until_ended(sending_app, waiting)
    assert {row.phone: row.reason for row in list_messages(sending_app, second.id)}[
        LEO
    ] == "said_stop"
    assert len(twilio.sent_to(LEO)) == 1
    with sending_app.app_context():
        assert db.session.scalar(db.select(UnsubscribedContact.source)) == "message_failure"
        assert (
            db.session.scalar(db.select(CommunityMember.phone).where(CommunityMember.phone == LEO))
            == LEO
        )
    assert list_suppressed(sending_app) == (set(), {LEO})
    assert_everybody_accounted_for(sending_app, twilio)


def test_an_account_that_is_suspended_in_mid_blast_pauses_it_within_seconds(
    make_app, twilio, background
):
    """F40: 30002 comes by receipt only; what has left stays as it is, the rest waits, nobody is
    to blame.
    """
    sending_app = make_app(**twilio_settings(twilio, send_rate=20.0))
    with sending_app.app_context():
        add_members(200)
    background(sending_app)
    blast_id = start_blast(sending_app)
    wait_until(
        lambda: (
            get_log(sending_app, blast_id)
            and get_tally(sending_app, get_log(sending_app, blast_id).id).accepted > 3
        ),
        "some texts",
    )
    twilio.send_callbacks(sending_app, ("failed",), to=make_phone(0), code=30002)
    log = wait_until_paused(sending_app, blast_id, 5)
    assert (log.pause_code, log.pause_reason) == (
        30002,
        find_error_code(30002, "delivery").description,
    )
    wait_until(lambda: not get_tally(sending_app, log.id).in_flight, "the wire to be empty")
    left = len(twilio.requests)
    assert left < 150
    assert count_statuses(sending_app, log.id) == {
        "failed": 1,
        "accepted": left - 1,
        "queued": 200 - left,
    }
    assert list_suppressed(sending_app) == (set(), set())
    assert_everybody_accounted_for(sending_app, twilio)
