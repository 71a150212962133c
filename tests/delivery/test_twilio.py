"""The same engine against a Twilio behind a real socket, through the real SDK."""

from urllib.parse import quote_plus, urlencode

import pytest

from app.core.clock import now
from app.core.db import write
from app.delivery.actions import blast_control
from app.delivery.carriers.twilio_http_client import encode_form_body
from tests.delivery.town import (
    attempts,
    blast,
    ended,
    everybody_is_accounted_for,
    log_of,
    paused,
    people,
    rows,
    statuses,
    suppressed,
    tally,
    twilio_settings,
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
def town(make_app, twilio):
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


def test_the_request_is_twilios_and_signed_receipts_move_the_rows(town, twilio, background):
    people(town, ZOE, LEO)
    background(town)
    log = ended(town, blast(town, "Hi {first_name|friend}"))
    assert {each.to for each in twilio.requests} == {ZOE, LEO}
    first = twilio.requests[0]
    assert (first.sender, first.body) == ("+13035550100", "Hi friend")
    assert first.callback.startswith("http://sms.example.org/webhooks/twilio/status/")
    assert first.params["StatusCallback"] == f"{first.callback}#rc=3&rp=all"
    assert statuses(town, log.id) == {"accepted": 2}
    assert set(twilio.send_callbacks(town, ("sent", "delivered"))) == {204}
    assert statuses(town, log.id) == {"delivered": 2}
    everybody_is_accounted_for(town, twilio)


def test_the_first_text_goes_alone_until_it_is_accepted(town, twilio, background):
    with town.app_context():
        add_members(20)
    twilio.answer(times=1, delay=0.6)
    background(town)
    ended(town, blast(town))
    first, second = twilio.requests[:2]
    assert second.at - first.at > 0.5
    assert len(twilio.requests) == 20


def test_a_text_that_comes_back_unsent_after_the_rest_was_stopped_is_cancelled_too(
    town, twilio, background
):
    people(town, ZOE, LEO)
    twilio.answer(status=429, code=20429, delay=0.5)
    background(town)
    wanted = blast(town)
    log = wait_until(lambda: log_of(town, wanted), "the release")
    wait_until(lambda: twilio.requests, "the first request")
    with town.app_context(), write():
        assert blast_control.stop_blast(log.id, now()) == 1
    wait_until(lambda: tally(town, log.id).skipped == 2, "both to be cancelled")
    assert len(twilio.requests) == 1


def test_a_landline_is_marked_dead_and_skipped_next_time(town, twilio, background):
    people(town, ZOE, LEO)
    background(town)
    ended(town, blast(town))
    twilio.send_callbacks(town, ("undelivered",), to=LEO, code=30006)
    assert suppressed(town) == ({LEO}, set())
    again = ended(town, blast(town, "second"))
    assert {row.phone: row.reason for row in rows(town, again.id)} == {
        ZOE: None,
        LEO: "number_dead",
    }


def test_an_unreachable_phone_suppresses_nobody(town, twilio, background):
    people(town, ZOE)
    background(town)
    log = ended(town, blast(town))
    twilio.send_callbacks(town, ("undelivered",), code=30003)
    assert statuses(town, log.id) == {"undelivered": 1}
    assert suppressed(town) == (set(), set())


def test_a_carrier_wide_fault_in_a_receipt_pauses_the_rest(make_app, twilio, background):
    town = make_app(**twilio_settings(twilio, send_rate=5.0))
    with town.app_context():
        add_members(40)
    background(town)
    wanted = blast(town)
    wait_until(lambda: twilio.requests and attempts(town)[0].outcome, "the first text")
    twilio.send_callbacks(town, ("undelivered",), code=30034)
    log = paused(town, wanted)
    assert log.pause_code == 30034
    assert tally(town, log.id).queued > 20
    assert suppressed(town) == (set(), set())


def test_a_refused_number_fails_alone(town, twilio, background):
    people(town, ZOE, LEO, MIA, MAX)
    twilio.answer(to=MIA, status=400, code=21614)
    background(town)
    log = ended(town, blast(town))
    assert tally(town, log.id).failed == 1
    assert tally(town, log.id).success_count == 3
    assert log_of(town, log.id).status == "sent"


def test_it_sends_through_a_messaging_service(make_app, twilio, background):
    town = make_app(
        **twilio_settings(
            twilio, twilio_messaging_service_sid="MG" + "2" * 32, twilio_from_number=""
        )
    )
    people(town, ZOE)
    background(town)
    ended(town, blast(town))
    assert twilio.requests[0].sender == "MG" + "2" * 32
    assert "From" not in twilio.requests[0].params


def test_while_the_carrier_turns_us_away_only_one_text_tries(town, twilio, background):
    with town.app_context():
        add_members(30)
    background(town)
    first = blast(town, "proven")
    ended(town, first)
    twilio.answer(times=2, status=429, code=20429)
    wanted = blast(town, "second")
    ended(town, wanted)
    second = [each for each in twilio.requests if each.body == "second"]
    tries = [each for each in second if not each.sid]
    assert len(tries) == 2
    assert tries[1].at - tries[0].at >= 1
    assert len(second) == 32
    everybody_is_accounted_for(town, twilio)
