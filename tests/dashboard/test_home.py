"""The first page: first steps read from facts, what is being sent, what comes, how the last
ones went.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from app.core.clock import now
from app.core.db import db, write
from app.delivery.engine_models import Lease
from app.delivery.models import Message, MessageLog
from app.delivery.queries import unresolved_texts
from app.delivery.queries.blast_totals import DeliveryTotals
from app.events.actions.events import EventInfo, create_event
from app.migrations.database_backups import format_backup_timestamp, get_backup_folder
from app.organisation.models import Organisation
from app.suppression.actions.stop_questions import open_stop_question
from tests.blasts.helpers import (
    AT_NOON,
    LATER,
    close_finished_blasts,
    get_one_line_html,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member
from tests.visit import Visitor

TWILIO = {
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": "a-token",
    "twilio_from_number": "+13035550100",
}


def people(app):
    with app.app_context():
        for name, phone in (("Zoë", ZOE), ("Leo", LEO), ("Mia", MIA)):
            add_member(phone, name)


def finished(app, visit, body="The picnic is at eleven."):
    """A blast that ended: Zoë and Leo got it, Mia did not."""
    send_blast(visit, message_body=body)
    log = release_blasts(app)
    set_message_status(app, ZOE, "delivered")
    set_message_status(app, LEO, "delivered")
    set_message_status(app, MIA, "failed", error_code=30003)
    close_finished_blasts(app)
    return log


@pytest.mark.parametrize(
    ("utc", "greeting"),
    [("12:00", "morning"), ("20:00", "afternoon"), ("01:00", "evening")],
)
def test_it_greets_by_the_clock_of_the_organisation(visit, utc, greeting):
    with time_machine.travel(f"2026-05-06 {utc}:00+00:00", tick=False):
        assert visit("/", "sol").headings == [f"Good {greeting}, Sol"]


def test_a_newcomer_is_told_the_first_steps_and_where_to_do_them(visit):
    page = visit("/", "ada")
    assert "Get ready to send: 2 of 6 done" in page.words
    assert "Create the first admin account (done) ada" in page.words
    assert "Riverside Community, America/Denver" in page.words
    assert "Add your people (to do)" in page.words
    assert "Add people first." in page.words


def test_who_may_not_go_there_gets_no_link(visit):
    page = visit("/", "sol")
    assert 'href="/settings"' not in page.text
    assert ">Add people<" not in page.text
    assert ">Add people<" in visit("/", "ada").text


def test_steps_are_done_when_the_facts_say_so(app, visit):
    people(app)
    page = visit("/", "ada")
    assert "Get ready to send: 3 of 6 done" in page.words
    assert 'href="/blasts/new?first=1"' in page.text
    finished(app, visit)
    page = visit("/", "ada")
    assert "Send a practice blast (done) It was delivered." in page.words
    assert "Connect Twilio (to do)" in page.words


def test_when_all_is_done_the_list_is_gone(make_app):
    app = make_app(**TWILIO)
    visit = Visitor(app)
    people(app)
    finished(app, visit)
    assert "Get ready to send: 5 of 6 done" in visit("/", "ada").words
    with app.app_context(), write() as session:
        session.add(
            Message(
                direction="inbound",
                kind="inbound",
                phone=ZOE,
                sender="",
                body="OK",
                status="received",
                carrier="twilio",
                provider_sid="SM" + "a" * 32,
            )
        )
    assert "Get ready to send" not in visit("/", "ada").words


def test_it_asks_for_a_copy_when_the_newest_is_old_and_real_people_are_texted(make_app):
    """Where the program makes none by itself."""
    app = make_app(**TWILIO, backups=False)
    visit = Visitor(app)
    warning = "There is no backup of the database from the last two days"
    assert warning not in visit("/", "ada").words
    people(app)
    finished(app, visit)
    assert warning in visit("/", "ada").words
    database = app.extensions["settings"].database_path
    folder = get_backup_folder(database)
    folder.mkdir()
    for age in (timedelta(days=3), timedelta(hours=30)):
        assert warning in visit("/", "ada").words
        timestamp = format_backup_timestamp(datetime.now(UTC) - age)
        (folder / f"{database.stem}-{timestamp}.db").touch()
    assert warning not in visit("/", "ada").words


def test_every_panel_says_what_it_is_for_while_it_is_empty(visit):
    page = visit("/", "sol")
    assert "You're all caught up." in page.words
    assert "Nothing is scheduled." in page.words
    assert "Results will appear here after you send your first blast." in page.words
    assert "texts sent 0 delivered – replies 0 opt-outs 0 new members +0 segments 0" in page.words


def test_what_is_being_sent_shows_its_bar_and_asks_again(app, visit):
    people(app)
    send_blast(visit)
    release_blasts(app)
    set_message_status(app, ZOE, "accepted")
    page = visit("/", "sol")
    assert "Sending" in page.words
    assert "1 sent 0 failed 2 waiting" in page.words
    assert 'hx-get="/running" hx-trigger="every 5s"' in get_one_line_html(page)
    part = visit("/running", "sol")
    assert part.text.strip() in page.text
    assert visit("/running").status_code == 401


def test_when_nothing_runs_it_stops_asking(visit):
    assert "hx-trigger" not in visit("/running", "ada").text


def test_it_says_in_a_quiet_line_that_nothing_is_sent_and_in_red_that_sending_is_off(app, visit):
    part = visit("/running", "sol")
    assert "Sending is off: no engine is running." in part.text
    with app.app_context(), write() as session:
        session.add(Lease(name="engine", holder="7-abc", beat_at=now()))
    for page in (visit("/", "sol"), visit("/running", "sol")):
        assert "Nothing is being sent." in page.text
        assert "Sending is off" not in page.text
    with app.app_context(), write() as session:
        session.execute(db.update(Lease).values(beat_at=now() - timedelta(minutes=2)))
    for page in (visit("/", "sol"), visit("/running", "sol")):
        assert "Sending is off: no engine has answered for about 2 minutes." in page.text


def test_the_next_blasts_are_named_in_their_order(app, visit):
    people(app)
    with time_machine.travel(AT_NOON, tick=False):
        send_blast(visit, message_body="The second", **LATER | {"schedule_date": "2026-05-09"})
        send_blast(visit, message_body="The first", **LATER)
        page = visit("/", "ada")
    assert page.words.index("Fri, May 8 8:45 PM The first") < page.words.index(
        "Sat, May 9 8:45 PM The second"
    )


def test_the_last_results_are_delivered_of_tried(app, visit):
    people(app)
    finished(app, visit, "Bring a dish.")
    page = visit("/", "ada")
    assert "Bring a dish. 2 of 3 (67%) 0 replies" in page.words
    assert "texts sent 3 delivered 66.7% replies 0" in page.words
    assert "segments 2" in page.words


@pytest.mark.parametrize(
    ("delivered", "percent"), [(0, 0), (1, 1), (196, 98), (199, 99), (200, 100)]
)
def test_all_or_nothing_alone_is_100_or_0_percent(delivered, percent):
    assert DeliveryTotals(delivered, accepted=200).delivered_percent == percent


def test_money_is_said_once_its_price_is_known(app, visit):
    people(app)
    with app.app_context(), write() as session:
        session.get(Organisation, 1).price_per_segment = Decimal("0.0117")
    finished(app, visit)
    assert "estimated cost (2 segments) $0.02" in visit("/", "ada").words


def test_the_week_has_seven_days_and_no_tests(app, visit):
    people(app)
    log = finished(app, visit)
    with time_machine.travel(now() + timedelta(days=8), tick=False):
        page = visit("/", "ada")
    assert "texts sent 0" in page.words
    assert "2 of 3" in page.words
    with app.app_context(), write() as session:
        session.get(MessageLog, log).test_mode = True
    page = visit("/", "ada")
    assert "texts sent 0" in page.words
    assert "2 of 3" not in page.words


def test_a_large_blast_is_not_counted_again_at_once(app, visit):
    people(app)
    log = finished(app, visit)
    with app.app_context(), write() as session:
        session.get(MessageLog, log).total_recipients = 100_000
    assert "2 of 3" in visit("/", "ada").words
    set_message_status(app, MIA, "delivered")
    assert "2 of 3" in visit("/", "ada").words


def test_a_small_one_is_always_up_to_date(app, visit):
    people(app)
    finished(app, visit)
    assert "2 of 3" in visit("/", "ada").words
    set_message_status(app, MIA, "delivered")
    assert "3 of 3" in visit("/", "ada").words


def in_doubt(app, phone, status, ago=timedelta(minutes=3), **columns):
    set_message_status(app, phone, status, **columns)
    with app.app_context(), write() as session:
        session.execute(
            db.update(Message).where(Message.phone == phone).values(submitted_at=now() - ago)
        )


def test_texts_in_doubt_wait_for_somebodys_decision(app, visit):
    people(app)
    log = finished(app, visit)
    assert "text needs attention" not in visit("/", "sol").words
    in_doubt(app, ZOE, "unknown")
    assert (
        "1 text needs attention 1 unconfirmed: The picnic is at eleven." in visit("/", "sol").words
    )
    in_doubt(app, LEO, "unknown")
    in_doubt(app, MIA, "not_sent")
    page = visit("/", "sol")
    assert (
        "3 texts need attention 2 unconfirmed: The picnic is at eleven. 1 not sent: The picnic is"
        in page.words
    )
    assert f'href="/blasts/logs/{log}?state=unknown"' in page.text
    assert f'href="/blasts/logs/{log}?state=not_sent"' in page.text
    visit(f"/blasts/logs/{log}/leave", "sol", state="unknown")
    assert "1 text needs attention" in visit("/", "sol").words


def test_a_doubt_of_this_minute_is_nobodys_business_yet(app, visit):
    people(app)
    finished(app, visit)
    in_doubt(app, ZOE, "unknown", timedelta(seconds=100))
    assert "text needs attention" not in visit("/", "sol").words


def test_what_was_in_doubt_a_week_ago_or_in_practice_is_left_alone(app, visit, make_app):
    people(app)
    finished(app, visit)
    in_doubt(app, ZOE, "not_sent")
    with time_machine.travel(now() + timedelta(days=8), tick=False):
        assert "text needs attention" not in visit("/", "ada").words
    assert "text needs attention" in visit("/", "ada").words
    assert "text needs attention" not in Visitor(make_app(**TWILIO))("/", "ada").words


def test_more_than_anybody_would_count_is_said_as_that(app, visit, monkeypatch):
    people(app)
    finished(app, visit)
    monkeypatch.setattr(unresolved_texts, "MAX_UNRESOLVED_COUNTED", 1)
    for phone in (ZOE, LEO):
        in_doubt(app, phone, "unknown")
    assert "More than 1,000 texts need attention unconfirmed: The picnic" in visit("/", "ada").words


def test_a_stranger_is_led_to_the_login_page(visit):
    assert "/login" in visit("/").location


def test_who_perhaps_said_stop_waits_for_a_decision(visit, app):
    assert "opt-out request" not in visit("/", "sol").words
    with app.app_context(), write():
        open_stop_question(ZOE, None, "wrong number", now())
    assert (
        "1 reply may be an opt-out request Texts to this person are paused"
        in visit("/", "sol").words
    )


def test_the_first_steps_fold_when_most_is_done_and_can_be_hidden(app, visit):
    people(app)
    assert '<details class="fold first-steps" open>' in visit("/", "ada").text
    finished(app, visit)
    assert '<details class="fold first-steps">' in visit("/", "ada").text
    assert visit.post("/first-steps/hide", "ada").location == "/"
    assert "Get ready to send" not in visit("/", "ada").words
    assert "Get ready to send" in visit("/", "sol").words


def test_a_paused_blast_needs_attention(app, visit):
    people(app)
    send_blast(visit)
    log = release_blasts(app)
    visit.post(f"/blasts/logs/{log}/pause", "ada")
    page = visit("/", "sol")
    assert "Paused: The picnic" in page.words or "Paused:" in page.words
    assert "0 of 3 done. Resume it or stop the rest." in page.words


def test_the_next_seven_days_hold_blasts_and_events(app, visit):
    with time_machine.travel(AT_NOON, tick=False):
        with app.app_context(), write():
            create_event(EventInfo("Soup supper", date(2026, 5, 10), "17:00", "Church hall"))
        page = visit("/", "sol")
    assert "Soup supper" in page.words
    assert "0 people · Church hall" in page.words


def test_help_explains_the_words_that_pages_use(visit):
    page = visit("/help", "sol")
    for words in ("Segments and cost", "Opting out", "Practice mode", "Going live", "Unconfirmed"):
        assert words in page.words
