"""A blast on its way and afterwards: live numbers, reasons in plain words, a person's hand on
it, JSON.
"""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.models import MessageLog
from tests.blasts.helpers import (
    close_finished_blasts,
    get_one_line_html,
    list_messages,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member, add_members, add_opt_out

PHONES = {"Zoë": ZOE, "Leo": LEO, "Mia": MIA, "Max": MAX}


@pytest.fixture
def log(app, visit, copied_steps):
    """A blast just released, to Zoë, Leo and Mia; Max said STOP."""
    return copied_steps.take(app, release_blast, visit)


def release_blast(app, visit):
    with app.app_context():
        for name, phone in PHONES.items():
            add_member(phone, name)
        add_opt_out(MAX)
    send_blast(visit, "sol", message_body="Hi {name}, the picnic is at eleven.")
    return release_blasts(app)


def at(log, more=""):
    return f"/blasts/logs/{log}{more}"


def status_of(app, log):
    with app.app_context():
        return db.session.get(MessageLog, log).status


def fault(app, code, words):
    with app.app_context(), write():
        blast_control.pause_blasts_for_fault(text("1 = 1"), words, code)


def verbs(app):
    with app.app_context():
        return db.session.scalars(db.select(AuditEvent.verb).order_by(AuditEvent.id)).all()


def test_while_it_is_sent_the_page_counts_and_asks_again(app, visit, log):
    set_message_status(app, ZOE, "delivered")
    page = visit(at(log), "sol")
    assert "Sending: 1 of 3" in page.words
    assert "A few seconds left 50 text segments a second" in page.words
    assert "delivered 1" in page.words
    assert "waiting 2" in page.words
    assert "skipped 1" in page.words
    assert (
        f'hx-get="{at(log, "/live")}?was=processing" hx-trigger="every 2s" hx-swap="outerHTML"'
        in get_one_line_html(page)
    )
    assert '<noscript><meta http-equiv="refresh"' in page.text


def test_the_live_part_is_the_same_part_alone(app, visit, log):
    page, part = visit(at(log), "ada"), visit(at(log, "/live"), "ada")
    assert part.text.strip() in page.text
    assert "<html" not in part.text


def test_a_change_of_state_loads_the_page_anew(app, visit, log):
    assert "HX-Refresh" not in visit(at(log, "/live?was=processing"), "ada").response.headers
    fault(app, 21606, "The sender cannot be used.")
    assert visit(at(log, "/live?was=processing"), "ada").response.headers["HX-Refresh"] == "true"


def test_when_all_is_known_it_stops_asking(app, visit, log):
    for phone in (ZOE, LEO, MIA):
        set_message_status(app, phone, "delivered")
    close_finished_blasts(app)
    part = visit(at(log, "/live"), "ada")
    assert "Delivered to all 3 people." in part.words
    assert 'hx-trigger="every 5s"' in part.text, "practice phones may still answer"
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        assert "hx-trigger" not in visit(at(log, "/live"), "ada").text


def test_receipts_are_awaited_for_ten_minutes_after_the_end(app, visit, log):
    for phone in (ZOE, LEO, MIA):
        set_message_status(app, phone, "accepted")
    close_finished_blasts(app)
    part = visit(at(log, "/live"), "ada")
    assert "Sent to 3 people. Waiting for delivery confirmation." in part.words
    assert "hx-trigger" in part.text
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        assert "hx-trigger" not in visit(at(log, "/live"), "ada").text


def test_a_program_that_is_not_signed_in_gets_401(visit, log):
    for part in ("/live", "/status"):
        answer = visit(at(log, part))
        assert answer.status_code == 401
        assert answer.json["error"]


def test_the_numbers_as_json_add_up(app, visit, log):
    set_message_status(app, ZOE, "sent")
    set_message_status(app, LEO, "undelivered", error_code=30003)
    assert visit(at(log, "/status"), "sol").json == {
        "id": log,
        "status": "processing",
        "total_recipients": 4,
        "queued": 1,
        "held": 0,
        "in_flight": 0,
        "unknown": 0,
        "accepted": 1,
        "delivered": 0,
        "failed": 1,
        "skipped": 1,
        "success_count": 1,
        "failure_count": 1,
    }


NO_REASON = {"reason": None, "error_code": None, "provider_sid": None}
WORDS = [
    ("delivered", {}, "Delivered"),
    ("submitting", {}, "Sending"),
    ("accepted", {}, "Sent"),
    ("no_receipt", {}, "The carrier doesn't report delivery."),
    ("failed", {"error_code": 30006, "provider_sid": "SM1"}, "landline"),
    ("failed", {"error_code": 99999}, "Twilio reported 99999."),
    ("failed", {}, "Twilio rejected the text and gave no reason."),
    (
        "undelivered",
        {"provider_sid": "SM1"},
        "The text did not arrive. The carrier gave no reason.",
    ),
    ("opted_out", {}, "Opted out"),
    (
        "unknown",
        {"reason": "no_answer"},
        "We couldn't confirm this text was sent. Twilio did not answer.",
    ),
    (
        "unknown",
        {"reason": "carrier_fault"},
        "Twilio had an internal error.",
    ),
    (
        "unknown",
        {"reason": "no_name"},
        "Twilio accepted it without an identifier.",
    ),
    (
        "unknown",
        {"reason": "process_stopped"},
        "SMS Admin stopped while sending it.",
    ),
    ("unknown", {}, "Unconfirmed We couldn't confirm this text was sent."),
    (
        "not_sent",
        {"reason": "no_answer"},
        "Not sent Twilio has no record of this text after a day of checks.",
    ),
    ("cancelled", {"reason": "stopped"}, "Stopped before it was sent."),
    ("cancelled", {"reason": "other_carrier"}, "Made in practice mode"),
    ("skipped", {"reason": "number_dead"}, "Invalid number"),
    ("skipped", {"reason": "too_long"}, "The text would be too long"),
    (
        "skipped",
        {"reason": "country_off"},
        "Skipped Texts to their country are turned off",
    ),
    ("expired", {}, "The time to stop sending had passed."),
    ("expired", {"reason": "too_late"}, "The time to stop sending had passed."),
]


def test_every_state_has_its_reason_in_plain_words(app, visit, log):
    for status, columns, words in WORDS:
        set_message_status(app, ZOE, status, **NO_REASON | columns)
        assert words in visit(at(log, "?search=0142"), "ada").words, (status, columns)


def test_a_code_is_a_small_link_to_what_twilio_says(app, visit, log):
    set_message_status(app, ZOE, "failed", error_code=30006)
    page = visit(at(log), "ada")
    assert (
        'href="https://www.twilio.com/docs/api/errors/30006" rel="noreferrer">(30006)</a>'
        in get_one_line_html(page)
    )
    set_message_status(app, ZOE, "failed", error_code=503)
    assert "errors/503" not in visit(at(log), "ada").text


def test_trouble_comes_first_and_filters_narrow_the_list(app, visit, log):
    set_message_status(app, MIA, "failed", error_code=30003)
    set_message_status(app, ZOE, "delivered")
    page = visit(at(log), "ada")
    assert (
        page.words.index("Mia +")
        < page.words.index("Leo +")
        < page.words.index("Zoë +")
        < page.words.index("Max +")
    )
    assert "All 4 Failed 1 Waiting 1 Delivered 1 Skipped 1" in page.words
    page = visit(at(log, "?state=failed"), "ada")
    assert "Mia +" in page.words
    assert "Zoë +" not in page.words
    assert "Zoë +" in visit(at(log, "?state=nonsense"), "ada").words


def test_people_are_found_by_name_or_number(visit, log):
    for search in ("zo", "ZO", "0142", "303 555 0142", "+1 (303) 555-0142"):
        page = visit(at(log, "?search=" + search.replace("+", "%2B").replace(" ", "+")), "ada")
        assert "Zoë +1" in page.words, search
        assert "Leo +1" not in page.words, search


def test_a_search_that_finds_nobody_says_so(visit, log):
    assert "No one here matches that." in visit(at(log, "?search=%25"), "ada").words


def test_a_large_blast_comes_in_pages_each_person_once(app, visit):
    with app.app_context():
        add_members(130)
    send_blast(visit, message_body="Hello")
    log = release_blasts(app)
    set_message_status(app, "+13035550107", "failed", error_code=30003)
    seen = "".join(visit(at(log, f"?page={page}"), "ada").words for page in (1, 2, 3))
    assert [seen.count(f"Person {n:06} +") for n in range(130)] == [1] * 130
    assert seen.index("Person 000007") < seen.index("Person 000000")


def test_everybody_s_own_text_is_there_when_asked_for(visit, log):
    assert "Hi Zoë, the picnic" not in visit(at(log), "ada").words
    assert "Hi Zoë, the picnic" in visit(at(log, "?texts=1"), "ada").words


def test_both_may_pause_and_resume_what_a_person_paused(app, visit, log):
    assert visit.post(at(log, "/pause"), "sol").status_code == 303
    assert status_of(app, log) == "paused"
    page = visit(at(log), "sol")
    assert "Paused after 0 of 3" in page.words
    assert at(log, "/resume") in page.text
    assert visit.post(at(log, "/resume"), "sol").status_code == 303
    assert status_of(app, log) == "processing"
    assert verbs(app)[-2:] == ["blast.paused", "blast.resumed"]


def test_after_a_fault_the_cause_and_the_fix_are_said_and_an_admin_resumes(app, visit, log):
    fault(app, 30034, "This US number is not registered yet.")
    page = visit(at(log), "sol")
    assert "This US number is not registered yet. Register the number for US texts" in page.words
    assert "An admin can resume it once this is fixed." in page.words
    assert at(log, "/resume") not in page.text
    assert visit.post(at(log, "/resume"), "sol").status_code == 403
    assert status_of(app, log) == "paused"
    assert at(log, "/resume") in visit(at(log), "ada").text
    visit.post(at(log, "/resume"), "ada")
    assert status_of(app, log) == "processing"
    assert verbs(app)[-1] == "blast.resumed"


def test_both_may_stop_the_rest(app, visit, log):
    set_message_status(app, ZOE, "accepted")
    page = visit(at(log), "sol")
    assert 'data-confirm="Stop the rest? 2 people will not be texted."' in page.text
    page = visit(at(log, "/cancel"), "sol", follow=True, _="")
    assert "Stopped: 1 sent, 2 not sent, 1 skipped" in page.words
    assert {row.phone: row.status for row in list_messages(app)}[LEO] == "cancelled"
    assert verbs(app)[-1] == "blast.stopped"


def test_a_hand_on_a_blast_that_has_ended_changes_nothing_and_says_so(app, visit, log):
    for phone in (ZOE, LEO, MIA):
        set_message_status(app, phone, "delivered")
    close_finished_blasts(app)
    before = verbs(app)
    for verb, words in (("pause", "pause"), ("resume", "resume"), ("cancel", "stop")):
        page = visit(at(log, f"/{verb}"), "ada", follow=True, _="")
        assert f"nothing to {words}" in page.words
    assert verbs(app) == before
    assert status_of(app, log) == "sent"


def test_a_log_whose_people_all_went_before_its_time_says_so(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    send_blast(visit)
    with app.app_context():
        add_opt_out(ZOE)
    page = visit(at(release_blasts(app)), "ada")
    assert "Failed: no one received it" in page.words
    assert "There was no one to text." in page.words


def test_a_log_of_the_first_design_shows_its_two_counts(app, visit):
    with app.app_context(), write() as session:
        session.add(
            MessageLog(
                message_body="Old",
                target="community",
                total_recipients=10,
                success_count=7,
                failure_count=3,
            )
        )
    page = visit(at(1), "ada")
    assert "7 sent, not confirmed yet" in page.words
    assert visit(at(1, "/status"), "ada").json["accepted"] == 7


def test_the_list_shows_how_each_went(app, visit, log):
    set_message_status(app, ZOE, "delivered")
    set_message_status(app, LEO, "failed", error_code=30003)
    page = visit("/blasts/logs?state=sending", "sol")
    assert "Everybody in the community 1 of 2, 1 failed 0 Sending Sol" in page.words
    assert "No blasts match." in visit("/blasts/logs?search=zebra", "sol").words
    assert "the picnic" in visit("/blasts/logs?state=sending&search=PICNIC", "sol").words


def test_tests_are_told_apart(app, visit):
    with app.app_context(), write() as session:
        session.add(MessageLog(message_body="Try", target="community", test_mode=True))
    assert "Try test" in visit("/blasts/logs", "ada").words
    assert "Test: Try" in visit(at(1), "ada").headings


def test_an_empty_list_says_what_it_is_for(visit):
    assert "Every blast you send appears here" in visit("/blasts/logs", "sol").words


def test_what_is_not_there_is_not_found(visit):
    for part in ("", "/live", "/status", "/export"):
        assert visit(at(99, part), "ada").status_code == 404
    for verb in ("/pause", "/resume", "/cancel"):
        assert visit.post(at(99, verb), "ada").status_code == 404
