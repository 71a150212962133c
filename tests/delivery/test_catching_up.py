"""Texts that no call told of are fetched from Twilio's list before anything leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.catch_up_progress import begin_catch_up, request_catch_up
from app.delivery.engine.timings import ENGINE_TIMINGS_KEY, EngineTimings
from app.delivery.models import Message
from app.delivery.queries.catch_up_state import find_catch_up, load_catch_up_news
from app.domain.texts.late_texts import ANSWER_LIMIT
from app.inbox.queries.waiting_threads import count_waiting_threads
from app.keywords.models import KeywordRule
from app.webhooks.actions.missing_calls import request_catch_up_when_silent
from app.webhooks.models import WebhookEvent
from tests.delivery.helpers import (
    add_phones,
    list_messages,
    list_suppressed,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE
from tests.visit import Visitor

OURS = "+13035550100"
PUBLIC = "https://sms.example.org"
QUICK = EngineTimings(catch_up_retry=0.1, catch_up_poll=0.05, replay_retry=0.05)


@pytest.fixture
def sending_app(make_app, twilio):
    """Make an app that sends through `twilio`, and that Twilio reaches."""
    return make_app(**twilio_settings(twilio, public_base_url=PUBLIC))


@pytest.fixture
def off_app(sending_app):
    """An app that was running five hours ago, and has been off since."""
    sending_app.extensions[ENGINE_TIMINGS_KEY] = QUICK
    with sending_app.app_context(), write():
        begin_catch_up("twilio", now() - timedelta(hours=5))
    return sending_app


def inbound(app):
    """Body and time of each text that came in, in the order in which they were stored."""
    with app.app_context():
        rows = select(Message).where(Message.direction == "inbound").order_by(Message.id)
        return [(row.body, row.created_at) for row in db.session.scalars(rows)]


def bodies(app):
    return [body for body, _ in inbound(app)]


def verdicts(app):
    """The verdict of each text that came in, by its words."""
    with app.app_context():
        rows = select(Message.body, WebhookEvent.verdict).join(
            WebhookEvent, WebhookEvent.message_id == Message.id
        )
        return dict(db.session.execute(rows.where(Message.direction == "inbound")).all())


def news(app):
    with app.app_context():
        return load_catch_up_news("twilio", now())


def wait_for_look(app, after=None):
    """Wait until the list was read (later than `after`)."""

    def look():
        with app.app_context():
            row = find_catch_up("twilio")
            return row and row.succeeded_at and (after is None or row.succeeded_at > after)

    wait_until(look, "the list to be read")


def hours_ago(hours):
    return now() - timedelta(hours=hours)


# case R1 of the reliability cases, M05 of the messaging cases
def test_who_asked_to_leave_while_the_program_was_off_is_not_texted(off_app, twilio, background):
    add_phones(off_app, ZOE, LEO, MIA)
    twilio.arrive(ZOE, "Please stop texting me", OURS, created_at=hours_ago(3))
    twilio.arrive(LEO, "Can I bring my dog?", OURS, created_at=hours_ago(2))
    scheduled = start_blast(off_app)
    background(off_app)
    log = wait_until_ended(off_app, scheduled)
    assert log.success_count == 2
    assert twilio.sent_to(ZOE) == []
    assert len(twilio.sent_to(LEO)) == len(twilio.sent_to(MIA)) == 1
    assert bodies(off_app) == ["Please stop texting me", "Can I bring my dog?"]
    written_at = [moment for _, moment in inbound(off_app)]
    assert abs(written_at[0] - hours_ago(3)) < timedelta(minutes=1)
    with off_app.app_context():
        assert count_waiting_threads() >= 1
    told = news(off_app)
    assert (told.found_count, told.was_off, told.failure) == (2, True, "")
    page = Visitor(off_app)("/", "ada").words
    assert "2 texts came in while SMS Admin was off." in page
    first_read = next(target for target in twilio.reads if "To=%2B13035550100" in target)
    assert "PageSize=1000" in first_read


def test_nothing_leaves_before_the_list_was_read_and_a_refused_list_is_asked_again(
    off_app, twilio, background
):
    add_phones(off_app, ZOE)
    twilio.arrive(ZOE, "Stop", OURS, created_at=hours_ago(1))
    twilio.lists.refuse(503, times=3)
    scheduled = start_blast(off_app)
    background(off_app)
    log = wait_until_ended(off_app, scheduled)
    assert (log.success_count, twilio.requests) == (0, [])
    assert list_suppressed(off_app)[1] == {ZOE}


def test_sending_does_not_wait_for_ever_for_a_list_that_cannot_be_read(
    off_app, twilio, background, caplog
):
    """Ten minutes while Twilio answers with errors; here three seconds."""
    off_app.extensions[ENGINE_TIMINGS_KEY] = replace(QUICK, catch_up_hold=3)
    twilio.lists.refuse(500, times=10_000)
    jobs = background(off_app)
    wait_until(lambda: news(off_app).failure, "the first try")
    assert not jobs.engine.may_release()
    wait_until(lambda: "sending goes on although" in caplog.text, "the end of the wait")
    assert news(off_app).failure == "HTTP 500"
    assert "Some incoming texts may be missing" in Visitor(off_app)("/", "ada").words
    twilio.lists.refusals.clear()
    wait_for_look(off_app)
    assert news(off_app).failure == ""


def test_each_text_is_taken_in_once_however_often_it_is_listed(off_app, twilio, background):
    twilio.arrive(ZOE, "Hello", OURS, created_at=hours_ago(1))
    jobs = background(off_app)
    wait_for_look(off_app)
    jobs.stop()
    assert twilio.text_in(off_app, PUBLIC, ZOE, "Hello again") == 200
    again = now()
    jobs = background(off_app)
    wait_for_look(off_app, again)
    assert bodies(off_app) == ["Hello", "Hello again"]
    assert news(off_app).found_count == 1


def test_a_later_start_counts_although_the_stop_is_found_later(off_app, twilio, background):
    """The call with STOP was lost, that with START an hour later came in."""
    add_phones(off_app, ZOE, LEO)
    twilio.arrive(ZOE, "STOP", OURS, created_at=hours_ago(2))
    assert twilio.text_in(off_app, PUBLIC, ZOE, "START") == 200
    twilio.arrive(LEO, "START", OURS, created_at=hours_ago(4))
    twilio.arrive(LEO, "STOP", OURS, created_at=hours_ago(3))
    background(off_app)
    wait_for_look(off_app)
    assert list_suppressed(off_app)[1] == {LEO}


def test_after_two_hours_a_keyword_is_answered_by_a_person(off_app, twilio, background):
    with off_app.app_context(), write() as session:
        session.add(KeywordRule(keyword="TIMES", response_body="Sundays at 10."))
    twilio.arrive(ZOE, "TIMES", OURS, created_at=hours_ago(3))
    twilio.arrive(LEO, "times", OURS, created_at=now() - ANSWER_LIMIT / 2)
    twilio.arrive(MIA, "STOP", OURS, created_at=hours_ago(3))
    background(off_app)
    wait_until(lambda: twilio.sent_to(LEO), "the answer")
    assert twilio.sent_to(ZOE) == twilio.sent_to(MIA) == []
    assert verdicts(off_app)["TIMES"] == "stored"


def test_pictures_come_with_their_texts(off_app, twilio, background):
    twilio.arrive(ZOE, "", OURS, sid="MM" + "a" * 32, created_at=hours_ago(1))
    background(off_app)
    wait_for_look(off_app)
    with off_app.app_context():
        (media,) = db.session.scalars(select(Message.media).where(Message.phone == ZOE))
    assert "image/jpeg" in media
    assert "/Media/ME" in media


def test_texts_to_other_numbers_of_the_account_are_not_ours(off_app, twilio, background):
    twilio.arrive(ZOE, "STOP", "+13035550999", created_at=hours_ago(1))
    background(off_app)
    wait_for_look(off_app)
    assert (bodies(off_app), list_suppressed(off_app)[1]) == ([], set())


def test_the_button_has_the_list_read_at_once(off_app, twilio, background):
    background(off_app)
    wait_for_look(off_app)
    twilio.arrive(ZOE, "Missed", OURS, created_at=now() - timedelta(minutes=3))
    after = now()
    answer = Visitor(off_app)("/fetch-texts", "sol", go="1")
    assert answer.status_code == 303
    wait_for_look(off_app, after)
    assert bodies(off_app) == ["Missed"]
    assert not news(off_app).was_off
    assert (
        "1 text came in that Twilio had not delivered to us." in Visitor(off_app)("/", "ada").words
    )


def test_when_texts_leave_and_no_call_comes_the_list_is_read(off_app, twilio, background):
    add_phones(off_app, ZOE)
    background(off_app)
    wait_until_ended(off_app, start_blast(off_app))
    with off_app.app_context():
        assert not request_catch_up_when_silent("twilio", now())
        assert request_catch_up_when_silent("twilio", now() + timedelta(minutes=11))
        assert not request_catch_up_when_silent("twilio", now() + timedelta(minutes=11))
    ref = list_messages(off_app)[0]
    assert ref.status == "accepted"
    twilio.send_callbacks(off_app, statuses=("delivered",))
    with off_app.app_context():
        assert not request_catch_up_when_silent("twilio", now() + timedelta(minutes=40))


def test_a_first_start_takes_in_nothing_that_is_older(sending_app, twilio, background):
    """What an account got before this program was there is none of its business."""
    sending_app.extensions[ENGINE_TIMINGS_KEY] = QUICK
    twilio.arrive(ZOE, "Hello", OURS, created_at=hours_ago(2))
    background(sending_app)
    wait_for_look(sending_app)
    assert bodies(sending_app) == []


def test_a_request_survives_a_look_that_fails(off_app):
    with off_app.app_context(), write():
        request_catch_up("twilio", now())
    with off_app.app_context():
        assert find_catch_up("twilio").requested_at


def test_a_carrier_without_any_list_is_not_waited_for(off_app, twilio, background):
    """404: what stands behind TWILIO_API_URL takes texts and lists none."""
    add_phones(off_app, ZOE)
    twilio.lists.refuse(404, times=10_000)
    scheduled = start_blast(off_app)
    background(off_app)
    assert wait_until_ended(off_app, scheduled).success_count == 1
    assert news(off_app).failure == "HTTP 404"
