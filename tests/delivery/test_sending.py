"""A blast on the sandbox, from the confirmed row to the delivered text."""

from datetime import timedelta

import pytest

from app import scheduler
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.actions import blast_scheduling as scheduling
from app.delivery.carriers.sandbox_models import SandboxMessage
from app.delivery.engine_models import Attempt
from app.delivery.models import Message
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression.actions.opt_outs import record_opt_out
from tests.delivery.helpers import (
    FAST,
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_schedule,
    get_tally,
    list_attempts,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_members, add_opt_out
from tests.stopwatch import Stopwatch


@pytest.fixture
def sending_app(make_app):
    """An app on a fast sandbox, with nobody in it."""
    return make_app(**FAST)


def people(app, *phones):
    with app.app_context():
        for phone in phones:
            add_member(phone, "Zoe" if phone == ZOE else None)


def test_everybody_gets_exactly_one_text_and_a_receipt(sending_app, background):
    with sending_app.app_context():
        add_members(120)
    background(sending_app)
    blast_id = start_blast(sending_app)
    log = wait_until_ended(sending_app, blast_id)
    wait_until(lambda: get_tally(sending_app, log.id).delivered == 120, "the receipts")
    with sending_app.app_context():
        on_air = db.session.scalars(db.select(SandboxMessage.phone)).all()
    assert len(on_air) == len(set(on_air)) == 120
    assert log.status == "sent"
    assert get_schedule(sending_app, blast_id).status == "sent"
    assert_everybody_accounted_for(sending_app)


def test_who_must_not_be_texted_is_skipped_with_the_reason(sending_app, background):
    people(sending_app, ZOE, LEO, MIA, MAX)
    with sending_app.app_context():
        add_opt_out(ZOE)
        add_dead_number(LEO)
        add_dead_number(MIA, "soft_fail")
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    left_out = {
        row.phone: row.reason
        for row in list_messages(sending_app, log.id)
        if row.status == "skipped"
    }
    assert left_out == {ZOE: "said_stop", LEO: "number_dead"}
    assert log.total_recipients == 4


def test_an_opt_out_between_release_and_arming_is_obeyed(sending_app, background):
    people(sending_app, ZOE, LEO)
    blast_id = start_blast(sending_app)
    with sending_app.app_context():
        assert release_due_blasts() == 1
        with write():
            record_opt_out(ZOE, source="inbound")
    background(sending_app)
    log = wait_until_ended(sending_app, blast_id)
    assert {row.phone: row.status.value for row in list_messages(sending_app, log.id)}[
        ZOE
    ] == "skipped"
    assert {row.phone for row in list_messages(sending_app) if row.attempts} == {LEO}


def test_a_blast_undone_in_its_time_sends_nothing(make_app, background):
    sending_app = make_app(**FAST | {"undo_seconds": 3600})
    people(sending_app, ZOE)
    background(sending_app)
    blast_id = start_blast(sending_app)
    with sending_app.app_context(), write():
        assert scheduling.cancel_scheduled_blast(blast_id)
    with sending_app.app_context():
        assert release_due_blasts(now() + timedelta(hours=1)) == 0
    assert get_schedule(sending_app, blast_id).status == "cancelled"
    assert list_messages(sending_app) == []


def test_a_blast_goes_out_within_two_seconds_of_its_time(sending_app, background):
    people(sending_app, ZOE)
    background(sending_app)
    stopwatch = Stopwatch()
    blast_id = start_blast(sending_app, in_seconds=1.2)
    wait_until_ended(sending_app, blast_id)
    late = (
        list_attempts(sending_app)[0].started_at - get_schedule(sending_app, blast_id).scheduled_at
    )
    assert timedelta(0) <= late < timedelta(seconds=2 + stopwatch.starved_seconds)


def test_a_blast_later_than_the_lag_expires_and_says_why(sending_app):
    people(sending_app, ZOE)
    with sending_app.app_context():
        blast_id = start_blast(sending_app, in_seconds=-61 * 60)
        assert release_due_blasts() == 0
    expired = get_schedule(sending_app, blast_id)
    assert expired.status == "expired"
    assert "It is now 1 hour 1 minute late" in expired.error_message
    assert list_messages(sending_app) == []


def test_a_blast_within_the_lag_still_goes_out(sending_app):
    people(sending_app, ZOE)
    with sending_app.app_context():
        start_blast(sending_app, in_seconds=-59 * 60)
        assert release_due_blasts() == 1
    assert count_statuses(sending_app) == {"queued": 1}


def test_two_releases_at_once_make_one_log(sending_app):
    people(sending_app, ZOE)
    start_blast(sending_app)
    with sending_app.app_context():
        assert [release_due_blasts(), release_due_blasts()] == [1, 0]
    assert len(list_messages(sending_app)) == 1


def test_the_same_token_makes_one_blast(sending_app):
    people(sending_app, ZOE)
    assert start_blast(sending_app, token="once") == start_blast(sending_app, token="once")


def test_a_blast_to_nobody_fails_and_says_so(sending_app):
    with sending_app.app_context():
        blast_id = start_blast(sending_app)
        assert release_due_blasts() == 0
    assert (
        get_schedule(sending_app, blast_id).status,
        get_schedule(sending_app, blast_id).error_message,
    ) == (
        "failed",
        "There was no one to text.",
    )


def test_a_blast_with_everybody_left_out_fails_and_names_them(sending_app):
    people(sending_app, ZOE)
    with sending_app.app_context():
        add_opt_out(ZOE)
        blast_id = start_blast(sending_app)
        release_due_blasts()
    log = get_log(sending_app, blast_id)
    assert (get_schedule(sending_app, blast_id).status, log.status) == ("failed", "failed")
    assert count_statuses(sending_app, log.id) == {"skipped": 1}


def test_a_name_that_grew_too_long_leaves_out_that_person_only(sending_app):
    with sending_app.app_context():
        add_member(ZOE, "Z" * 100)
        add_member(LEO, "Leo")
        start_blast(sending_app, "{name} " + "x" * 1550)
        release_due_blasts()
    assert {row.phone: row.reason for row in list_messages(sending_app)} == {
        ZOE: "too_long",
        LEO: None,
    }


def test_pause_holds_the_rest_and_resume_sends_it_once(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio))
    with sending_app.app_context():
        add_members(60)
    background(sending_app)
    with twilio.responses_held(after=5):
        blast_id = start_blast(sending_app)
        twilio.wait_for(6)
        log = get_log(sending_app, blast_id)
        with sending_app.app_context(), write():
            assert blast_control.pause_blast(log.id)
    wait_until(lambda: get_tally(sending_app, log.id).in_flight == 0, "the wire to be empty")
    before = len(list_attempts(sending_app))
    with sending_app.app_context():
        assert blast_control.pause_blast(log.id) is False
        assert get_tally(sending_app, log.id).queued == 60 - before
        with write():
            assert blast_control.resume_blast(log.id)
    wait_until_ended(sending_app, blast_id)
    assert len(list_attempts(sending_app)) == 60
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_logs_results_read_as_the_first_design_kept_them(sending_app, background):
    people(sending_app, ZOE, LEO)
    with sending_app.app_context():
        add_opt_out(LEO)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    with sending_app.app_context():
        assert db.session.get(type(log), log.id).results == [
            {"phone": ZOE, "name": "Zoe", "success": True, "error": None},
            {"phone": LEO, "name": None, "success": False, "error": "said_stop"},
        ]


def test_stop_the_rest_cancels_what_has_not_left_and_adds_up(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio))
    with sending_app.app_context():
        add_members(60)
    background(sending_app)
    with twilio.responses_held(after=5):
        blast_id = start_blast(sending_app)
        twilio.wait_for(6)
        log = get_log(sending_app, blast_id)
        with sending_app.app_context(), write():
            stopped = blast_control.stop_blast(log.id, now())
    wait_until(lambda: get_tally(sending_app, log.id).in_flight == 0, "the wire to be empty")
    numbers = get_tally(sending_app, log.id)
    assert numbers.skipped == stopped > 0
    assert numbers.total == 60
    assert (get_log(sending_app, blast_id).status, get_schedule(sending_app, blast_id).status) == (
        "cancelled",
        "cancelled",
    )
    assert len(list_attempts(sending_app)) == 60 - stopped


def test_an_opt_out_in_mid_blast_skips_every_waiting_text(sending_app):
    people(sending_app, ZOE, LEO)
    with sending_app.app_context():
        start_blast(sending_app, "one")
        start_blast(sending_app, "two")
        release_due_blasts()
        with write():
            assert blast_control.skip_queued_messages(ZOE, SkipReason.SAID_STOP) == 2
    assert count_statuses(sending_app) == {"queued": 2, "skipped": 2}


def test_a_process_with_sending_switched_off_starts_nothing(make_app):
    assert scheduler.start_background_jobs(make_app(scheduler_enabled=False)) is None


def test_a_blast_made_in_practice_never_leaves_through_twilio(make_app, background):
    practice = make_app(**FAST)
    people(practice, ZOE)
    waiting = start_blast(practice, "later", in_seconds=1)
    with practice.app_context():
        start_blast(practice, "now")
        release_due_blasts()
    real = make_app(
        **FAST,
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="t" * 32,
        twilio_from_number="+13035550100",
        twilio_api_url="http://127.0.0.1:9",
    )
    background(real)
    wait_until(
        lambda: get_schedule(real, waiting).status == "cancelled",
        "practice to be cancelled",
    )
    assert count_statuses(real) == {"cancelled": 1}
    assert get_schedule(real, waiting).error_message == "made in practice mode"
    with real.app_context():
        assert db.session.scalar(db.select(db.func.count(Attempt.id))) == 0
        assert db.session.scalar(db.select(Message.reason)) == "other_carrier"
