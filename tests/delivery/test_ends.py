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
from tests.delivery.town import (
    ended,
    everybody_is_accounted_for,
    log_of,
    people,
    rows,
    schedule,
    statuses,
    tally,
    twilio_settings,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members

# The carrier's own clock and queue get the last 30 seconds before an end.
MARGIN = 30


@pytest.fixture
def slow_town(make_app, twilio):
    """20 texts a second."""
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


def test_twilio_is_told_how_long_each_text_is_worth_something(town, background, twilio):
    """S11: ValidityPeriod is at most the seconds to the end less 30, and whole seconds."""
    people(town, ZOE, LEO)
    background(town)
    wanted, end = blast_until(town, 600)
    log = ended(town, wanted)
    for each, row in zip(twilio.requests, rows(town, log.id), strict=True):
        left = (end - row.submitted_at).total_seconds() - MARGIN
        assert left - 2 <= int(each.params["ValidityPeriod"]) <= left
    assert log.not_after == end


def test_a_blast_without_an_end_asks_for_no_period_of_its_own(town, background, twilio):
    people(town, ZOE)
    background(town)
    with town.app_context(), write():
        wanted = confirm_blast(
            BlastDraft("Hello", None, BlastTarget.COMMUNITY, None, "UTC"),
            None,
            "ada",
            now(),
        )
    ended(town, wanted)
    assert "ValidityPeriod" not in twilio.requests[0].params


def test_an_end_beyond_what_twilio_keeps_a_text_for_asks_for_the_longest(town, background, twilio):
    people(town, ZOE)
    background(town)
    wanted, _ = blast_until(town, 3 * 86400)
    ended(town, wanted)
    assert twilio.requests[0].params["ValidityPeriod"] == "36000"


def test_whoever_waits_at_the_end_is_too_late_and_nothing_leaves_after_it(
    slow_town, background, twilio
):
    """S11: 100 queued at 20 a second, and an end in the middle of them.

    An end of the blast itself: times of day by the clock of whoever gets it do not exist yet.
    """
    with slow_town.app_context():
        add_members(100)
    background(slow_town)
    wanted, end = blast_until(slow_town, MARGIN + 3)
    log = ended(slow_town, wanted)
    last = time.monotonic() - (now() - end + timedelta(seconds=MARGIN)).total_seconds()
    counted = statuses(slow_town, log.id)
    assert set(counted) == {"accepted", "expired"}
    assert counted["accepted"] == len(twilio.requests)
    assert 2 <= len(twilio.requests) <= 20 + 3 * 20, (
        "a second's worth at once, then 20 a second for three seconds"
    )
    assert max(each.at for each in twilio.requests) <= last
    assert {row.reason for row in rows(slow_town, log.id) if row.status == "expired"} == {
        "too_late"
    }
    numbers = tally(slow_town, log.id)
    assert (numbers.accepted, numbers.skipped, numbers.total) == (
        counted["accepted"],
        counted["expired"],
        100,
    )
    assert log.status == "sent"
    everybody_is_accounted_for(slow_town, twilio)


def test_a_blast_that_was_paused_over_its_end_sends_nothing_when_it_is_resumed(
    slow_town, background, twilio
):
    with slow_town.app_context():
        add_members(60)
    background(slow_town)
    wanted, _ = blast_until(slow_town, MARGIN + 3)
    twilio.wait_for(5)
    log_id = log_of(slow_town, wanted).id
    with slow_town.app_context(), write():
        blast_control.pause_blast(log_id)
    wait_until(lambda: not tally(slow_town, log_id).in_flight, "the texts on the wire")
    wait_until(
        lambda: now() > log_of(slow_town, wanted).not_after - timedelta(seconds=MARGIN),
        "the end",
        5,
    )
    sent = len(twilio.requests)
    with slow_town.app_context(), write():
        blast_control.resume_blast(log_id)
    ended(slow_town, wanted)
    assert len(twilio.requests) == sent
    assert statuses(slow_town, log_id) == {"accepted": sent, "expired": 60 - sent}


def test_a_blast_that_comes_due_at_its_end_is_never_released(town, background, twilio):
    people(town, ZOE)
    wanted, _ = blast_until(town, MARGIN - 1, in_seconds=-60)
    background(town)
    wait_until(lambda: schedule(town, wanted).status == "expired", "the blast to be given up")
    assert "nothing of it was to leave after" in schedule(town, wanted).error_message
    assert log_of(town, wanted) is None
    assert twilio.requests == []


def test_a_blast_of_which_nothing_left_in_time_has_failed(slow_town, background, twilio):
    """Released in time, but the first text could go only after the end: here the clock of the
    queue says so.
    """
    people(slow_town, ZOE)
    twilio.answer(status=429, code=20429, headers={"Retry-After": "4"})
    background(slow_town)
    wanted, _ = blast_until(slow_town, MARGIN + 3)
    log = ended(slow_town, wanted)
    assert log.status == "failed"
    assert statuses(slow_town, log.id) == {"expired": 1}
    assert len(twilio.requests) == 1
    everybody_is_accounted_for(slow_town, twilio)
