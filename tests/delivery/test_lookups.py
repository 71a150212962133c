"""What nobody answered is looked up at the carrier: at the stated times, adopted when found,
ruled on when not.

Time passes as an argument: what is due at a moment is asked for as if it were that moment.
"""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import leader_lease as leading
from app.delivery.actions import message_resend
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.engine.status_poller import StatusPoller
from app.delivery.models import Lease, Message, MessageLog
from app.domain.delivery.message_lookups import (
    MISSING_RECEIPT_LOOKUP_DELAYS,
    UNKNOWN_LOOKUP_DELAYS,
)
from tests.async_runner import run_coroutine
from tests.delivery.town import (
    attempts,
    blast,
    ended,
    everybody_is_accounted_for,
    people,
    rows,
    statuses,
    twilio_settings,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_members

OURS = "+13035550100"
MARGIN = timedelta(milliseconds=1)
LOST = {"status": 500, "code": 20500}


@pytest.fixture(autouse=True)
def nobody_twice_and_nobody_lost(town, twilio):
    """After every scenario: the two invariants, and no second request but for the ids a person
    `sent_again`.
    """
    sent_again = set()
    yield sent_again
    everybody_is_accounted_for(town, twilio, sent_again=sent_again)
    assert {row.id for row in rows(town) if row.attempts > 1} == sent_again


def look(app, moment):
    """One round of look-ups as of `moment`; says how many questions were asked."""

    async def directly(work, *values):
        return work(*values)

    async def one():
        carrier = create_carrier(app)
        look_ups = StatusPoller(app, carrier, directly)
        try:
            return await look_ups.run_due_lookups(moment)
        finally:
            await look_ups.close()
            await carrier.close()

    return run_coroutine(one())


def doubtful(app, background, *phones, body="Hello"):
    """A blast to these people, answered as the carrier was told to.

    Returns its log, and when the first doubt began.
    """
    people(app, *phones)
    background(app)
    log = ended(app, blast(app, body))
    return log, min(each.ended_at for each in attempts(app))


def the_row(app):
    (row,) = rows(app)
    return row


def test_f4_a_text_the_carrier_took_behind_a_500_is_found_half_a_minute_later(
    town, twilio, background
):
    """F4: and its receipt, which comes later still, is known to be about it."""
    twilio.answer(**LOST, taken=True)
    log, began = doubtful(town, background, ZOE)
    assert statuses(town, log.id) == {"unknown": 1}
    assert look(town, began + timedelta(seconds=29)) == 0
    assert look(town, began + timedelta(seconds=30)) == 1
    row = the_row(town)
    assert (row.status, row.provider_sid) == ("accepted", twilio.requests[0].sid)
    assert row.reason == "carrier_fault"  # why it was in doubt stays written down
    assert row.look_up_at == began + timedelta(seconds=30, minutes=10)
    assert attempts(town)[0].provider_sid == twilio.requests[0].sid
    assert set(twilio.send_callbacks(town, ("delivered",))) == {204}
    row = the_row(town)
    assert (row.status, row.look_up_at) == ("delivered", None)
    assert len(twilio.requests) == 1


def test_f5_what_nobody_ever_saw_is_not_sent_after_a_day_and_seven_looks(town, twilio, background):
    """F5: seven lists at the stated offsets, one request to send."""
    twilio.answer(**LOST)
    log, began = doubtful(town, background, ZOE)
    for n, offset in enumerate(UNKNOWN_LOOKUP_DELAYS):
        assert look(town, began + offset - MARGIN) == 0
        assert statuses(town, log.id) == {"unknown": 1}
        assert look(town, began + offset) == 1
        assert the_row(town).lookups == n + 1
    row = the_row(town)
    assert (row.status, row.look_up_at, row.reason) == (
        "not_sent",
        None,
        "carrier_fault",
    )
    assert look(town, began + timedelta(days=30)) == 0
    assert len(twilio.reads) == 7
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
def test_f6_f7_f10_a_lost_answer_is_read_from_the_list(town, twilio, background, script):
    """F6, F7, F10: however the answer got lost, the list knows the text; one request."""
    twilio.answer(**script)
    log, began = doubtful(town, background, ZOE)
    assert statuses(town, log.id) == {"unknown": 1}
    look(town, began + timedelta(seconds=30))
    assert statuses(town, log.id) == {"accepted": 1}
    assert the_row(town).provider_sid == twilio.requests[0].sid


def test_f32_what_a_lost_process_had_on_the_wire_is_found_and_its_late_answer_changes_nothing(
    town, twilio, background
):
    """F32, F16: the answer was never stored by whoever led; the list has the sid, the same one
    as the late answer.
    """
    people(town, ZOE)
    twilio.answer(delay=1.5)
    background(town)
    wanted = blast(town)
    twilio.wait_for(1)
    with town.app_context():
        epoch = db.session.scalar(db.select(Lease.epoch))
        with write():
            assert leading.acquire_lease("f" * 32, "+13035550100", "twilio", epoch, now())
    (row,) = rows(town)
    assert (row.status, row.reason) == ("unknown", "process_stopped")
    look(town, now() + timedelta(seconds=30))
    assert the_row(town).status == "accepted"
    wait_until(lambda: attempts(town)[0].outcome == "accepted", "the late answer")
    assert the_row(town).provider_sid == attempts(town)[0].provider_sid == twilio.requests[0].sid
    ended(town, wanted)


def test_f36_a_list_that_lags_three_hours_is_waited_for(town, twilio, background):
    """F36: empty lists until then; adopted at the look-up after six hours, never not_sent
    before a day.
    """
    twilio.answer(**LOST, taken=True)
    twilio.lists.late = True
    log, began = doubtful(town, background, ZOE)
    for offset in UNKNOWN_LOOKUP_DELAYS[:5]:
        assert look(town, began + offset) == 1
        assert statuses(town, log.id) == {"unknown": 1}
    twilio.lists.late = False
    assert look(town, began + timedelta(hours=6)) == 1
    assert statuses(town, log.id) == {"accepted": 1}


@pytest.mark.parametrize(
    "habits",
    [
        {"redacted": True},
        {"trial": True},
        {"ahead": timedelta(hours=3)},
        {"ahead": timedelta(minutes=-20)},
    ],
)
def test_f38_a_redacted_or_prefixed_copy_or_one_by_another_clock_is_adopted(
    town, twilio, background, habits
):
    """F38: also when the carrier's clock is hours from ours."""
    vars(twilio.lists).update(habits)
    twilio.answer(**LOST, taken=True)
    log, began = doubtful(town, background, ZOE)
    look(town, began + timedelta(seconds=30))
    assert statuses(town, log.id) == {"accepted": 1}


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
def test_f38_a_text_of_another_time_direction_sender_or_wording_is_not_adopted(
    town, twilio, background, changed
):
    """F38: and once a day has passed it does not keep the doubt alive either."""
    twilio.answer(**LOST)
    log, began = doubtful(town, background, ZOE)
    made = began + changed.pop("created_at", timedelta())
    given = {"to": ZOE, "sender": OURS, "body": "Hello", **changed}
    twilio.put(wire.generate_message_sid(), created_at=made, **given)
    for offset in UNKNOWN_LOOKUP_DELAYS:
        look(town, began + offset)
    assert statuses(town, log.id) == {"not_sent": 1}
    assert the_row(town).provider_sid is None


def test_f39_a_receipt_that_got_lost_is_asked_for(town, twilio, background):
    """F39: delivered, found after ten minutes."""
    log, taken = doubtful(town, background, ZOE)
    assert statuses(town, log.id) == {"accepted": 1}
    twilio.be(ZOE, "delivered")
    assert look(town, taken + timedelta(minutes=10) - MARGIN) == 0
    assert look(town, taken + timedelta(minutes=10) + timedelta(seconds=1)) == 1
    row = the_row(town)
    assert (row.status, row.look_up_at) == ("delivered", None)
    assert row.provider_sid in twilio.reads[0]


def test_f39_without_any_receipt_a_text_is_sent_and_no_failure_after_three_days(
    town, twilio, background
):
    """F39: five questions, then no_receipt, which counts as sent and touches nobody."""
    log, taken = doubtful(town, background, ZOE)
    twilio.be(ZOE, "sent")
    for n, offset in enumerate(MISSING_RECEIPT_LOOKUP_DELAYS):
        look(town, taken + offset + timedelta(seconds=1))
        assert statuses(town, log.id) == {"sent" if n < 4 else "no_receipt": 1}
    assert the_row(town).look_up_at is None
    assert look(town, taken + timedelta(days=30)) == 0
    assert len(twilio.reads) == 5
    with town.app_context():
        log = db.session.get(MessageLog, log.id)
        assert (log.success_count, log.failure_count) == (1, 0)
    twilio.send_callbacks(town, ("delivered",))
    assert statuses(town, log.id) == {"delivered": 1}


def test_a_failure_that_is_looked_up_has_its_code_and_words(town, twilio, background):
    _, taken = doubtful(town, background, ZOE)
    twilio.be(ZOE, "undelivered", 30003)
    look(town, taken + timedelta(minutes=11))
    row = the_row(town)
    assert (row.status, row.error_code) == ("undelivered", 30003)
    assert row.error_message


def test_a_text_the_carrier_has_forgotten_ends_without_a_receipt(town, twilio, background):
    log, taken = doubtful(town, background, ZOE)
    twilio.texts.clear()
    for offset in MISSING_RECEIPT_LOOKUP_DELAYS:
        look(town, taken + offset + timedelta(seconds=1))
    assert statuses(town, log.id) == {"no_receipt": 1}


@pytest.mark.parametrize(("status", "seconds"), [(500, 60), (429, 60), (401, 600), (503, 60)])
def test_a_question_without_an_answer_is_no_look_up(town, twilio, background, status, seconds):
    twilio.answer(**LOST)
    _, began = doubtful(town, background, ZOE)
    asked = began + timedelta(hours=24)
    for offset in UNKNOWN_LOOKUP_DELAYS[:-1]:
        look(town, began + offset)
    twilio.lists.refuse(status)
    assert look(town, asked) == 1
    row = the_row(town)
    assert (row.status, row.lookups, row.look_up_at) == (
        "unknown",
        6,
        asked + timedelta(seconds=seconds),
    )
    assert look(town, row.look_up_at) == 1
    assert the_row(town).status == "not_sent"


def test_the_carriers_retry_after_is_obeyed(town, twilio, background):
    twilio.answer(**LOST)
    _, began = doubtful(town, background, ZOE)
    twilio.lists.refuse(429, **{"Retry-After": "300"})
    look(town, began + timedelta(seconds=30))
    assert the_row(town).look_up_at == began + timedelta(seconds=330)


def test_a_carrier_that_says_no_to_one_question_is_not_asked_the_others_meanwhile(
    town, twilio, background
):
    with town.app_context():
        add_members(12)
    background(town)
    log = ended(town, blast(town))
    twilio.lists.refuse(401, 12)
    look(town, now() + timedelta(minutes=11))
    assert 1 <= len(twilio.reads) <= 4
    assert statuses(town, log.id) == {"accepted": 12}


def test_a_list_that_does_not_reach_back_to_the_attempt_proves_nothing(town, twilio, background):
    twilio.answer(**LOST)
    _, began = doubtful(town, background, ZOE)
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
        look(town, began + offset)
    row = the_row(town)
    assert (row.status, row.look_up_at) == ("unknown", None)


def test_two_texts_in_doubt_to_one_phone_are_looked_up_together_and_paired_by_time(
    town, twilio, background
):
    twilio.answer(**LOST, taken=True)
    people(town, ZOE)
    background(town)
    for token in "ab":
        ended(town, blast(town, "Hello", token=token))
    look(town, now() + timedelta(seconds=31))
    assert len(twilio.reads) == 1
    assert {row.provider_sid for row in rows(town)} == {each.sid for each in twilio.requests}


def test_one_text_that_could_be_either_of_two_leaves_both_in_doubt(town, twilio, background):
    people(town, ZOE)
    background(town)
    for token, taken in (("a", True), ("b", False)):
        twilio.answer(**LOST, taken=taken)
        ended(town, blast(town, "Hello", token=token))
    for offset in UNKNOWN_LOOKUP_DELAYS:
        look(town, now() + offset)
    assert statuses(town) == {"unknown": 2}
    assert {row.look_up_at for row in rows(town)} == {None}
    twilio.send_callbacks(town, ("delivered",))  # a receipt knows whose it is
    assert statuses(town) == {"delivered": 1, "unknown": 1}


def check(app, log, moment):
    with app.app_context(), write():
        return message_resend.request_status_lookup(
            log.id, [row.id for row in rows(app, log.id)], moment
        )


def test_a_person_may_ask_at_any_time_and_takes_no_look_up_away(town, twilio, background):
    twilio.answer(**LOST)
    log, began = doubtful(town, background, ZOE)
    soon = began + timedelta(minutes=5)
    assert check(town, log, soon) == 1
    assert look(town, soon) == 1
    row = the_row(town)
    assert (row.status, row.look_up_at) == ("unknown", began + timedelta(minutes=10))


def test_what_was_given_up_is_found_when_a_person_asks_and_stays_when_nothing_is_found(
    town, twilio, background
):
    twilio.answer(**LOST, taken=True)
    twilio.lists.late = True
    log, began = doubtful(town, background, ZOE)
    for offset in UNKNOWN_LOOKUP_DELAYS:
        look(town, began + offset)
    assert statuses(town, log.id) == {"not_sent": 1}
    for day, expected in ((2, "not_sent"), (3, "accepted")):
        twilio.lists.late = day == 2
        assert check(town, log, began + timedelta(days=day)) == 1
        assert look(town, began + timedelta(days=day)) == 1
        assert statuses(town, log.id) == {expected: 1}


def test_a_text_without_receipt_is_asked_for_once_more_by_a_person(town, twilio, background):
    log, taken = doubtful(town, background, ZOE)
    look(town, taken + timedelta(hours=73))
    assert statuses(town, log.id) == {"no_receipt": 1}
    for status, expected in (("sent", "no_receipt"), ("delivered", "delivered")):
        twilio.be(ZOE, status)
        check(town, log, taken + timedelta(days=5))
        assert look(town, taken + timedelta(days=5)) == 1
        row = the_row(town)
        assert (row.status, row.look_up_at) == (expected, None)


def test_both_tries_of_a_text_that_was_sent_again_are_found(
    town, twilio, background, nobody_twice_and_nobody_lost
):
    """The carrier has two texts then, and we know both names; each is one attempt's."""
    twilio.answer(**LOST, taken=True)
    log, _ = doubtful(town, background, ZOE)
    row = the_row(town)
    with town.app_context(), write():
        assert message_resend.resend_messages(log.id, [row.id], row.sender, now()).queued == 1
    nobody_twice_and_nobody_lost.add(row.id)
    wait_until(
        lambda: len(attempts(town)) == 2 and the_row(town).status == "unknown",
        "the second try",
    )
    look(town, now() + timedelta(seconds=31))
    assert the_row(town).status == "accepted"
    assert {each.provider_sid for each in attempts(town)} == {each.sid for each in twilio.requests}


def test_the_engine_looks_up_by_itself_while_it_leads(town, twilio, background):
    twilio.answer(**LOST, taken=True)
    log, _ = doubtful(town, background, ZOE, LEO, MIA)
    with town.app_context(), write() as session:
        session.execute(db.update(Message).values(look_up_at=now()))
    wait_until(lambda: statuses(town, log.id) == {"accepted": 3}, "the look-ups")
    assert len(twilio.reads) == 3


def test_slow_answers_to_questions_keep_no_text_waiting(make_app, twilio, background):
    town = make_app(**twilio_settings(twilio, send_concurrency=2))
    with town.app_context():
        add_members(8)
    background(town)
    first = ended(town, blast(town))
    twilio.lists.slow = 30
    with town.app_context(), write() as session:
        session.execute(db.update(Message).values(look_up_at=now()))
    wait_until(lambda: len(twilio.reads) == 4, "four questions at once")
    second = ended(town, blast(town, "Another"))
    assert statuses(town, second.id) == {"accepted": 8}
    assert statuses(town, first.id) == {"accepted": 8}
    assert len(twilio.reads) == 4


def test_texts_of_a_carrier_that_is_not_in_use_do_not_stand_in_the_way(town, twilio, background):
    twilio.answer(**LOST, taken=True)
    _, began = doubtful(town, background, ZOE)
    with town.app_context(), write() as session:
        session.execute(db.update(Message).values(carrier="sandbox"))
    moment = began + timedelta(minutes=1)
    assert look(town, moment) == 0
    row = the_row(town)
    assert (row.status, row.look_up_at) == ("unknown", moment + timedelta(hours=1))
    assert twilio.reads == []
