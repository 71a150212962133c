"""A person decides about texts in doubt, with the real engine: sent again on purpose, checked
again, left.
"""

from collections import Counter

import pytest
from sqlalchemy import text

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import message_resend, sender_throttle
from app.delivery.models import MessageLog
from app.delivery.queries.sender_health import get_sender_health
from app.domain.delivery.skip_reasons import SkipReason
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    get_schedule,
    get_tally,
    list_attempts,
    list_messages,
    start_blast,
    wait_until_ended,
    wait_until_paused,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_opt_out
from tests.visit import Visitor

PUBLIC = "http://sms.example.org"


def ids(app, *phones):
    return [row.id for row in list_messages(app) if row.phone in phones]


def send_again(app, log_id, *phones):
    with app.app_context(), write():
        return message_resend.resend_messages(
            log_id, ids(app, *phones), app.extensions["settings"].sender, now()
        )


def status_of(app, phone):
    return next(row.status.value for row in list_messages(app) if row.phone == phone)


def make(app, phone, status):
    """What a day of look-ups, or a carrier's answer, makes of a text."""
    with app.app_context(), write() as session:
        change = text(
            "UPDATE messages SET status = :status, look_up_at = NULL WHERE phone = :phone"
        )
        session.execute(change, {"status": status, "phone": phone})


@pytest.fixture
def doubtful(sending_app, twilio, background):
    """A blast to Zoë, Leo, Mia and Max that has ended: Max got it, Twilio answered the others
    with a fault.

    Zoë's text is at Twilio all the same. Nobody sends when the test begins. (app, Twilio, the
    id of the log)
    """
    add_phones(sending_app, ZOE, LEO, MIA, MAX)
    for phone in (LEO, MIA):
        twilio.answer(to=phone, times=1, status=500, code=20500)
    twilio.answer(to=ZOE, times=1, status=500, code=20500, taken=True)
    running = background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    running.stop()
    assert count_statuses(sending_app, log.id) == {"unknown": 3, "accepted": 1}
    return sending_app, twilio, log.id


def log_now(app, log_id):
    with app.app_context():
        return db.session.get(MessageLog, log_id)


def over(app, log_id):
    """Wait until the blast has ended once more."""
    return wait_until(
        lambda: (log := log_now(app, log_id)).status not in ("processing", "paused") and log,
        "the end",
    )


def confirmed(app, log_id, state):
    """Ada looks at the page that asks, and confirms."""
    visit = Visitor(app)
    page = visit(f"/blasts/logs/{log_id}/send-again?state={state}", "ada")
    return page, visit(
        f"/blasts/logs/{log_id}/send-again", "ada", **page.fields() | {"confirm": "1"}
    )


def test_what_was_not_sent_is_sent_again_by_a_person(doubtful, background):
    """F43: the confirmation lists 3; new attempts, 3 requests; the blast ends once more, and
    its schedule with it.
    """
    app, twilio, log_id = doubtful
    for phone in (ZOE, LEO, MIA):
        make(app, phone, "not_sent")
    page, _ = confirmed(app, log_id, "not_sent")
    assert page.headings == ["Resend to 3 people"]
    assert [
        page.words.count(name) for name in ("+1 303 555 0142", "+1 303 555 0143", "+1 303 555 0144")
    ] == [1, 1, 1]
    assert count_statuses(app, log_id) == {"queued": 3, "accepted": 1}
    background(app)
    log = over(app, log_id)
    assert (log.status, get_schedule(app, 1).status) == ("sent", "sent")
    assert log.finished_at > log.resumed_at
    again_sent = twilio.requests[4:]
    assert {request.to for request in again_sent} == {ZOE, LEO, MIA}
    assert len(again_sent) == 3
    numbered = Counter(attempt.n for attempt in list_attempts(app))
    assert numbered == {1: 4, 2: 3}
    assert len({attempt.ref for attempt in list_attempts(app)}) == 7
    assert_everybody_accounted_for(app, twilio, sent_again=ids(app, ZOE))


def test_a_late_receipt_of_the_old_try_keeps_the_new_one_from_leaving(doubtful, background):
    """F43: delivered on the old ref while the new one is queued: the new one is not sent."""
    app, twilio, log_id = doubtful
    assert send_again(app, log_id, ZOE, LEO).queued == 2
    assert twilio.send_callbacks(app, ("delivered",), to=ZOE) == [204]
    assert status_of(app, ZOE) == "delivered"
    background(app)
    over(app, log_id)
    assert len(twilio.sent_to(ZOE)) == 1
    assert len(twilio.sent_to(LEO)) == 2
    assert_everybody_accounted_for(app, twilio)


@pytest.mark.parametrize("word", ["failed", "undelivered"])
def test_that_the_old_try_failed_does_not_stop_the_new_one(doubtful, background, word):
    """F43: the failure of an old try is no news about the one that is queued."""
    app, twilio, log_id = doubtful
    send_again(app, log_id, ZOE)
    assert twilio.send_callbacks(app, (word,), to=ZOE, code=30008) == [204]
    assert status_of(app, ZOE) == "queued"
    background(app)
    over(app, log_id)
    assert len(twilio.sent_to(ZOE)) == 2
    assert status_of(app, ZOE) == "accepted"


def test_what_went_wrong_before_stays_written_down(doubtful):
    app, _, log_id = doubtful
    before = {row.phone: row.error_message for row in list_messages(app)}
    send_again(app, log_id, LEO)
    row = next(row for row in list_messages(app) if row.phone == LEO)
    assert (row.status, row.error_message, row.reason) == (
        "queued",
        before[LEO],
        "carrier_fault",
    )
    assert [attempt.outcome for attempt in list_attempts(app) if attempt.message_id == row.id] == [
        "ambiguous"
    ]


def test_the_first_one_goes_alone_and_a_fault_stops_the_others(doubtful, background):
    app, twilio, log_id = doubtful
    twilio.answer(status=400, code=21606)
    send_again(app, log_id, LEO, MIA, ZOE)
    background(app)
    wait_until_paused(app, 1)
    assert len(twilio.requests) == 5
    assert get_tally(app, log_id).queued == 2


def test_of_a_stopped_blast_these_alone_go(doubtful, background):
    app, twilio, log_id = doubtful
    make(app, MIA, "cancelled")
    with app.app_context(), write() as session:
        session.get(MessageLog, log_id).status = "cancelled"
    assert send_again(app, log_id, LEO, MIA).queued == 1
    background(app)
    over(app, log_id)
    assert (len(twilio.sent_to(LEO)), len(twilio.sent_to(MIA))) == (2, 1)
    assert status_of(app, MIA) == "cancelled"


def test_nobody_is_sent_again_who_got_it_or_said_stop_or_was_chosen_twice(doubtful):
    app, _, log_id = doubtful
    with app.app_context():
        add_opt_out(LEO)
    result = send_again(app, log_id, ZOE, LEO, MAX)
    assert (result.queued, result.skipped_by_reason) == (1, {SkipReason.SAID_STOP: 1})
    assert (status_of(app, LEO), status_of(app, MAX)) == ("unknown", "accepted")
    assert send_again(app, log_id, ZOE).queued == 0
    assert send_again(app, log_id).queued == 0


@pytest.mark.parametrize(
    "status",
    ["undelivered", "opted_out", "delivered", "no_receipt", "sent", "cancelled"],
)
def test_what_the_carrier_had_or_a_person_stopped_is_not_sent_again(doubtful, status):
    app, _, log_id = doubtful
    make(app, ZOE, status)
    assert send_again(app, log_id, ZOE).queued == 0
    assert status_of(app, ZOE) == status


def test_a_stop_after_the_confirmation_is_obeyed(doubtful, background):
    app, twilio, log_id = doubtful
    send_again(app, log_id, LEO, MIA)
    twilio.text_in(app, PUBLIC, LEO, "STOP", To="+13035550100")
    background(app)
    over(app, log_id)
    assert (status_of(app, LEO), len(twilio.sent_to(LEO))) == ("skipped", 1)


def test_a_text_that_was_left_is_asked_about_no_more_and_its_late_receipt_counts(
    doubtful,
):
    app, twilio, log_id = doubtful
    with app.app_context(), write():
        assert message_resend.dismiss_doubtful_messages(log_id, ids(app, ZOE, MAX), now()) == 1
        assert message_resend.request_status_lookup(log_id, ids(app, ZOE), now()) == 0
    row = next(row for row in list_messages(app) if row.phone == ZOE)
    assert (row.status, row.look_up_at) == ("unknown", None)
    twilio.send_callbacks(app, ("delivered",), to=ZOE)
    assert status_of(app, ZOE) == "delivered"


def test_checked_again_the_carriers_list_finds_the_text(doubtful, background):
    app, twilio, log_id = doubtful
    with app.app_context(), write():
        assert message_resend.request_status_lookup(log_id, ids(app, ZOE), now()) == 1
    background(app)
    wait_until(lambda: status_of(app, ZOE) == "accepted", "the list to find it")
    assert len(twilio.sent_to(ZOE)) == 1
    assert status_of(app, LEO) == "unknown"


def test_resuming_forgets_old_failures_and_lets_the_sender_go(sending_app):
    add_phones(sending_app, ZOE)
    with sending_app.app_context(), write() as session:
        session.add(
            log := MessageLog(
                message_body="x", target="community", status="paused", carrier="twilio"
            )
        )
        log.sender = "+13035550100"
        sender_throttle.hold_sender(log.sender, "twilio", now(), None, "Twilio asked us to wait.")
        sender_throttle.slow_sender(log.sender, "twilio", now())
        session.flush()
        log_id = log.id
    before = now()
    assert Visitor(sending_app).post(f"/blasts/logs/{log_id}/resume", "ada").status_code == 303
    assert log_now(sending_app, log_id).resumed_at >= before
    with sending_app.app_context():
        health = get_sender_health("+13035550100", "twilio")
        assert (health.hold_until, health.hold_code, health.hold_words) == (
            None,
            None,
            None,
        )
        assert health.share == 0.5
