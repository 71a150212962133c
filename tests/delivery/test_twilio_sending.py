"""The same engine against a Twilio behind a real socket, through the real SDK."""

from urllib.parse import quote_plus, urlencode

import pytest

from app.core.clock import now
from app.core.clock_watch import read_boot_clock
from app.core.db import write
from app.delivery.actions import blast_control
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.carrier_interface import SendAccepted, SendNotProcessed
from app.delivery.carriers.twilio_http_client import encode_form_body
from tests.async_runner import run_coroutine
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
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_members
from tests.twilio_server import TwilioServer


@pytest.fixture
def twilio():
    with TwilioServer() as server:
        yield server


@pytest.fixture
def sending_app(make_app, twilio):
    """An app that sends through `twilio`."""
    return make_app(**twilio_settings(twilio))


@pytest.mark.parametrize(
    "body",
    ["Hello Ana", "Zoë — ça va?", "a&b=c %41+1", "\N{GRINNING FACE}", "\n\t~_.-*'#"],
)
def test_a_form_is_quoted_as_urllib_has_it(body):
    values = {"To": "+13035550142", "Body": body, "ValidityPeriod": 60}
    assert (
        encode_form_body(values).decode().encode()
        == urlencode(values, quote_via=quote_plus).encode()
    )


def test_the_request_is_twilios_and_signed_receipts_move_the_rows(sending_app, twilio, background):
    add_phones(sending_app, ZOE, LEO)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app, "Hi {first_name|friend}"))
    assert {request.to for request in twilio.requests} == {ZOE, LEO}
    first = twilio.requests[0]
    assert (first.sender, first.body) == ("+13035550100", "Hi friend")
    assert first.callback.startswith("http://sms.example.org/webhooks/twilio/status/")
    assert first.params["StatusCallback"] == f"{first.callback}#rc=3&rp=all"
    assert count_statuses(sending_app, log.id) == {"accepted": 2}
    assert set(twilio.send_callbacks(sending_app, ("sent", "delivered"))) == {204}
    assert count_statuses(sending_app, log.id) == {"delivered": 2}
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_text_that_is_connected_after_its_latest_start_never_leaves(sending_app, twilio):
    """A process that was frozen while it connected: another one leads when it wakes up."""

    async def send(latest_start):
        carrier = create_carrier(sending_app)
        try:
            return await carrier.send(ZOE, "Hi", "a" * 32, None, latest_start)
        finally:
            await carrier.close()

    outcome = run_coroutine(send(read_boot_clock() - 0.001))
    assert isinstance(outcome, SendNotProcessed)
    assert twilio.requests == []
    assert isinstance(run_coroutine(send(read_boot_clock() + 60)), SendAccepted)
    assert len(twilio.requests) == 1


def test_the_first_text_goes_alone_until_it_is_accepted(sending_app, twilio, background):
    with sending_app.app_context():
        add_members(20)
    twilio.answer(times=1, delay=0.6)
    background(sending_app)
    wait_until_ended(sending_app, start_blast(sending_app))
    first, second = twilio.requests[:2]
    assert second.at - first.at > 0.5
    assert len(twilio.requests) == 20


def test_a_text_that_comes_back_unsent_after_the_rest_was_stopped_is_cancelled_too(
    sending_app, twilio, background
):
    add_phones(sending_app, ZOE, LEO)
    twilio.answer(status=429, code=20429)
    background(sending_app)
    with twilio.responses_held():
        blast_id = start_blast(sending_app)
        twilio.wait_for(1)
        log = get_log(sending_app, blast_id)
        with sending_app.app_context(), write():
            assert blast_control.stop_blast(log.id, now()) == 1
    wait_until(lambda: get_tally(sending_app, log.id).skipped == 2, "both to be cancelled")
    assert len(twilio.requests) == 1


def test_a_landline_is_marked_dead_and_skipped_next_time(sending_app, twilio, background):
    add_phones(sending_app, ZOE, LEO)
    background(sending_app)
    wait_until_ended(sending_app, start_blast(sending_app))
    twilio.send_callbacks(sending_app, ("undelivered",), to=LEO, code=30006)
    assert list_suppressed(sending_app) == ({LEO}, set())
    again = wait_until_ended(sending_app, start_blast(sending_app, "second"))
    assert {row.phone: row.reason for row in list_messages(sending_app, again.id)} == {
        ZOE: None,
        LEO: "number_dead",
    }


def test_an_unreachable_phone_suppresses_nobody(sending_app, twilio, background):
    add_phones(sending_app, ZOE)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    twilio.send_callbacks(sending_app, ("undelivered",), code=30003)
    assert count_statuses(sending_app, log.id) == {"undelivered": 1}
    assert list_suppressed(sending_app) == (set(), set())


def test_a_carrier_wide_fault_in_a_receipt_pauses_the_rest(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio, send_rate=5.0))
    with sending_app.app_context():
        add_members(400)
    background(sending_app)
    blast_id = start_blast(sending_app)
    wait_until(lambda: twilio.requests and list_attempts(sending_app)[0].outcome, "the first text")
    twilio.send_callbacks(sending_app, ("undelivered",), code=30034)
    log = wait_until_paused(sending_app, blast_id)
    assert log.pause_code == 30034
    assert get_tally(sending_app, log.id).queued > 200
    assert list_suppressed(sending_app) == (set(), set())


def test_a_refused_number_fails_alone(sending_app, twilio, background):
    add_phones(sending_app, ZOE, LEO, MIA, MAX)
    twilio.answer(to=MIA, status=400, code=21614)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert get_tally(sending_app, log.id).failed == 1
    assert get_tally(sending_app, log.id).success_count == 3
    assert get_log(sending_app, log.id).status == "sent"


def test_it_sends_through_a_messaging_service(make_app, twilio, background):
    sending_app = make_app(
        **twilio_settings(
            twilio, twilio_messaging_service_sid="MG" + "2" * 32, twilio_from_number=""
        )
    )
    add_phones(sending_app, ZOE)
    background(sending_app)
    wait_until_ended(sending_app, start_blast(sending_app))
    assert twilio.requests[0].sender == "MG" + "2" * 32
    assert "From" not in twilio.requests[0].params


def test_while_the_carrier_turns_us_away_only_one_text_tries(sending_app, twilio, background):
    with sending_app.app_context():
        add_members(30)
    background(sending_app)
    first = start_blast(sending_app, "proven")
    wait_until_ended(sending_app, first)
    twilio.answer(times=2, status=429, code=20429)
    blast_id = start_blast(sending_app, "second")
    wait_until_ended(sending_app, blast_id)
    second = [request for request in twilio.requests if request.body == "second"]
    tries = [request for request in second if not request.sid]
    assert len(tries) == 2
    assert tries[1].at - tries[0].at >= 1
    assert len(second) == 32
    assert_everybody_accounted_for(sending_app, twilio)
