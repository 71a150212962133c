"""What nobody answered is looked up at the carrier: at the stated times, adopted when found,
ruled on when not.

Time passes as an argument: what is due at a moment is asked for as if it were that moment.
"""

import time
from datetime import timedelta

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import leader_lease as leading
from app.delivery.actions import message_resend
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.engine_models import Lease
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_lookups import (
    MISSING_RECEIPT_LOOKUP_DELAYS,
    UNKNOWN_LOOKUP_DELAYS,
)
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    list_attempts,
    list_messages,
    run_lookup_round,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_members

OURS = "+13035550100"
MARGIN = timedelta(milliseconds=1)
LOST = {"status": 500, "code": 20500}


@pytest.fixture(autouse=True)
def nobody_twice_and_nobody_lost(sending_app, twilio):
    """After every scenario: the two invariants, and no second request but for the ids a person
    `sent_again`.
    """
    sent_again = set()
    yield sent_again
    assert_everybody_accounted_for(sending_app, twilio, sent_again=sent_again)
    assert {row.id for row in list_messages(sending_app) if row.attempts > 1} == sent_again


def doubtful(app, background, *phones, body="Hello"):
    """A blast to these people, answered as the carrier was told to.

    Returns its log, and when the first doubt began.
    """
    add_phones(app, *phones)
    background(app)
    log = wait_until_ended(app, start_blast(app, body))
    return log, min(attempt.ended_at for attempt in list_attempts(app))


def the_row(app):
    (row,) = list_messages(app)
    return row


def test_a_text_the_carrier_took_behind_a_500_is_found_half_a_minute_later(
    sending_app, twilio, background
):
    """F4: and its receipt, which comes later still, is known to be about it."""
    twilio.answer(**LOST, taken=True)
    log, began = doubtful(sending_app, background, ZOE)
    assert count_statuses(sending_app, log.id) == {"unknown": 1}
    assert run_lookup_round(sending_app, began + timedelta(seconds=29)) == 0
    assert run_lookup_round(sending_app, began + timedelta(seconds=30)) == 1
    row = the_row(sending_app)
    assert (row.status, row.provider_sid) == ("accepted", twilio.requests[0].sid)
    assert row.reason == "carrier_fault"  # why it was in doubt stays written down
    assert row.look_up_at == began + timedelta(seconds=30, minutes=10)
    assert list_attempts(sending_app)[0].provider_sid == twilio.requests[0].sid
    assert set(twilio.send_callbacks(sending_app, ("delivered",))) == {204}
    row = the_row(sending_app)
    assert (row.status, row.look_up_at) == ("delivered", None)
    assert len(twilio.requests) == 1


def test_what_nobody_ever_saw_is_not_sent_after_five_minutes_and_seven_looks(
    sending_app, twilio, background
):
    """F5: seven lists at the stated offsets, one request to send."""
    twilio.answer(**LOST)
    log, began = doubtful(sending_app, background, ZOE)
    for n, offset in enumerate(UNKNOWN_LOOKUP_DELAYS):
        assert run_lookup_round(sending_app, began + offset - MARGIN) == 0
        assert count_statuses(sending_app, log.id) == {"unknown" if n < 3 else "not_sent": 1}
        assert run_lookup_round(sending_app, began + offset) == 1
        assert the_row(sending_app).lookups == n + 1
    row = the_row(sending_app)
    assert (row.status, row.look_up_at, row.reason) == (
        "not_sent",
        None,
        "carrier_fault",
    )
    assert run_lookup_round(sending_app, began + timedelta(days=30)) == 0
    assert len(twilio.lookup_reads) == 7
    assert len(twilio.requests) == 1


@pytest.mark.parametrize(
    "script",
    [
        {"raw": b"{}"},
        {"raw": b""},
        {"raw": b'{"status":"queued"}'},
        {"raw": b'{"sid": "SM'},
        {"manner": "reset", "taken": True},
        {"manner": "cut", "taken": True},
        {"manner": "garbage", "taken": True},
        {"manner": "closed", "taken": True},
    ],
)
def test_a_lost_answer_is_read_from_the_list(sending_app, twilio, background, script):
    """F6, F7, F10: however the answer got lost, the list knows the text; one request."""
    twilio.answer(**script)
    log, began = doubtful(sending_app, background, ZOE)
    assert count_statuses(sending_app, log.id) == {"unknown": 1}
    run_lookup_round(sending_app, began + timedelta(seconds=30))
    assert count_statuses(sending_app, log.id) == {"accepted": 1}
    assert the_row(sending_app).provider_sid == twilio.requests[0].sid


def test_what_a_lost_process_had_on_the_wire_is_found_and_its_late_answer_changes_nothing(
    sending_app, twilio, background
):
    """F32, F16: the answer was never stored by whoever led; the list has the sid, the same one
    as the late answer.
    """
    add_phones(sending_app, ZOE)
    background(sending_app)
    with twilio.responses_held():
        blast_id = start_blast(sending_app)
        twilio.wait_for(1)
        with sending_app.app_context():
            epoch = db.session.scalar(db.select(Lease.epoch))
            with write():
                assert leading.acquire_lease("f" * 32, "+13035550100", "twilio", epoch, now())
        (row,) = list_messages(sending_app)
        assert (row.status, row.reason) == ("unknown", "process_stopped")
        run_lookup_round(sending_app, now() + timedelta(seconds=30))
        assert the_row(sending_app).status == "accepted"
    wait_until(lambda: list_attempts(sending_app)[0].outcome == "accepted", "the late answer")
    assert (
        the_row(sending_app).provider_sid
        == list_attempts(sending_app)[0].provider_sid
        == twilio.requests[0].sid
    )
    wait_until_ended(sending_app, blast_id)


def test_a_list_that_lags_three_hours_is_waited_for(sending_app, twilio, background):
    """F36: empty lists until then: not sent after five minutes, and adopted at the look-up after
    six hours.
    """
    twilio.answer(**LOST, taken=True)
    twilio.lists.late = True
    log, began = doubtful(sending_app, background, ZOE)
    for offset in UNKNOWN_LOOKUP_DELAYS[:5]:
        assert run_lookup_round(sending_app, began + offset) == 1
    assert count_statuses(sending_app, log.id) == {"not_sent": 1}
    twilio.lists.late = False
    assert run_lookup_round(sending_app, began + timedelta(hours=6)) == 1
    assert count_statuses(sending_app, log.id) == {"accepted": 1}


@pytest.mark.parametrize(
    "habits",
    [
        {"redacted": True},
        {"trial": True},
        {"ahead": timedelta(hours=3)},
        {"ahead": timedelta(minutes=-20)},
    ],
)
def test_a_redacted_or_prefixed_copy_or_one_by_another_clock_is_adopted(
    sending_app, twilio, background, habits
):
    """F38: also when the carrier's clock is hours from ours."""
    vars(twilio.lists).update(habits)
    twilio.answer(**LOST, taken=True)
    log, began = doubtful(sending_app, background, ZOE)
    run_lookup_round(sending_app, began + timedelta(seconds=30))
    assert count_statuses(sending_app, log.id) == {"accepted": 1}


@pytest.mark.parametrize(
    "changed",
    [
        {"created_at": -timedelta(minutes=10)},
        {"created_at": timedelta(minutes=10)},
        {"from_phone": True},
        {"body": "Another text"},
        {"sender": "+13035550199"},
    ],
)
def test_a_text_of_another_time_direction_sender_or_wording_is_not_adopted(
    sending_app, twilio, background, changed
):
    """F38: and once a day has passed it does not keep the doubt alive either."""
    twilio.answer(**LOST)
    log, began = doubtful(sending_app, background, ZOE)
    created_at = began + changed.pop("created_at", timedelta())
    values = {"to": ZOE, "sender": OURS, "body": "Hello", **changed}
    twilio.put(wire.generate_message_sid(), created_at=created_at, **values)
    for offset in UNKNOWN_LOOKUP_DELAYS:
        run_lookup_round(sending_app, began + offset)
    assert count_statuses(sending_app, log.id) == {"not_sent": 1}
    assert the_row(sending_app).provider_sid is None


def test_a_receipt_that_got_lost_is_asked_for(sending_app, twilio, background):
    """F39: delivered, found after ten minutes."""
    log, request = doubtful(sending_app, background, ZOE)
    assert count_statuses(sending_app, log.id) == {"accepted": 1}
    twilio.be(ZOE, "delivered")
    assert run_lookup_round(sending_app, request + timedelta(minutes=10) - MARGIN) == 0
    assert (
        run_lookup_round(sending_app, request + timedelta(minutes=10) + timedelta(seconds=1)) == 1
    )
    row = the_row(sending_app)
    assert (row.status, row.look_up_at) == ("delivered", None)
    assert row.provider_sid in twilio.lookup_reads[0]


def test_without_any_receipt_a_text_is_sent_and_no_failure_after_three_days(
    sending_app, twilio, background
):
    """F39: five questions, then no_receipt, which counts as sent and touches nobody."""
    log, request = doubtful(sending_app, background, ZOE)
    twilio.be(ZOE, "sent")
    for n, offset in enumerate(MISSING_RECEIPT_LOOKUP_DELAYS):
        run_lookup_round(sending_app, request + offset + timedelta(seconds=1))
        assert count_statuses(sending_app, log.id) == {"sent" if n < 4 else "no_receipt": 1}
    assert the_row(sending_app).look_up_at is None
    assert run_lookup_round(sending_app, request + timedelta(days=30)) == 0
    assert len(twilio.lookup_reads) == 5
    with sending_app.app_context():
        log = db.session.get(MessageLog, log.id)
        assert (log.success_count, log.failure_count) == (1, 0)
    twilio.send_callbacks(sending_app, ("delivered",))
    assert count_statuses(sending_app, log.id) == {"delivered": 1}


def test_a_failure_that_is_looked_up_has_its_code_and_words(sending_app, twilio, background):
    _, request = doubtful(sending_app, background, ZOE)
    twilio.be(ZOE, "undelivered", 30003)
    run_lookup_round(sending_app, request + timedelta(minutes=11))
    row = the_row(sending_app)
    assert (row.status, row.error_code) == ("undelivered", 30003)
    assert row.error_message


def test_a_text_the_carrier_has_forgotten_ends_without_a_receipt(sending_app, twilio, background):
    log, request = doubtful(sending_app, background, ZOE)
    twilio.texts.clear()
    for offset in MISSING_RECEIPT_LOOKUP_DELAYS:
        run_lookup_round(sending_app, request + offset + timedelta(seconds=1))
    assert count_statuses(sending_app, log.id) == {"no_receipt": 1}


@pytest.mark.parametrize(("status", "seconds"), [(500, 60), (429, 60), (401, 600), (503, 60)])
def test_a_question_without_an_answer_is_no_look_up(
    sending_app, twilio, background, status, seconds
):
    twilio.answer(**LOST)
    _, began = doubtful(sending_app, background, ZOE)
    asked_at = began + timedelta(minutes=5)
    for offset in UNKNOWN_LOOKUP_DELAYS[:2]:
        run_lookup_round(sending_app, began + offset)
    twilio.lists.refuse(status)
    assert run_lookup_round(sending_app, asked_at) == 1
    row = the_row(sending_app)
    assert (row.status, row.lookups, row.look_up_at) == (
        "unknown",
        2,
        asked_at + timedelta(seconds=seconds),
    )
    assert run_lookup_round(sending_app, row.look_up_at) == 1
    assert the_row(sending_app).status == "not_sent"


def test_the_carriers_retry_after_is_obeyed(sending_app, twilio, background):
    twilio.answer(**LOST)
    _, began = doubtful(sending_app, background, ZOE)
    twilio.lists.refuse(429, **{"Retry-After": "300"})
    run_lookup_round(sending_app, began + timedelta(seconds=30))
    assert the_row(sending_app).look_up_at == began + timedelta(seconds=330)


def test_a_carrier_that_says_no_to_one_question_is_not_asked_the_others_meanwhile(
    sending_app, twilio, background
):
    with sending_app.app_context():
        add_members(12)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    twilio.lists.refuse(401, 12)
    run_lookup_round(sending_app, now() + timedelta(minutes=11))
    assert 1 <= len(twilio.lookup_reads) <= 4
    assert count_statuses(sending_app, log.id) == {"accepted": 12}


def test_a_list_that_does_not_reach_back_to_the_attempt_proves_nothing(
    sending_app, twilio, background
):
    twilio.answer(**LOST)
    _, began = doubtful(sending_app, background, ZOE)
    twilio.lists.page_size = 1
    for n in range(8):
        twilio.put(
            wire.generate_message_sid(),
            ZOE,
            OURS,
            f"Later {n}",
            created_at=began + timedelta(hours=n + 1),
        )
    for offset in UNKNOWN_LOOKUP_DELAYS:
        run_lookup_round(sending_app, began + offset)
    row = the_row(sending_app)
    assert (row.status, row.look_up_at) == ("unknown", None)


def test_two_texts_in_doubt_to_one_phone_are_looked_up_together_and_paired_by_time(
    sending_app, twilio, background
):
    twilio.answer(**LOST, taken=True)
    add_phones(sending_app, ZOE)
    background(sending_app)
    for token in "ab":
        wait_until_ended(sending_app, start_blast(sending_app, "Hello", token=token))
    run_lookup_round(sending_app, now() + timedelta(seconds=31))
    assert len(twilio.lookup_reads) == 1
    assert {row.provider_sid for row in list_messages(sending_app)} == {
        request.sid for request in twilio.requests
    }


def test_one_text_that_could_be_either_of_two_leaves_both_in_doubt(sending_app, twilio, background):
    add_phones(sending_app, ZOE)
    background(sending_app)
    for token, request in (("a", True), ("b", False)):
        twilio.answer(**LOST, taken=request)
        wait_until_ended(sending_app, start_blast(sending_app, "Hello", token=token))
    twilio.date_texts(now())  # stored after both attempts, however long they took
    for offset in UNKNOWN_LOOKUP_DELAYS:
        run_lookup_round(sending_app, now() + offset)
    assert count_statuses(sending_app) == {"unknown": 2}
    assert {row.look_up_at for row in list_messages(sending_app)} == {None}
    twilio.send_callbacks(sending_app, ("delivered",))  # a receipt knows whose it is
    assert count_statuses(sending_app) == {"delivered": 1, "unknown": 1}


def check(app, log, moment):
    with app.app_context(), write():
        return message_resend.request_status_lookup(
            log.id, [row.id for row in list_messages(app, log.id)], moment
        )


def test_a_person_may_ask_at_any_time_and_takes_no_look_up_away(sending_app, twilio, background):
    twilio.answer(**LOST)
    log, began = doubtful(sending_app, background, ZOE)
    soon = began + timedelta(minutes=3)
    assert check(sending_app, log, soon) == 1
    assert run_lookup_round(sending_app, soon) == 1
    row = the_row(sending_app)
    assert (row.status, row.look_up_at) == ("unknown", began + timedelta(minutes=5))


def test_what_was_given_up_is_found_when_a_person_asks_and_stays_when_nothing_is_found(
    sending_app, twilio, background
):
    twilio.answer(**LOST, taken=True)
    twilio.lists.late = True
    log, began = doubtful(sending_app, background, ZOE)
    for offset in UNKNOWN_LOOKUP_DELAYS:
        run_lookup_round(sending_app, began + offset)
    assert count_statuses(sending_app, log.id) == {"not_sent": 1}
    for day, expected in ((2, "not_sent"), (3, "accepted")):
        twilio.lists.late = day == 2
        assert check(sending_app, log, began + timedelta(days=day)) == 1
        assert run_lookup_round(sending_app, began + timedelta(days=day)) == 1
        assert count_statuses(sending_app, log.id) == {expected: 1}


def test_a_text_without_receipt_is_asked_for_once_more_by_a_person(sending_app, twilio, background):
    log, request = doubtful(sending_app, background, ZOE)
    run_lookup_round(sending_app, request + timedelta(hours=73))
    assert count_statuses(sending_app, log.id) == {"no_receipt": 1}
    for status, expected in (("sent", "no_receipt"), ("delivered", "delivered")):
        twilio.be(ZOE, status)
        check(sending_app, log, request + timedelta(days=5))
        assert run_lookup_round(sending_app, request + timedelta(days=5)) == 1
        row = the_row(sending_app)
        assert (row.status, row.look_up_at) == (expected, None)


def test_both_tries_of_a_text_that_was_sent_again_are_found(
    sending_app, twilio, background, nobody_twice_and_nobody_lost
):
    """The carrier has two texts then, and we know both names; each is one attempt's."""
    twilio.answer(**LOST, taken=True)
    log, _ = doubtful(sending_app, background, ZOE)
    row = the_row(sending_app)
    with sending_app.app_context(), write():
        assert message_resend.resend_messages(log.id, [row.id], row.sender, now()).queued == 1
    nobody_twice_and_nobody_lost.add(row.id)
    wait_until(
        lambda: len(list_attempts(sending_app)) == 2 and the_row(sending_app).status == "unknown",
        "the second try",
    )
    run_lookup_round(sending_app, now() + timedelta(seconds=31))
    assert the_row(sending_app).status == "accepted"
    assert {attempt.provider_sid for attempt in list_attempts(sending_app)} == {
        request.sid for request in twilio.requests
    }


def test_the_engine_looks_up_by_itself_while_it_leads(sending_app, twilio, background):
    twilio.answer(**LOST, taken=True)
    log, _ = doubtful(sending_app, background, ZOE, LEO, MIA)
    with sending_app.app_context(), write() as session:
        session.execute(db.update(Message).values(look_up_at=now()))
    wait_until(lambda: count_statuses(sending_app, log.id) == {"accepted": 3}, "the look-ups")
    assert len(twilio.lookup_reads) == 3


def test_slow_answers_to_questions_keep_no_text_waiting(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio, send_concurrency=2))
    with sending_app.app_context():
        add_members(8)
    background(sending_app)
    first = wait_until_ended(sending_app, start_blast(sending_app))
    twilio.lists.slow = 30
    with sending_app.app_context(), write() as session:
        session.execute(db.update(Message).values(look_up_at=now()))
    wait_until(lambda: len(twilio.lookup_reads) == 4, "four questions at once")
    second = wait_until_ended(sending_app, start_blast(sending_app, "Another"))
    assert count_statuses(sending_app, second.id) == {"accepted": 8}
    assert count_statuses(sending_app, first.id) == {"accepted": 8}
    assert len(twilio.lookup_reads) == 4


def test_texts_of_a_carrier_that_is_not_in_use_do_not_stand_in_the_way(
    sending_app, twilio, background
):
    twilio.answer(**LOST, taken=True)
    _, began = doubtful(sending_app, background, ZOE)
    with sending_app.app_context(), write() as session:
        session.execute(db.update(Message).values(carrier="sandbox"))
    moment = began + timedelta(minutes=1)
    assert run_lookup_round(sending_app, moment) == 0
    row = the_row(sending_app)
    assert (row.status, row.look_up_at) == ("unknown", moment + timedelta(hours=1))
    assert twilio.lookup_reads == []


def test_doubts_come_before_missing_receipts_and_all_are_asked_by_list(
    sending_app, twilio, background
):
    """R5, R23: eight doubts behind 62 receipts: one list answers all of them, and the four that
    never reached the carrier are not sent after five minutes.
    """
    with sending_app.app_context():
        add_members(70)
    people = [row.phone for row in list_members(sending_app)]
    for phone in people[:4]:
        twilio.answer(phone, **LOST, taken=True)
    for phone in people[4:8]:
        twilio.answer(phone, **LOST)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert count_statuses(sending_app, log.id) == {"accepted": 62, "unknown": 8}
    for phone in people[8:]:
        twilio.be(phone, "delivered")
    before = len(twilio.reads)
    run_lookup_round(sending_app, now() + timedelta(minutes=11))
    assert len(twilio.reads) - before == 2  # pages of 50 here
    assert count_statuses(sending_app, log.id) == {"delivered": 62, "accepted": 4, "not_sent": 4}


@pytest.mark.torture
def test_ten_doubts_behind_20000_missing_receipts_end_within_two_minutes(
    sending_app, twilio, background
):
    """R5 at its size: with Twilio's pages of 1,000 the doubts are settled in the first round."""
    twilio.lists.page_size = 1000
    with sending_app.app_context():
        add_members(20_010)
    people = [row.phone for row in list_members(sending_app)]
    for phone in people[:10]:
        twilio.answer(phone, **LOST, taken=phone in people[:5])
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app), 300)
    # On a slow machine half a minute has passed, and those the carrier took are found already.
    assert 5 <= count_statuses(sending_app, log.id)["unknown"] <= 10
    for phone in people[10:]:
        twilio.be(phone, "delivered")
    before = len(twilio.reads)
    started = time.monotonic()
    run_lookup_round(sending_app, now() + timedelta(minutes=11))
    seconds = time.monotonic() - started
    assert count_statuses(sending_app, log.id).get("unknown", 0) == 0
    # 21 questions and 4 s on two busy cores.
    assert len(twilio.reads) - before <= 40
    assert seconds < 120


def list_members(app):
    with app.app_context():
        return db.session.scalars(db.select(CommunityMember)).all()


def test_a_clock_that_differs_from_the_carriers_is_no_evidence(sending_app, twilio, background):
    """By list many would be called not sent: they are asked one by one, by Twilio's own clock."""
    with sending_app.app_context():
        add_members(8)
    twilio.lists.ahead = timedelta(hours=-3)
    twilio.answer(**LOST, taken=True)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    run_lookup_round(sending_app, now() + timedelta(minutes=6))
    assert count_statuses(sending_app, log.id) == {"accepted": 8}
