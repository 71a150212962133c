"""What stops a blast by itself, and what a failure does to people: the real engine, a Twilio
behind a socket.
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from app.community.models import CommunityMember
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.engine import backoff
from app.delivery.engine.timings import ENGINE_TIMINGS_KEY, EngineTimings
from app.delivery.engine_models import Attempt, SenderHealth
from app.delivery.models import Message
from app.domain.delivery.carrier_error_codes import find_error_code
from app.suppression.models import SuppressedContact
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_tally,
    list_messages,
    list_suppressed,
    start_blast,
    twilio_settings,
    wait_until_ended,
    wait_until_paused,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_members, make_phone

BRITONS = [f"+4479111234{n:02}" for n in range(10)]
ONE_AT_A_TIME = {"send_concurrency": 1}


def news(app, twilio, phone, status, code=None):
    """Send Twilio's receipt for the newest text to this phone."""
    newest = twilio.sent_to(phone)[-1]
    assert twilio._call_back(app, newest, status, code) == 204


def taken(app, twilio, count):
    """Wait until our rows say that so many texts were taken."""
    wait_until(
        lambda: len([row for row in list_messages(app) if row.provider_sid]) >= count,
        f"{count} texts to be taken",
    )


def reasons(app, log_id, phones):
    """Return (status, reason) of each of these people's texts."""
    return {
        (row.status.value, row.reason) for row in list_messages(app, log_id) if row.phone in phones
    }


def everybody_stays(app, count):
    """Assert that nobody was suppressed and nobody was deleted."""
    assert list_suppressed(app) == (set(), set())
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(CommunityMember.id))) == count


def test_a_sender_that_is_not_registered_is_found_out_by_the_first_receipt(
    make_app, twilio, background
):
    """F24: 30034 comes by receipt only, for the first text of 1,000, at 1 a second."""
    sending_app = make_app(**twilio_settings(twilio, send_rate=1.0))
    with sending_app.app_context():
        add_members(1000)
    background(sending_app)
    blast_id = start_blast(sending_app)
    taken(sending_app, twilio, 1)
    news(sending_app, twilio, make_phone(0), "undelivered", 30034)
    log = wait_until_paused(sending_app, blast_id)
    assert (log.pause_code, log.pause_reason) == (
        30034,
        find_error_code(30034).description,
    )
    assert len(twilio.requests) <= 5
    everybody_stays(sending_app, 1000)
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_country_that_is_switched_off_costs_one_request_and_the_others_get_theirs(
    make_app, twilio, background
):
    """F25: 21408 for the United Kingdom, among people at home."""
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    with sending_app.app_context():
        add_members(20)
    add_phones(sending_app, *BRITONS)
    with sending_app.app_context():
        add_members(20, start=20)
    for phone in BRITONS:
        twilio.answer(to=phone, status=400, code=21408)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert count_statuses(sending_app, log.id) == {"accepted": 40, "failed": 1, "skipped": 9}
    assert reasons(sending_app, log.id, BRITONS[1:]) == {("skipped", "country_off")}
    assert len(twilio.requests) == 41
    everybody_stays(sending_app, 50)
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_country_is_told_by_area_code_where_several_share_a_calling_code(
    make_app, twilio, background
):
    """F25, where only the area code tells: Canada is off, the United States are home."""
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    canadians = ["+14165550142", "+15145550142", "+16045550142"]
    add_phones(sending_app, canadians[0], ZOE, *canadians[1:], LEO)
    twilio.answer(to=canadians[0], status=400, code=21408)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert reasons(sending_app, log.id, canadians[1:]) == {("skipped", "country_off")}
    assert reasons(sending_app, log.id, [ZOE, LEO]) == {("accepted", None)}
    assert_everybody_accounted_for(sending_app, twilio)


def test_at_home_it_pauses(make_app, twilio, background):
    """F25, the other way round: nearly everybody lives at home, so nobody is left out for it."""
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    with sending_app.app_context():
        add_members(20)
    twilio.answer(status=400, code=21408)
    background(sending_app)
    log = wait_until_paused(sending_app, start_blast(sending_app))
    assert log.pause_code == 21408
    assert count_statuses(sending_app, log.id) == {"failed": 1, "queued": 19}
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_sender_that_works_at_home_loses_a_country_first_and_its_blast_after_three(
    make_app, twilio, background
):
    """F26: 50 went well, then 21606 for somebody abroad; then for everybody."""
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    with sending_app.app_context():
        add_members(50)
    add_phones(sending_app, *BRITONS)
    with sending_app.app_context():
        add_members(60, start=50)
    for phone in BRITONS:
        twilio.answer(to=phone, status=400, code=21606)
    for n in range(80, 110):
        twilio.answer(to=make_phone(n), status=400, code=21606)
    background(sending_app)
    log = wait_until_paused(sending_app, start_blast(sending_app))
    assert reasons(sending_app, log.id, BRITONS[1:]) == {("skipped", "country_off")}
    assert count_statuses(sending_app, log.id) == {
        "accepted": 80,
        "failed": 4,
        "skipped": 9,
        "queued": 27,
    }
    assert log.pause_code == 21606
    everybody_stays(sending_app, 120)
    assert_everybody_accounted_for(sending_app, twilio)


def test_many_to_that_country_on_the_wire_together_are_no_three_in_a_row(
    sending_app, twilio, background
):
    """F26, 32 at a time: those that had left fail one by one, the others are left out,
    everybody at home gets it.
    """
    with sending_app.app_context():
        add_members(50)
    add_phones(sending_app, *BRITONS)
    with sending_app.app_context():
        add_members(50, start=50)
    for phone in BRITONS:
        twilio.answer(to=phone, status=400, code=21606, delay=0.1)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    counts = count_statuses(sending_app, log.id)
    assert counts["accepted"] == 100
    assert counts["failed"] + counts["skipped"] == len(BRITONS)
    assert counts["failed"] >= 3
    everybody_stays(sending_app, 110)
    assert_everybody_accounted_for(sending_app, twilio)


def test_one_number_at_home_that_the_sender_cannot_reach_stops_nothing(
    make_app, twilio, background
):
    """F26, at home: one refusal among texts that went through is that number's."""
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    with sending_app.app_context():
        add_members(20)
    twilio.answer(to=make_phone(10), status=400, code=21606)
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert count_statuses(sending_app, log.id) == {"accepted": 19, "failed": 1}
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_text_that_carriers_filter_pauses_its_own_blast(make_app, twilio, background):
    """F27: 30007 for 5 of 20; the four before change nothing, and the other blast goes on."""
    sending_app = make_app(**twilio_settings(twilio, send_rate=20.0))
    with sending_app.app_context():
        add_members(300)
    background(sending_app)
    filtered, other = (
        start_blast(sending_app, "WIN BIG NOW"),
        start_blast(sending_app, "see you at six"),
    )
    taken(sending_app, twilio, 45)

    def list_accepted():
        rows = list_messages(sending_app, get_log(sending_app, filtered).id)
        accepted = [row for row in rows if row.provider_sid]
        return accepted[:20] if len(accepted) >= 20 else None

    for place, row in enumerate(wait_until(list_accepted, "20 texts of the first blast")):
        if place == 19:
            assert get_log(sending_app, filtered).status == "processing"
        request = next(request for request in twilio.requests if request.sid == row.provider_sid)
        word, code = ("undelivered", 30007) if place % 4 == 3 else ("delivered", None)
        twilio._call_back(sending_app, request, word, code)
    log = wait_until_paused(sending_app, filtered)
    assert (log.pause_code, log.pause_reason) == (
        30007,
        find_error_code(30007, "delivery").description,
    )
    assert get_log(sending_app, other).status == "processing"
    everybody_stays(sending_app, 300)
    assert_everybody_accounted_for(sending_app, twilio)


def a_blast_that(sending_app, twilio, word, code=None, phone=ZOE, days_ago=0):
    """Send a blast with this receipt, and move it back in time."""
    log = wait_until_ended(sending_app, start_blast(sending_app, f"{word} {days_ago}"))
    if word:
        news(sending_app, twilio, phone, word, code)
    with sending_app.app_context(), write():
        back = timedelta(days=days_ago)
        for row in db.session.scalars(db.select(Message).where(Message.message_log_id == log.id)):
            row.created_at, row.submitted_at = (
                row.created_at - back,
                row.submitted_at - back,
            )
    return log


def dead(sending_app):
    """Return the numbers that do not work, each with its category."""
    with sending_app.app_context():
        return {
            row.phone: row.category.value
            for row in db.session.scalars(db.select(SuppressedContact))
        }


def test_a_phone_out_of_reach_in_three_blasts_over_twenty_days_does_not_work(
    sending_app, twilio, background
):
    """F28: 30003, one blast after the other."""
    add_phones(sending_app, ZOE, LEO)
    background(sending_app)
    for days_ago in (20, 10):
        a_blast_that(sending_app, twilio, "undelivered", 30003, days_ago=days_ago)
        assert dead(sending_app) == {}
    a_blast_that(sending_app, twilio, "undelivered", 30003)
    assert dead(sending_app) == {ZOE: "hard_fail"}
    again = wait_until_ended(sending_app, start_blast(sending_app, "the fourth"))
    assert reasons(sending_app, again.id, [ZOE]) == {("skipped", "number_dead")}
    assert len(twilio.sent_to(ZOE)) == 3
    assert list_suppressed(sending_app) == ({ZOE}, set())
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize(
    "story",
    [
        [
            ("undelivered", 30003, 20),
            ("delivered", None, 12),
            ("undelivered", 30003, 10),
            ("undelivered", 30003, 0),
        ],
        [
            ("undelivered", 30003, 13),
            ("undelivered", 30003, 5),
            ("undelivered", 30003, 0),
        ],
        [
            ("undelivered", 30003, 20),
            ("undelivered", 30008, 10),
            ("undelivered", 30003, 0),
        ],
        [
            ("undelivered", 30005, 20),
            ("delivered", None, 10),
            ("undelivered", 30005, 0),
        ],
        [("undelivered", 30005, 20), ("undelivered", 30004, 0)],
    ],
)
def test_less_than_that_marks_nobody(sending_app, twilio, background, story):
    """F28: a text that arrived begins the count anew; too few days, another failure."""
    add_phones(sending_app, ZOE)
    background(sending_app)
    for word, code, days_ago in story:
        a_blast_that(sending_app, twilio, word, code, days_ago=days_ago)
    assert list_suppressed(sending_app) == (set(), set())
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize(("code", "blasts"), [(30005, 2), (30004, 2), (30006, 1)])
def test_a_number_that_does_not_exist_is_marked_after_as_many_blasts_as_the_table_says(
    sending_app, twilio, background, code, blasts
):
    """F28: 30005 and 30004 after two, 30006 at once; as a number that does not work, never as
    an opt-out.
    """
    add_phones(sending_app, ZOE, LEO)
    background(sending_app)
    for _ in range(blasts):
        assert dead(sending_app) == {}
        a_blast_that(sending_app, twilio, "undelivered", code)
    assert dead(sending_app) == {ZOE: "hard_fail"}
    assert list_suppressed(sending_app) == ({ZOE}, set())
    with sending_app.app_context():
        assert (
            db.session.scalar(db.select(CommunityMember.phone).where(CommunityMember.phone == ZOE))
            == ZOE
        )
    assert_everybody_accounted_for(sending_app, twilio)


def test_when_the_carrier_is_broken_one_text_at_a_time_goes_to_try(make_app, twilio, background):
    """F30: ten doubts in a row, then one request per hold (here a second and a half) until one
    goes through.
    """
    sending_app = make_app(**twilio_settings(twilio))
    sending_app.extensions[ENGINE_TIMINGS_KEY] = EngineTimings(hold=1.5)
    with sending_app.app_context():
        add_members(40)
    twilio.answer(status=500, code=20500)
    background(sending_app)
    blast_id = start_blast(sending_app)
    requests = twilio.wait_for(13, 20)
    tries = [request.at for request in requests[9:13]]
    assert all(later - sooner >= 1.4 for sooner, later in pairwise(tries))
    with sending_app.app_context():
        assert db.session.scalar(db.select(SenderHealth.hold_words)) == backoff.CARRIER_FAULTS_TEXT
    twilio.answer(status=201)
    log = wait_until_ended(sending_app, blast_id)
    counts = count_statuses(sending_app, log.id)
    assert counts["unknown"] + counts["accepted"] == 40
    assert 13 <= counts["unknown"] <= 20
    assert len(twilio.requests) == 40
    with sending_app.app_context():
        assert db.session.scalar(db.select(SenderHealth.hold_until)) is None
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_trial_account_pauses_after_three_strangers_in_a_row(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    add_phones(sending_app, ZOE, LEO, MIA)
    with sending_app.app_context():
        add_members(10)
    twilio.answer(status=400, code=21608)
    twilio.answer(to=MIA)
    background(sending_app)
    log = wait_until_paused(sending_app, start_blast(sending_app))
    assert log.pause_code == 21608
    assert count_statuses(sending_app, log.id) == {"failed": 5, "accepted": 1, "queued": 7}
    everybody_stays(sending_app, 13)
    assert_everybody_accounted_for(sending_app, twilio)


def test_codes_nobody_has_heard_of_pause_when_half_of_ten_fail(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio, **ONE_AT_A_TIME))
    with sending_app.app_context():
        add_members(30)
    for n in range(1, 30, 2):
        twilio.answer(to=make_phone(n), status=400, code=39999)
    background(sending_app)
    log = wait_until_paused(sending_app, start_blast(sending_app))
    assert (log.pause_code, log.pause_reason) == (39999, "Twilio reported 39999.")
    assert count_statuses(sending_app, log.id) == {"failed": 5, "accepted": 5, "queued": 20}
    assert_everybody_accounted_for(sending_app, twilio)


def test_what_left_before_a_person_resumed_pauses_nothing_any_more(make_app, twilio, background):
    sending_app = make_app(**twilio_settings(twilio, send_rate=5.0))
    with sending_app.app_context():
        add_members(60)
    background(sending_app)
    blast_id = start_blast(sending_app)
    taken(sending_app, twilio, 4)
    news(sending_app, twilio, make_phone(0), "undelivered", 30034)
    log = wait_until_paused(sending_app, blast_id)
    wait_until(lambda: not get_tally(sending_app, log.id).in_flight, "the wire to be empty")
    with sending_app.app_context(), write():
        blast_control.resume_blast(log.id)
    for n in range(1, 4):
        news(sending_app, twilio, make_phone(n), "undelivered", 30034)
    assert get_log(sending_app, blast_id).status == "processing"
    left = len(twilio.requests)
    twilio.wait_for(left + 2)
    with sending_app.app_context():
        first = db.session.scalar(
            db.select(Attempt.started_at).order_by(Attempt.id.desc()).limit(1)
        )
    assert first > get_log(sending_app, blast_id).resumed_at
    taken(sending_app, twilio, left + 2)
    news(sending_app, twilio, twilio.requests[left].to, "undelivered", 30034)
    wait_until_paused(sending_app, blast_id)
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_test_text_that_is_refused_for_its_country_leaves_the_blasts_alone(
    make_app, twilio, background
):
    sending_app = make_app(**twilio_settings(twilio, send_rate=20.0))
    with sending_app.app_context():
        # None of them has the phone of Zoe, Leo or Mia, and they last for a minute.
        add_members(1200, start=1000)
    background(sending_app)
    blast_id = start_blast(sending_app)
    taken(sending_app, twilio, 3)
    for phone, code in ((ZOE, 21606), (LEO, 30034), (MIA, 21408)):
        twilio.answer(to=phone, status=400, code=code)
        _a_single(sending_app, phone)
    wait_until(
        lambda: len([row for row in list_messages(sending_app) if row.status == "failed"]) == 3,
        "the three to fail",
    )
    assert get_log(sending_app, blast_id).status == "processing"
    twilio.answer(to=MAX, status=401, code=20003)
    _a_single(sending_app, MAX)
    assert wait_until_paused(sending_app, blast_id).pause_code == 20003
    assert_everybody_accounted_for(sending_app, twilio)


def _a_single(sending_app, phone):
    """Queue an answer to one person, of no blast."""
    with sending_app.app_context(), write() as session:
        session.add(
            Message(
                kind="reply",
                phone=phone,
                body="hello",
                status="queued",
                carrier="twilio",
                sender="+13035550100",
                priority=10,
            )
        )
