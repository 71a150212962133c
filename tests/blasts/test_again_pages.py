"""Texts in doubt on a blast's page: what is being done about them, and what a person may do
about them.
"""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import text

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control, sender_throttle
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.organisation.models import Organisation
from app.suppression.actions.stop_questions import open_stop_question
from tests.blasts.helpers import (
    close_finished_blasts,
    list_messages,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.gunicorn_server import wait_until
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_members, add_opt_out

PHONES = {"Zoë": ZOE, "Leo": LEO, "Mia": MIA, "Max": MAX}
HOUR = timedelta(hours=1)


@pytest.fixture
def log(app, visit, copied_steps):
    """A blast that has ended: Max got it, Zoë and Leo are in doubt, Mia's was not sent."""
    return copied_steps.take(app, end_blast, visit)


def end_blast(app, visit):
    with app.app_context():
        for name, phone in PHONES.items():
            add_member(phone, name)
    send_blast(visit, "sol", message_body="The picnic is at eleven.")
    log = release_blasts(app)
    for phone in (ZOE, LEO):
        doubt(
            app,
            phone,
            "unknown",
            reason="no_answer",
            look_up_at=now() + HOUR,
            lookups=3,
        )
    doubt(app, MIA, "not_sent", reason="no_answer", lookups=7)
    set_message_status(app, MAX, "delivered")
    close_finished_blasts(app)
    return log


def doubt(app, phone, status, **columns):
    """A text in doubt, as the engine leaves it."""
    with app.app_context(), write():
        row = db.session.scalar(db.select(Message).where(Message.phone == phone))
        row.status, row.attempts, row.submitted_at = status, 1, now() - HOUR
        for name, value in columns.items():
            setattr(row, name, value)


def at(log, more=""):
    return f"/blasts/logs/{log}{more}"


def row(app, phone):
    return next(each for each in list_messages(app) if each.phone == phone)


def log_now(app, log):
    with app.app_context():
        return db.session.get(MessageLog, log)


def acts(app):
    with app.app_context():
        last = db.session.scalars(
            db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)
        ).one()
        return last.verb, last.who, last.about, last.details


def ask(log, app, *phones):
    """The address of the page that asks before sending again."""
    return at(
        log,
        "/send-again?" + "&".join(f"message_ids={row(app, phone).id}" for phone in phones),
    )


def confirmed(visit, log, page, who="ada", **more):
    """The button of the page that asks: everything its form carries."""
    form = {}
    for name, value in page.forms[-1]["fields"]:
        form.setdefault(name, []).append(value)
    return visit(at(log, "/send-again"), who, **form | {"confirm": "1"}, **more)


# what the page says and offers


def test_a_text_in_doubt_says_when_it_is_looked_up_next_and_how_often_it_was(visit, log):
    page = visit(at(log, "?state=unknown"), "sol")
    assert re.search(
        r"Checking again (today|tomorrow), \d+:\d\d [AP]M ?\(checked 3 times\)\.",
        page.words,
    )
    page = visit(at(log, "?state=not_sent"), "sol")
    assert "Not sent Twilio has no record of this text after a day of checks." in page.words
    assert "(checked 7 times)" in page.words
    assert "Checking again" not in page.words


def test_how_often_it_was_asked_is_said_in_words(app, visit, log):
    for lookups, words in ((0, ""), (1, "(checked once)"), (2, "(checked twice)")):
        doubt(app, ZOE, "unknown", look_up_at=now() - HOUR, lookups=lookups)
        page = visit(at(log, "?search=Zo"), "sol")
        assert "Checking now" in page.words
        assert words in page.words
        assert ("(checked" in page.words) is bool(words)


def test_what_was_not_sent_has_a_list_and_a_number_of_its_own(visit, log):
    page = visit(at(log), "sol")
    assert "All 4 Unconfirmed 2 Not sent 1 Delivered 1" in page.words
    assert "2 unconfirmed 1 not sent" in page.words


def test_an_admin_is_offered_all_three_and_a_social_manager_all_but_sending(visit, log):
    page = visit(at(log, "?state=unknown"), "ada")
    assert page.words.count("Check again Resend Dismiss") == 2
    page = visit(at(log, "?state=unknown"), "sol")
    assert page.words.count("Check again Dismiss") == 2
    assert "Resend" not in page.words
    assert "/send-again" not in page.text


def test_all_of_a_list_may_be_decided_at_once(app, visit, log):
    assert (
        "Check all 2 again Resend all 2 Dismiss all 2"
        in visit(at(log, "?state=unknown"), "ada").words
    )
    assert "Check it again Resend it Dismiss it" in visit(at(log, "?state=not_sent"), "ada").words
    assert "Check all 2 again Dismiss all 2" in visit(at(log, "?state=unknown"), "sol").words
    assert "Check all" not in visit(at(log), "ada").words
    set_message_status(app, MAX, "failed", error_code=30003)
    assert "Resend it" in visit(at(log, "?state=failed"), "ada").words
    assert "Resend it" not in visit(at(log, "?state=failed"), "sol").words


NO_REASON = {"reason": None, "error_code": None, "provider_sid": None}
FAILED = [
    ("failed", {"error_code": 30008}, True),
    (
        "failed",
        {"error_code": 21614},
        False,
    ),  # no phone at all: the same again is refused again
    (
        "undelivered",
        {"error_code": 30003, "provider_sid": "SM1"},
        False,
    ),  # Twilio took it
    ("opted_out", {"error_code": 21610}, False),
    ("skipped", {"reason": "country_off"}, True),
    ("skipped", {"reason": "maybe_stop"}, True),
    ("skipped", {"reason": "said_stop"}, False),
    ("cancelled", {"reason": "stopped"}, False),
    ("delivered", {}, False),
]


def test_sending_again_is_offered_only_where_the_carrier_does_not_have_the_text(app, visit, log):
    for status, columns, offered in FAILED:
        set_message_status(app, MAX, status, **NO_REASON | columns)
        shown = "Resend" in visit(at(log, "?search=Max"), "ada").words
        assert shown is offered, (status, columns)


def test_a_text_without_a_receipt_may_be_looked_up_again(app, visit, log):
    set_message_status(app, MAX, "no_receipt")
    assert "Check again" in visit(at(log, "?search=Max"), "sol").words
    visit(at(log, "/check-again"), "sol", message_ids=str(row(app, MAX).id))
    assert row(app, MAX).look_up_at <= now()


def test_a_blast_of_another_carrier_can_only_be_left(app, visit, log):
    with app.app_context(), write() as session:
        for table in ("messages", "message_logs"):
            session.execute(text(f"UPDATE {table} SET carrier = 'twilio'"))
    page = visit(at(log, "?state=unknown"), "ada")
    assert "Dismiss all 2" in page.words
    assert "Check again" not in page.words
    assert "made for Twilio, which is not in use" in visit(ask(log, app, ZOE), "ada").words
    visit(at(log, "/send-again"), "ada", message_ids=str(row(app, ZOE).id), confirm="1")
    page = visit(at(log, "/check-again"), "ada", message_ids=str(row(app, ZOE).id), follow=True)
    assert "nothing left to check" in page.words
    assert row(app, ZOE).status == "unknown"


# check again


def test_both_may_have_a_text_checked_again(app, visit, log):
    page = visit(
        at(log, "/check-again"),
        "sol",
        message_ids=str(row(app, ZOE).id),
        state="unknown",
        follow=True,
    )
    assert "Checking now. The result will appear here." in page.words
    assert "Checking now" in page.words
    assert row(app, ZOE).look_up_at <= now() < row(app, LEO).look_up_at
    assert acts(app) == ("blast.checked_again", "sol", f"blast {log}", '{"texts": 1}')


def test_all_of_a_state_are_checked_again_and_the_list_comes_back(app, visit, log):
    answer = visit(at(log, "/check-again"), "sol", state="unknown")
    assert answer.location == at(log, "?state=unknown")
    assert all(row(app, phone).look_up_at <= now() for phone in (ZOE, LEO))
    assert row(app, MIA).look_up_at is None


@pytest.mark.parametrize("verb", ["check-again", "leave"])
def test_nonsense_decides_nothing_and_says_so(app, visit, log, verb):
    before = [each.look_up_at for each in list_messages(app)]
    for form in ({"state": "delivered"}, {"state": "'; --"}, {"message_ids": "x"}, {"_": ""}):
        page = visit(at(log, f"/{verb}"), "sol", follow=True, **form)
        assert "There is nothing left to" in page.words, form
        assert before == [each.look_up_at for each in list_messages(app)], form
    assert acts(app)[0] == "blast.confirmed"


# leave


def test_a_text_that_is_left_says_so_and_has_no_buttons(app, visit, log):
    page = visit(
        at(log, "/leave"),
        "sol",
        message_ids=str(row(app, ZOE).id),
        state="unknown",
        follow=True,
    )
    assert "1 text dismissed. If a receipt still comes, its status changes." in page.words
    assert "Dismissed." in page.words
    assert page.words.count("Check again Dismiss") == 1
    assert "Check it again" in page.words
    assert (row(app, ZOE).status, row(app, ZOE).look_up_at) == ("unknown", None)
    assert row(app, ZOE).left_at
    assert acts(app) == ("blast.left", "sol", f"blast {log}", '{"texts": 1}')


def test_a_second_press_finds_nothing_to_decide(app, visit, log):
    for words in ("1 text dismissed", "There is nothing left to dismiss."):
        assert words in visit(at(log, "/leave"), "sol", state="not_sent", follow=True).words
    assert acts(app)[0] == "blast.left"
    assert (
        "nothing left to check"
        in visit(at(log, "/check-again"), "sol", state="not_sent", follow=True).words
    )


def test_once_its_receipt_is_in_a_text_that_was_left_is_like_any_other(app, visit, log):
    visit(at(log, "/leave"), "sol", state="unknown")
    set_message_status(app, ZOE, "delivered")
    assert "Left as it is" not in visit(at(log, "?state=delivered"), "sol").words


# send again


def test_before_sending_again_the_page_says_whom_why_and_what_it_costs(app, visit, log):
    with app.app_context(), write() as session:
        session.get(Organisation, 1).price_per_segment = Decimal("0.0117")
    page = visit(ask(log, app, ZOE, MIA), "ada")
    assert page.headings == ["Resend to 2 people"]
    assert "Zoë +1 303 555 0142 Unconfirmed We couldn't confirm this text was sent." in page.words
    assert "Mia +1 303 555 0144 Not sent Twilio has no record of this text" in page.words
    assert "Leo" not in page.words
    assert (
        "We couldn't confirm the text to 1 person was sent. Anyone who already received it will "
        "get a duplicate." in page.words
    )
    assert "Length 2 segments Estimated cost $0.02" in page.words
    assert {row(app, phone).status for phone in (ZOE, LEO)} == {"unknown"}


def test_the_risk_is_said_in_one_sentence(app, visit, log):
    assert "If it was, this person will get a duplicate." in visit(ask(log, app, ZOE), "ada").words
    page = visit(at(log, "/send-again?state=unknown"), "ada")
    assert (
        "We couldn't confirm these texts were sent. Anyone who already received it will get a "
        "duplicate." in page.words
    )
    assert "twice" not in visit(at(log, "/send-again?state=not_sent"), "ada").words


def test_confirming_puts_them_back_and_opens_the_blast(app, visit, log):
    page = visit(at(log, "/send-again?state=unknown"), "ada")
    assert (page.fields()["state"], page.fields()["seen_count"]) == ("unknown", "2")
    page = confirmed(visit, log, page, follow=True)
    assert "Resending to 2 people. We'll send one first, then the rest." in page.words
    assert "Sending: 1 of 4" in page.words
    zoe = row(app, ZOE)
    assert (zoe.status, zoe.look_up_at, zoe.lookups, zoe.attempts) == (
        "queued",
        None,
        0,
        1,
    )
    opened = log_now(app, log)
    assert (opened.status, opened.finished_at, opened.proven) == (
        "processing",
        None,
        False,
    )
    assert opened.resumed_at
    with app.app_context():
        assert db.session.scalar(db.select(ScheduledMessage.status)) == "processing"
    assert acts(app) == (
        "blast.sent_again",
        "ada",
        f"blast {log}",
        '{"texts": 2, "left_out": 0}',
    )


# case F44
def test_a_double_click_sends_once_and_says_so(app, visit, log):
    asked = visit(ask(log, app, ZOE), "ada")
    assert "Resending to 1 person" in confirmed(visit, log, asked, follow=True).words
    before = acts(app)
    page = confirmed(visit, log, asked, follow=True)
    assert "Nothing was resent: these texts are already being sent" in page.words
    assert acts(app) == before


def test_nothing_is_sent_before_it_is_confirmed(app, visit, log):
    answer = visit(at(log, "/send-again"), "ada", message_ids=str(row(app, ZOE).id))
    assert (answer.status_code, answer.location) == (
        303,
        at(log, f"/send-again?message_ids={row(app, ZOE).id}"),
    )
    assert row(app, ZOE).status == "unknown"
    assert (
        "On the blast's page, choose"
        in visit.post(at(log, "/send-again"), "ada", follow=True).words
    )


def test_whoever_said_stop_or_has_a_dead_number_stays_out_and_is_counted(app, visit, log):
    with app.app_context():
        add_opt_out(ZOE)
        add_dead_number(MIA)
    page = visit(ask(log, app, ZOE, LEO, MIA), "ada")
    assert page.headings == ["Resend to 1 person"]
    assert "2 people skipped" in page.words
    assert "Opted out 1 Only they can undo this" in page.words
    assert "Invalid number 1" in page.words
    page = confirmed(visit, log, page, follow=True)
    assert "2 people skipped: " in page.words
    assert {row(app, phone).status.value for phone in (ZOE, MIA)} == {
        "unknown",
        "not_sent",
    }
    page = visit(ask(log, app, ZOE), "ada")
    assert "None of these texts can be resent." in page.words
    assert "1 person skipped" in page.words


def test_more_people_than_the_page_said_are_looked_at_again(app, visit, log):
    asked = visit(at(log, "/send-again?state=not_sent"), "ada")
    doubt(app, LEO, "not_sent")
    page = confirmed(visit, log, asked, follow=True)
    assert "Now 2 people. Please review again." in page.words
    assert page.headings == ["Resend to 2 people"]
    assert row(app, MIA).status == "not_sent"


def test_what_somebody_left_is_not_among_all_of_these(app, visit, log):
    visit(at(log, "/leave"), "sol", message_ids=str(row(app, ZOE).id))
    assert visit(at(log, "/send-again?state=unknown"), "ada").headings == ["Resend to 1 person"]


def test_a_text_of_another_blast_is_nobodys_here(app, visit, log):
    send_blast(visit, message_body="Another one")
    other = release_blasts(app)
    doubt_of_other = next(each for each in list_messages(app) if each.message_log_id == other)
    set_message_status(app, doubt_of_other.phone, "unknown")
    page = visit(at(log, f"/send-again?message_ids={doubt_of_other.id}"), "ada")
    assert "None of these texts can be resent." in page.words


def test_a_paused_blast_stays_paused_and_the_page_says_so(app, visit, log):
    visit(at(log, "/send-again"), "ada", message_ids=str(row(app, LEO).id), confirm="1")
    visit.post(at(log, "/pause"), "sol")
    page = visit(ask(log, app, ZOE), "ada")
    assert "The blast is paused: nothing is sent until it is resumed." in page.words
    page = confirmed(visit, log, page, follow=True)
    assert "Queued for 1 person. Nothing is sent until the blast is resumed." in page.words
    assert log_now(app, log).status == "paused"


def test_of_a_stopped_blast_only_these_go(app, visit, log):
    set_message_status(app, MAX, "queued")
    with app.app_context(), write() as session:
        session.execute(text("UPDATE message_logs SET status = 'processing'"))
    visit.post(at(log, "/cancel"), "sol")
    page = visit(ask(log, app, MIA), "ada")
    assert "This blast was stopped. Only the people below get their text" in page.words
    confirmed(visit, log, page)
    assert [row(app, phone).status.value for phone in (MIA, MAX)] == [
        "queued",
        "cancelled",
    ]
    assert log_now(app, log).status == "processing"


def test_after_a_blasts_own_end_nothing_of_it_goes_again(app, visit, log):
    with app.app_context(), write() as session:
        session.get(MessageLog, log).not_after = now() - HOUR
    assert "Stop sending at" in visit(at(log), "sol").words
    page = visit(ask(log, app, ZOE), "ada")
    assert "This blast stopped sending at" in page.words
    assert 'name="confirm"' not in page.text
    visit(at(log, "/send-again"), "ada", message_ids=str(row(app, ZOE).id), confirm="1")
    assert row(app, ZOE).status == "unknown"


@pytest.mark.parametrize("reason", ["country_off", "maybe_stop"])
def test_who_was_left_out_for_what_has_changed_is_sent_to_as_if_they_had_only_waited(
    app, visit, log, reason
):
    set_message_status(app, MAX, "skipped", reason=reason)
    assert "Resend it" in visit(at(log, "?state=left_out"), "ada").words
    confirmed(visit, log, visit(at(log, f"/send-again?state={reason}"), "ada"))
    assert (row(app, MAX).status, row(app, MAX).reason) == ("queued", None)


def test_who_did_not_mean_stop_gets_the_text_as_it_was_sent_once(app, visit, background):
    """They were skipped at release already; Leo has two numbers."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoe"), (LEO, "Leo"), (MIA, "Leo at work")):
            add_member(phone, name)
        give_numbers(LEO, MIA)
        with write():
            open_stop_question(LEO, None, "please no more", now())
    send_blast(visit)
    log = release_blasts(app)
    with app.app_context(), write() as session:
        session.execute(text("DELETE FROM stop_questions"))
    confirmed(visit, log, visit(at(log, "/send-again?state=maybe_stop"), "ada"))
    background(app)
    wait_until(lambda: log_now(app, log).finished_at, "the end")
    with app.app_context():
        bodies = db.session.execute(text("SELECT phone, body FROM sandbox_messages")).all()
    picnic = "the picnic is at eleven.\nReply STOP to opt out."
    assert bodies == [(ZOE, f"Hi Zoe, {picnic}"), (LEO, f"Hi Leo, {picnic}")]


def test_many_come_in_pages_and_are_all_sent(app, visit):
    with app.app_context():
        add_members(620)
    send_blast(visit, message_body="Hello", target="community")
    log = release_blasts(app)
    with app.app_context(), write() as session:
        session.execute(text("UPDATE messages SET status = 'failed', error_code = 30008"))
    close_finished_blasts(app)
    page = visit(at(log, "/send-again?state=failed&page=2"), "ada")
    assert "51–100 of 620" in page.words
    assert "message_ids" not in page.text
    assert len(re.findall(r"Person 0000\d\d", page.words)) == 50
    page = confirmed(visit, log, page, follow=True)
    assert "Resending to 620 people" in page.words
    assert log_now(app, log).failure_count == 0


def test_a_social_manager_may_check_and_leave_but_not_send_again(app, visit, log):
    """Sending again costs money and may reach somebody twice: an admin's to decide."""
    for answer in (
        visit(at(log, "/send-again"), "sol"),
        visit(
            at(log, "/send-again"),
            "sol",
            message_ids=str(row(app, ZOE).id),
            confirm="1",
        ),
    ):
        assert answer.status_code == 403
    assert row(app, ZOE).status == "unknown"
    assert visit(at(log, "/check-again"), "sol", state="unknown").status_code == 303
    assert visit(at(log, "/leave"), "sol", state="unknown").status_code == 303


def test_what_is_not_there_is_not_found(visit):
    assert visit(at(99, "/send-again"), "ada").status_code == 404
    for verb in ("/check-again", "/leave", "/send-again"):
        assert visit.post(at(99, verb), "ada").status_code == 404


# what holds a running blast back


@pytest.fixture
def running(app, visit, copied_steps):
    """A blast that is being sent, to four people."""
    return copied_steps.take(app, begin_blast, visit)


def begin_blast(app, visit):
    with app.app_context():
        for name, phone in PHONES.items():
            add_member(phone, name)
    send_blast(visit, message_body="The picnic is at eleven.")
    return release_blasts(app)


def hold(app, log, until, words="Twilio cannot be reached. The others wait."):
    with app.app_context(), write():
        found = db.session.get(MessageLog, log)
        sender_throttle.hold_sender(found.sender, found.carrier, until, None, words)


def test_a_held_sender_says_why_and_when_it_tries_next(app, visit, running):
    # Frozen: a second later the estimate, rounded to tens, is another one.
    with time_machine.travel(now(), tick=False):
        hold(app, running, now() + timedelta(seconds=50))
        page = visit(at(running, "/live"), "sol")
    assert re.search(
        r"Twilio cannot be reached\. The others wait\. Next try in (49|50) seconds\.",
        page.words,
    )
    assert "About 60 seconds left" in page.words


def test_after_the_hold_one_text_goes_to_try(app, visit, running):
    hold(app, running, now() - timedelta(seconds=1))
    assert "The others wait. Trying one text now." in visit(at(running), "sol").words


def test_resuming_says_try_now(app, visit, running):
    hold(app, running, now() + HOUR)
    visit.post(at(running, "/pause"), "sol")
    assert "The others wait." not in visit(at(running), "sol").words
    visit.post(at(running, "/resume"), "sol")
    assert "The others wait." not in visit(at(running), "sol").words
    assert log_now(app, running).resumed_at


def test_a_slowed_sender_says_its_pace_and_takes_its_time(app, visit, running):
    # Slowed in a moment, since the share doubles every five seconds from then on.
    moment = now() + HOUR
    with app.app_context(), write():
        found = db.session.get(MessageLog, running)
        sender_throttle.slow_sender(found.sender, found.carrier, moment)
        sender_throttle.slow_sender(found.sender, found.carrier, moment)
    page = visit(at(running), "sol")
    assert (
        "Twilio asked us to slow down: 25% of the usual pace, faster again within a minute."
        in page.words
    )
    assert "A few seconds left 12.5 text segments a second" in page.words


def test_what_holds_another_sender_is_not_said_here(app, visit, running):
    with app.app_context(), write():
        sender_throttle.hold_sender("+13035550999", "sandbox", now() + HOUR, None, "Not ours.")
        blast_control.pause_blast(running)
    assert "Not ours." not in visit(at(running), "sol").words
