"""The end of a blast, through the real engine: nothing of it leaves later, and nobody is
forgotten.
"""

import time
from datetime import timedelta

import pytest

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.core.clock import now
from app.core.db import write
from app.delivery.actions import blast_control
from app.domain.delivery.message_statuses import BlastTarget
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_schedule,
    get_tally,
    list_messages,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members

# The carrier's own clock and queue get the last 30 seconds before an end.
MARGIN = 30


@pytest.fixture
def slow_app(make_app, twilio):
    """Make an app that sends 20 texts a second."""
    return make_app(**twilio_settings(twilio, send_rate=20.0))


def blast_until(app, seconds, *, in_seconds=None):
    """Confirm a blast that ends in so many seconds; (its id, its end)."""
    end = now() + timedelta(seconds=seconds)
    due = None if in_seconds is None else now() + timedelta(seconds=in_seconds)
    draft = BlastDraft(
        "Doors close soon",
        None,
        BlastTarget.COMMUNITY,
        None,
        "UTC",
        send_at=due,
        not_after=end,
    )
    with app.app_context(), write():
        return confirm_blast(draft, None, "ada", now()), end


def test_twilio_is_told_how_long_each_text_is_worth_something(sending_app, background, twilio):
    """S11: ValidityPeriod is at most the seconds to the end less 30, and whole seconds."""
    add_phones(sending_app, ZOE, LEO)
    background(sending_app)
    blast_id, end = blast_until(sending_app, 600)
    log = wait_until_ended(sending_app, blast_id)
    for each, row in zip(twilio.requests, list_messages(sending_app, log.id), strict=True):
        left = (end - row.submitted_at).total_seconds() - MARGIN
        assert left - 2 <= int(each.params["ValidityPeriod"]) <= left
    assert log.not_after == end


def test_a_blast_without_an_end_asks_for_no_period_of_its_own(sending_app, background, twilio):
    add_phones(sending_app, ZOE)
    background(sending_app)
    with sending_app.app_context(), write():
        blast_id = confirm_blast(
            BlastDraft("Hello", None, BlastTarget.COMMUNITY, None, "UTC"),
            None,
            "ada",
            now(),
        )
    wait_until_ended(sending_app, blast_id)
    assert "ValidityPeriod" not in twilio.requests[0].params


def test_an_end_beyond_what_twilio_keeps_a_text_for_asks_for_the_longest(
    sending_app, background, twilio
):
    add_phones(sending_app, ZOE)
    background(sending_app)
    blast_id, _ = blast_until(sending_app, 3 * 86400)
    wait_until_ended(sending_app, blast_id)
    assert twilio.requests[0].params["ValidityPeriod"] == "36000"


def test_whoever_waits_at_the_end_is_too_late_and_nothing_leaves_after_it(
    slow_app, background, twilio
):
    """S11: 300 queued at 20 a second, and an end in the middle of them.

    An end of the blast itself: times of day by the clock of whoever gets it do not exist yet.
    """
    with slow_app.app_context():
        add_members(300)
    background(slow_app)
    # Enough for a busy machine to send the first of them.
    blast_id, end = blast_until(slow_app, MARGIN + 6)
    log = wait_until_ended(slow_app, blast_id)
    last = time.monotonic() - (now() - end + timedelta(seconds=MARGIN)).total_seconds()
    counted = count_statuses(slow_app, log.id)
    assert set(counted) == {"accepted", "expired"}
    assert counted["accepted"] == len(twilio.requests)
    assert 2 <= len(twilio.requests) <= 20 + 6 * 20, (
        "a second's worth at once, then 20 a second for six seconds"
    )
    assert max(request.at for request in twilio.requests) <= last
    assert {row.reason for row in list_messages(slow_app, log.id) if row.status == "expired"} == {
        "too_late"
    }
    numbers = get_tally(slow_app, log.id)
    assert (numbers.accepted, numbers.skipped, numbers.total) == (
        counted["accepted"],
        counted["expired"],
        300,
    )
    assert log.status == "sent"
    assert_everybody_accounted_for(slow_app, twilio)


def test_a_blast_that_was_paused_over_its_end_sends_nothing_when_it_is_resumed(
    slow_app, background, twilio
):
    with slow_app.app_context():
        add_members(200)
    background(slow_app)
    # Enough for a busy machine to send the first of them.
    blast_id, _ = blast_until(slow_app, MARGIN + 6)
    twilio.wait_for(5)
    log_id = get_log(slow_app, blast_id).id
    with slow_app.app_context(), write():
        blast_control.pause_blast(log_id)
    wait_until(lambda: not get_tally(slow_app, log_id).in_flight, "the texts on the wire")
    wait_until(
        lambda: now() > get_log(slow_app, blast_id).not_after - timedelta(seconds=MARGIN),
        "the end",
        8,
    )
    sent = len(twilio.requests)
    with slow_app.app_context(), write():
        blast_control.resume_blast(log_id)
    wait_until_ended(slow_app, blast_id)
    assert len(twilio.requests) == sent
    assert count_statuses(slow_app, log_id) == {"accepted": sent, "expired": 200 - sent}


def test_a_blast_that_comes_due_at_its_end_is_never_released(sending_app, background, twilio):
    add_phones(sending_app, ZOE)
    blast_id, _ = blast_until(sending_app, MARGIN - 1, in_seconds=-60)
    background(sending_app)
    wait_until(
        lambda: get_schedule(sending_app, blast_id).status == "expired", "the blast to be given up"
    )
    assert "sending was set to stop at" in get_schedule(sending_app, blast_id).error_message
    assert get_log(sending_app, blast_id) is None
    assert twilio.requests == []


def test_a_blast_of_which_nothing_left_in_time_has_failed(slow_app, background, twilio):
    """Released in time, but the first text could go only after the end: here the clock of the
    queue says so.
    """
    add_phones(slow_app, ZOE)
    twilio.answer(status=429, code=20429, headers={"Retry-After": "7"})
    background(slow_app)
    blast_id, _ = blast_until(slow_app, MARGIN + 6)
    log = wait_until_ended(slow_app, blast_id)
    assert log.status == "failed"
    assert count_statuses(slow_app, log.id) == {"expired": 1}
    assert len(twilio.requests) == 1
    assert_everybody_accounted_for(slow_app, twilio)
