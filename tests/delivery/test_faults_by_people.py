"""People's hands on a blast that is leaving: STOP, pause, resume, stop, edits, double clicks,
all against the wire.
"""

import io
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import scheduler
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_scheduling as scheduling
from tests.blasts.helpers import compose_fields, get_review_fields
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_schedule,
    get_tally,
    list_attempts,
    list_messages,
    list_suppressed,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import ZOE
from tests.sample_rows import add_members, make_phone
from tests.visit import Visitor

PUBLIC = "http://sms.example.org"
PEOPLE, LAST = 200, make_phone(199)
ARMED = 5  # with four requests at once


@pytest.fixture
def sending_app(make_app, twilio):
    """200 people, four requests at once, a hundred texts a second."""
    app = make_app(**twilio_settings(twilio, send_rate=100.0, send_concurrency=4))
    with app.app_context():
        add_members(PEOPLE)
    return app


@pytest.fixture
def visit(sending_app):
    """Call `visit(address, who, **fields)` for the pages of that app."""
    return Visitor(sending_app)


def start_and_wait(app, twilio, body="Hello {first_name|friend}"):
    """Start a blast and wait for its first 20 requests; return its id and its log."""
    blast_id = start_blast(app, body)
    twilio.wait_for(20)
    return blast_id, get_log(app, blast_id)


def test_a_stop_that_comes_in_mid_blast_is_obeyed(sending_app, twilio, background):
    """F17: the last of 200 texts STOP while the first are being sent; no request is made for
    them.
    """
    background(sending_app)
    with twilio.responses_held(after=20):
        blast_id, log = start_and_wait(sending_app, twilio)
        assert twilio.text_in(sending_app, PUBLIC, LAST, "stop") == 200
    wait_until_ended(sending_app, blast_id)
    assert twilio.sent_to(LAST) == []
    assert {
        row.phone: row.reason
        for row in list_messages(sending_app, log.id)
        if row.status == "skipped"
    } == {LAST: "said_stop"}
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE - 1, "skipped": 1}
    assert list_suppressed(sending_app) == (set(), {LAST})
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize(
    "answer", [{}, {"status": 429, "code": 20429, "times": 1}, {"manner": "reset"}]
)
def test_a_stop_while_their_own_text_is_on_the_wire_leaves_at_most_that_one(
    sending_app, twilio, background, answer
):
    """F17: whatever comes of the request that was out; turned away, it is not made again."""
    phone = make_phone(30)
    twilio.answer(to=phone, **answer)
    background(sending_app)
    with twilio.responses_held(to=phone):
        blast_id = start_blast(sending_app)
        wait_until(lambda: twilio.sent_to(phone), "their request")
        assert twilio.text_in(sending_app, PUBLIC, phone, "STOP") == 200
    log = wait_until_ended(sending_app, blast_id, 30)
    assert len(twilio.sent_to(phone)) == 1
    [row] = [row for row in list_messages(sending_app, log.id) if row.phone == phone]
    assert (row.attempts, list_suppressed(sending_app)) == (1, (set(), {phone}))
    expected = {"status": "skipped", "manner": "unknown"}
    assert row.status == next(
        (state for name, state in expected.items() if name in answer), "accepted"
    )
    assert_everybody_accounted_for(sending_app, twilio)


def test_pause_lets_out_what_was_armed_and_resume_sends_the_rest_once(
    sending_app, twilio, background, visit
):
    """F18: pressed on the page; what is armed already is on its way, nothing else."""
    background(sending_app)
    visit.token("ada")
    with twilio.responses_held(after=20):
        blast_id, log = start_and_wait(sending_app, twilio)
        assert visit.post(f"/blasts/logs/{log.id}/pause", "ada").status_code == 303
        paused_at = len(twilio.requests)
    wait_until(lambda: not get_tally(sending_app, log.id).in_flight, "the wire to be empty")
    assert len(twilio.requests) <= paused_at + ARMED
    assert get_tally(sending_app, log.id).queued == PEOPLE - len(list_attempts(sending_app))
    with pytest.raises(AssertionError):
        twilio.wait_for(paused_at + ARMED + 1, 0.5)
    visit.post(f"/blasts/logs/{log.id}/resume", "ada")
    wait_until_ended(sending_app, blast_id)
    assert Counter(Counter(request.to for request in twilio.requests).values()) == {1: PEOPLE}
    assert_everybody_accounted_for(sending_app, twilio)


def test_stop_the_rest_cancels_what_has_not_left_and_the_counts_add_up(
    sending_app, twilio, background, visit
):
    """F18: whoever was armed has their text, everybody else is cancelled."""
    background(sending_app)
    visit.token("ada")
    with twilio.responses_held(after=20):
        blast_id, log = start_and_wait(sending_app, twilio)
        visit.post(f"/blasts/logs/{log.id}/cancel", "ada")
        stopped_at = len(twilio.requests)
    wait_until(lambda: not get_tally(sending_app, log.id).in_flight, "the wire to be empty")
    left = len(twilio.requests)
    assert left <= stopped_at + ARMED
    assert count_statuses(sending_app, log.id) == {"accepted": left, "cancelled": PEOPLE - left}
    assert (get_log(sending_app, blast_id).status, get_schedule(sending_app, blast_id).status) == (
        "cancelled",
        "cancelled",
    )
    assert_everybody_accounted_for(sending_app, twilio)


def test_nobody_can_edit_a_blast_that_has_left_and_its_text_stays_as_it_was_frozen(
    sending_app, twilio, background, visit
):
    """F19: there is no door to it, paused or not; a changed template would change nothing."""
    background(sending_app)
    with twilio.responses_held(after=20):
        blast_id, log = start_and_wait(sending_app, twilio, "As it was confirmed")
        visit.post(f"/blasts/logs/{log.id}/pause", "ada")
    for door in (
        f"/blasts/logs/{log.id}/edit",
        f"/blasts/logs/{log.id}",
    ):
        assert visit(door, "ada", message_body="Something else").status_code in (
            404,
            405,
        )
    page = visit(f"/blasts/scheduled/{blast_id}/edit", "ada", follow=True, _="")
    assert "Too late to edit: it has started. You can stop the rest here." in page.words
    with sending_app.app_context(), write():
        db.session.get(type(log), log.id).message_body = "Something else"
    visit.post(f"/blasts/logs/{log.id}/resume", "ada")
    wait_until_ended(sending_app, blast_id)
    assert {request.body for request in twilio.requests} == {"As it was confirmed"}
    assert_everybody_accounted_for(sending_app, twilio)


def test_one_number_in_many_spellings_is_one_text(make_app, twilio, background):
    """F20: twice in a spreadsheet, typed by hand again, and on the list of an event: one row,
    one request.
    """
    sending_app = make_app(**twilio_settings(twilio))
    visit = Visitor(sending_app)
    spellings = [
        "(303) 555-0142",
        "303.555.0142",
        "+13035550142",
        "tel:+1-303-555-0142",
    ]
    file = "name,phone\n" + "".join(f"Zoe {n},{each}\n" for n, each in enumerate(spellings))
    checked = visit(
        "/community/import",
        "ada",
        files={"file": (io.BytesIO(file.encode()), "people.csv")},
    )
    visit(f"{checked.location}/confirm", "ada", _="")
    again = visit("/community/add", "ada", name="Zoe", phone="1 303 555 0142")
    assert again.status_code == 422
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert [request.to for request in twilio.requests] == [ZOE]
    assert (log.total_recipients, len(list_messages(sending_app, log.id))) == (1, 1)
    assert_everybody_accounted_for(sending_app, twilio)


def test_people_who_are_deleted_renamed_or_moved_in_mid_blast_get_what_was_frozen(
    sending_app, twilio, background
):
    """F21: their text goes once to the number that the blast was released for, with the name it
    was rendered with.
    """
    renamed, moved, elsewhere = (
        make_phone(190),
        make_phone(191),
        make_phone(500),
    )
    background(sending_app)
    everybody = CommunityMember.__table__
    changes = (
        db.delete(CommunityMember).where(everybody.c.phone == LAST),
        db.update(CommunityMember).where(everybody.c.phone == renamed).values(name="Zelda"),
        db.update(CommunityMember).where(everybody.c.phone == moved).values(phone=elsewhere),
    )
    with twilio.responses_held(after=20):
        blast_id, _log = start_and_wait(sending_app, twilio, "Dear {name}")
        with sending_app.app_context(), write():
            for change in changes:
                db.session.execute(change)
    log = wait_until_ended(sending_app, blast_id)
    assert [request.body for request in twilio.sent_to(LAST)] == ["Dear Person 000199"]
    assert [request.body for request in twilio.sent_to(renamed)] == ["Dear Person 000190"]
    assert [request.body for request in twilio.sent_to(moved)] == ["Dear Person 000191"]
    assert twilio.sent_to(elsewhere) == []
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE}
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_double_click_on_send_is_one_blast_and_one_text_a_person(make_app, twilio, background):
    """F44: eight posts of one page at the same moment, and the back button afterwards."""
    sending_app = make_app(**twilio_settings(twilio))
    with sending_app.app_context():
        add_members(20)
    background(sending_app)
    visitors = [Visitor(sending_app) for _ in range(8)]
    form = get_review_fields(
        visitors[0]("/blasts/new", "ada", **compose_fields(client_token="mine"))
    ) | {"confirm": "1"}
    for visitor in visitors:
        visitor.token("ada")

    def press(each):
        return each("/blasts/new", "ada", **(form | {"csrf_token": each.token("ada")}))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, visitors))
    blast_id = int(answers[0].location.rsplit("/", 1)[1])
    wait_until_ended(sending_app, blast_id)
    answers.append(press(visitors[0]))
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.location for answer in answers} == {f"/blasts/scheduled/{blast_id}"}
    assert Counter(Counter(request.to for request in twilio.requests).values()) == {1: 20}
    assert_everybody_accounted_for(sending_app, twilio)


def test_cancelled_in_the_very_second_of_its_release_a_blast_goes_to_everybody_or_to_nobody(
    make_app, twilio
):
    """F45: twenty blasts, each cancelled around the moment it is due (there is no editing:
    cancel, and write anew).
    """
    sending_app = make_app(**twilio_settings(twilio))
    with sending_app.app_context():
        add_members(10)
    blast_id = [start_blast(sending_app, f"number {n}", in_seconds=0.4 + n / 20) for n in range(20)]
    started = threading.Event()

    def cancel(n):
        started.wait()
        wait_until(
            lambda: get_schedule(sending_app, blast_id[n]).scheduled_at <= now(),
            "its time",
            every=0.001 * (n % 4 + 1),
        )
        with sending_app.app_context(), write():
            return scheduling.cancel_scheduled_blast(blast_id[n])

    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(cancel, n) for n in range(20)]
        running = scheduler.start_background_jobs(sending_app)
        started.set()
        cancelled = [each.result() for each in tries]
    try:
        for each, undone in zip(blast_id, cancelled, strict=True):
            if not undone:
                wait_until_ended(sending_app, each)
    finally:
        running.stop()
    texts = Counter(request.body for request in twilio.requests)
    assert texts == {f"number {n}": 10 for n in range(20) if not cancelled[n]}
    states = {
        get_schedule(sending_app, each).status.value
        for each, undone in zip(blast_id, cancelled, strict=True)
        if undone
    }
    assert states <= {"cancelled"}
    assert_everybody_accounted_for(sending_app, twilio)
