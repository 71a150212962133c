"""A person with two numbers: one text, and a second number after the first is refused for good."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.clock import now
from app.core.db import UniqueViolation, db, write
from app.delivery.actions import blast_control
from app.delivery.actions.message_status_updates import StatusUpdate, apply_status_update
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import MessageStatus
from app.suppression.actions.opt_outs import record_opt_out
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    get_log,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member

LANDLINE, OFF, GONE, STOPPED, SPAM = 30006, 30003, 30005, 21610, 30007
WORKING = "+13035550177"
# The row of a blast as these tests read it: to whom, what became of it, why, in whose place.
Row = tuple[str, str, str | None, bool]


@pytest.fixture
def people(sending_app):
    """Zoe has the numbers ZOE, MIA, MAX; only ZOE is in the community. Leo has one number."""
    with sending_app.app_context():
        add_member(ZOE, "Zoe")
        add_member(LEO, "Leo")
        give_numbers(ZOE, MIA, MAX)
    return sending_app


def read_rows(app) -> list[Row]:
    return [
        (row.phone, row.status.value, row.reason, row.fallback_for_id is not None)
        for row in list_messages(app)
    ]


def count_requests(twilio):
    return Counter(request.to for request in twilio.requests)


def send_blast(app, background=None):
    """Send a blast and wait for its end; return the log."""
    if background:
        background(app)
    return wait_until_ended(app, start_blast(app, "Hi {first_name|friend}"))


class ProcessCrash(Exception):
    """The process ends before the commit."""


def fail(app, phone, code, status="undelivered", *, crashes=False):
    """Say what became of the newest text to a phone, as a receipt does."""
    with app.app_context(), write():
        row_id = db.session.scalar(
            db.select(Message.id).where(Message.phone == phone).order_by(Message.id.desc())
        )
        count = db.session.scalar(db.select(db.func.count(Message.id)))
        news = StatusUpdate(row_id, None, MessageStatus(status), "delivery", code=code)
        apply_status_update(news, now())
        if crashes:
            assert db.session.scalar(db.select(db.func.count(Message.id))) == count + 1
            raise ProcessCrash


def test_a_refused_number_is_followed_by_the_next_and_the_person_counts_once(
    people, twilio, background
):
    twilio.answer(to=ZOE, status=400, code=21614)
    twilio.answer(to=MIA, status=400, code=21211)
    log = send_blast(people, background)
    assert count_requests(twilio) == {ZOE: 1, LEO: 1, MIA: 1, MAX: 1}
    assert {request.body for request in twilio.requests} == {"Hi Zoe", "Hi Leo"}
    assert sorted(read_rows(people)) == sorted(
        [
            (ZOE, "failed", "second_number", False),
            (LEO, "accepted", None, False),
            (MIA, "failed", "second_number", True),
            (MAX, "accepted", None, True),
        ]
    )
    assert (log.status, log.total_recipients) == ("sent", 2)
    assert (log.success_count, log.failure_count) == (2, 0)
    assert_everybody_accounted_for(people, twilio)


def test_the_next_number_gets_the_same_text_in_the_same_language(people):
    store_blast(people, ZOE)
    with people.app_context(), write() as session:
        session.execute(
            update(Message).values(language="es", is_introduction=True, body="Ohr: Hola Zoe")
        )
    fail(people, ZOE, LANDLINE)
    (row,) = [row for row in list_messages(people) if row.phone == MIA]
    assert (row.language, row.is_introduction, row.body) == ("es", True, "Ohr: Hola Zoe")


def test_a_receipt_that_comes_after_the_end_lets_the_blast_go_on(people, twilio, background):
    log = send_blast(people, background)
    assert count_requests(twilio) == {ZOE: 1, LEO: 1}
    twilio.send_callbacks(people, ("undelivered",), to=ZOE, code=LANDLINE)
    wait_until(lambda: MIA in count_requests(twilio), "the second number")
    # The same receipt again changes nothing.
    twilio.send_callbacks(people, ("undelivered",), to=ZOE, code=LANDLINE)
    twilio.send_callbacks(people, ("delivered",), to=MIA)
    wait_until(lambda: _load_log(people, log.id).status == "sent", "the end")
    assert count_requests(twilio) == {ZOE: 1, LEO: 1, MIA: 1}
    assert _load_log(people, log.id).success_count == 2
    assert_everybody_accounted_for(people, twilio)


def _load_log(app, log_id):
    with app.app_context():
        return db.session.get(MessageLog, log_id)


@pytest.fixture
def sent(people):
    """A blast whose text to ZOE was handed over a minute ago, without an engine; its id."""
    return store_blast(people, ZOE)


def store_blast(app, *phones, minutes_ago=1, **more):
    """Store a running blast to these phones, handed over by now; return its id."""
    moment = now() - timedelta(minutes=minutes_ago)
    values = {
        "kind": "blast",
        "body": "Hi",
        "status": "submitting",
        "submitted_at": moment,
        "created_at": moment,
        "carrier": "twilio",
        "sender": "+13035550100",
        "attempts": 1,
    }
    with app.app_context(), write() as session:
        log = MessageLog(
            message_body="Hi",
            target="community",
            status="processing",
            carrier="twilio",
            total_recipients=len(phones),
            created_at=moment,
            **more,
        )
        session.add(log)
        session.flush()
        for phone in phones:
            session.add(Message(phone=phone, message_log_id=log.id, **values))
        return log.id


def read_phones(app):
    return [row.phone for row in list_messages(app)]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("opted_out", STOPPED),
        ("failed", STOPPED),
        ("undelivered", SPAM),
        ("undelivered", OFF),
        ("undelivered", 30004),
        ("undelivered", 30008),
        ("failed", 21606),
        ("unknown", None),
        ("not_sent", None),
        ("accepted", None),
    ],
)
def test_doubt_opt_outs_and_faults_never_move_to_another_number(people, sent, status, code):
    fail(people, ZOE, code, status)
    assert read_phones(people) == [ZOE]


@pytest.mark.parametrize("code", [21211, 21614, 21635, LANDLINE, GONE])
def test_what_is_refused_for_good_moves_in_the_same_transaction(people, sent, code):
    with pytest.raises(ProcessCrash):
        fail(people, ZOE, code, crashes=True)
    assert read_rows(people) == [(ZOE, "submitting", None, False)]
    fail(people, ZOE, code)
    fail(people, ZOE, code)
    assert read_rows(people) == [
        (ZOE, "undelivered", "second_number", False),
        (MIA, "queued", None, True),
    ]
    assert_everybody_accounted_for(people)


def test_a_phone_that_is_off_moves_once_it_counts_as_invalid(people):
    for days in (15, 7):
        store_blast(people, ZOE, minutes_ago=days * 24 * 60)
        fail(people, ZOE, OFF)
    assert read_phones(people) == [ZOE, ZOE]
    store_blast(people, ZOE)
    fail(people, ZOE, OFF)
    assert read_phones(people) == [ZOE, ZOE, ZOE, MIA]


def test_a_stop_by_any_number_and_a_dead_number_are_no_next_number(people, sent):
    with people.app_context():
        add_dead_number(MIA)
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE, MAX]
    store_blast(people, ZOE)
    with people.app_context(), write():
        record_opt_out(MIA, source="inbound")
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE, MAX, ZOE]


@pytest.mark.parametrize(
    "change",
    [
        {"minutes_ago": 5 * 60},
        {"not_after": now() - timedelta(minutes=1)},
        {"test_mode": True},
        {"status": "cancelled"},
    ],
)
def test_nothing_moves_when_it_is_too_late_or_stopped(people, change):
    more = {key: value for key, value in change.items() if key != "status"}
    log_id = store_blast(people, ZOE, **more)
    if "status" in change:
        with people.app_context(), write():
            blast_control.stop_blast(log_id, now())
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE]


def test_a_paused_blast_stays_paused_and_a_held_database_moves_nothing(people, sent):
    with people.app_context(), write():
        blast_control.pause_blast(sent)
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE, MIA]
    assert _load_log(people, sent).status == "paused"
    store_blast(people, ZOE)
    with people.app_context(), write() as session:
        session.execute(db.text("UPDATE installation SET hold_reason = 'behind' WHERE id = 1"))
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE, MIA, ZOE]


def test_a_text_that_a_lost_database_sent_to_the_next_number_is_not_sent_again(people, sent):
    """Reconcile stores the carrier's text to MIA, of which this older state has no row."""
    with people.app_context(), write() as session:
        session.add(
            Message(
                kind="reply", phone=MIA, body="Hi", status="accepted", carrier="twilio", sender="x"
            )
        )
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE, MIA, MAX]


def test_a_first_number_that_got_it_after_all_keeps_the_second_from_it(
    people, sent, twilio, background
):
    fail(people, ZOE, LANDLINE)
    fail(people, ZOE, None, "delivered")
    background(people)
    wait_until(lambda: _load_log(people, sent).status == "sent", "the end")
    assert read_rows(people) == [
        (ZOE, "delivered", None, True),
        (MIA, "skipped", "second_number", False),
    ]
    assert twilio.requests == []
    assert_everybody_accounted_for(people)


def test_both_numbers_in_the_audience_are_one_person(people, twilio, background):
    with people.app_context():
        add_member(MIA, "Zoe at work")
    twilio.answer(to=ZOE, status=400, code=21614)
    background(people)
    with twilio.responses_held(to=ZOE):
        blast_id = start_blast(people)
        wait_until(lambda: get_log(people, blast_id), "the release")
        assert (MIA, "skipped", "other_number", False) in read_rows(people)
        assert get_log(people, blast_id).total_recipients == 3
    log = wait_until_ended(people, blast_id)
    assert (MIA, "accepted", None, True) in read_rows(people)
    assert log.total_recipients == 2
    assert count_requests(twilio) == {ZOE: 1, LEO: 1, MIA: 1}
    assert_everybody_accounted_for(people, twilio)


def test_two_people_who_are_found_to_be_one_meanwhile_get_one_text(people, twilio, background):
    """They were joined after the release: of two numbers that wait the first one leaves."""
    log_id = store_blast(people, WORKING, LEO)
    with people.app_context(), write() as session:
        session.execute(update(Message).values(status="queued", attempts=0, submitted_at=None))
    with people.app_context():
        give_numbers(LEO, WORKING)
    background(people)
    wait_until(lambda: _load_log(people, log_id).status == "sent", "the end")
    assert read_rows(people) == [
        (WORKING, "skipped", "other_number", False),
        (LEO, "accepted", None, False),
    ]
    assert count_requests(twilio) == {LEO: 1}


def test_the_database_refuses_a_second_text_of_one_person(people, sent):
    with people.app_context():
        person_id = give_numbers(LEO, WORKING)
        with write() as session:
            session.execute(update(Message).values(person_id=person_id))
        row = {"kind": "blast", "body": "Hi", "status": "queued", "message_log_id": sent}
        with pytest.raises(UniqueViolation), write() as session:
            session.add(Message(phone=LEO, person_id=person_id, **row))


def test_a_yes_of_the_first_number_is_no_yes_of_the_second(people):
    with people.app_context(), write() as session:
        session.execute(db.text("UPDATE organisation SET consent_required = 1"))
    store_blast(people, ZOE)
    fail(people, ZOE, LANDLINE)
    assert read_phones(people) == [ZOE]
