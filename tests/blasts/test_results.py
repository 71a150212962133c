"""The results of a blast: what people answered, and texting some of them again."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.blast_replies import count_late_opt_out, record_blast_reply
from app.delivery.actions.inbound_messages import InboundMessage, record_inbound_message
from app.delivery.models import Message
from app.delivery.queries.blast_results import ReplyCounts, count_replies_by_blast
from app.delivery.reply_models import BlastReply, StopKind
from app.domain.delivery.blast_labels import describe_test_phone
from tests.blasts.helpers import (
    close_finished_blasts,
    compose_fields,
    list_messages,
    list_scheduled_blasts,
    open_review,
    press_button,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out

RESULTS = {"audience": "results", "log_id": "1"}


@pytest.fixture
def log(app, visit, copied_steps):
    """A blast that all three received; nobody has answered yet."""
    return copied_steps.take(app, deliver_blast, visit)


def deliver_blast(app, visit):
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia")):
            add_member(phone, name)
    send_blast(visit, message_body="The picnic is at eleven. Are you coming?")
    release_blasts(app)
    for phone in (ZOE, LEO, MIA):
        set_message_status(app, phone, "delivered", submitted_at=now())
    close_finished_blasts(app)
    return 1


def answer(app, phone, body, moment=None, stops=None):
    """Take in a text of this phone, as the webhook does."""
    moment = moment or now()
    text = InboundMessage(phone, "+12025550100", body, "sandbox", None, 1, "GSM-7")
    with app.app_context(), write():
        message_id = record_inbound_message(text, moment)
        record_blast_reply(phone, body, message_id, moment, stops)


def count(app):
    with app.app_context():
        return count_replies_by_blast([1]).get(1, ReplyCounts())


def test_answers_are_split_into_yes_and_no_and_the_last_one_counts(app, visit, log):
    answer(app, ZOE, "Yes!")
    answer(app, ZOE, "with the kids")
    answer(app, LEO, "yes")
    answer(app, LEO, "no, sorry, I cannot")
    answer(app, MIA, "Where is it?")
    assert count(app) == ReplyCounts(yes=1, no=1, other=1, people=3)
    page = visit("/blasts/logs/1", "sol")
    assert "3 replies: show these people 1 yes, 1 no" in page.words
    assert "with the kids" in visit("/blasts/logs/1?state=yes", "sol").words
    people = visit("/blasts/logs/1?state=no", "sol").text.partition('id="people"')[2]
    assert "with the kids" not in people


def test_who_only_texts_stop_opted_out_and_did_not_answer(app, visit, log):
    answer(app, ZOE, "STOP", stops=StopKind.ALL_TEXTS)
    assert count(app) == ReplyCounts(opt_outs=1, people=1)
    assert "1 opted out" in visit("/blasts/logs/1", "ada").words
    answer(app, LEO, "yes")
    answer(app, LEO, "stop", stops=StopKind.ALL_TEXTS)
    assert count(app) == ReplyCounts(yes=1, opt_outs=2, people=2)


def test_who_answered_and_opted_out_is_left_out_once_of_those_who_did_not_answer(app, visit, log):
    answer(app, LEO, "yes")
    answer(app, LEO, "stop", stops=StopKind.ALL_TEXTS)
    assert "Text the 2 who did not answer" in visit("/blasts/logs/1", "ada").words


def test_who_leaves_a_topic_or_pauses_did_not_answer_no(app, visit, log):
    answer(app, LEO, "yes")
    answer(app, LEO, "no more choir", stops=StopKind.TOPIC)
    answer(app, ZOE, "STOP CHOIR", stops=StopKind.TOPIC)
    answer(app, MIA, "PAUSE 30", stops=StopKind.PAUSE)
    assert count(app) == ReplyCounts(yes=1, topic_leaves=2, pauses=1, people=3)
    page = visit("/blasts/logs/1", "sol")
    assert "2 left a topic" in page.words
    assert "1 paused" in page.words
    assert "Other answer" not in page.words
    assert "no more choir" in visit("/blasts/logs/1?state=topic_leaves", "sol").words
    people = visit("/blasts/logs/1?state=pauses", "sol").text.partition('id="people"')[2]
    assert "PAUSE 30" in people
    assert "STOP CHOIR" not in people


def test_a_text_that_a_person_decides_to_be_a_stop_opted_out(app, visit, log):
    answer(app, ZOE, "please no more of these")
    with app.app_context(), write() as session:
        text_id = session.scalar(db.select(db.func.max(Message.id)))
        count_late_opt_out(None)
        count_late_opt_out(text_id)
    assert count(app) == ReplyCounts(other=1, opt_outs=1, people=1)


def test_a_test_names_the_phone_of_its_user():
    assert describe_test_phone("Sol", "Zoë", is_own=True) == "Your phone, as Zoë would read it"
    assert describe_test_phone("Sol", "Zoë") == "Sol’s phone, as Zoë would read it"


def test_after_72_hours_a_text_answers_no_blast(app, log):
    answer(app, ZOE, "yes", now() + timedelta(hours=73))
    assert count(app) == ReplyCounts()


def test_a_text_answers_the_newest_blast(app, visit, log):
    send_blast(visit, message_body="Bring a chair.")
    release_blasts(app)
    set_message_status(app, ZOE, "sent", submitted_at=now())
    answer(app, ZOE, "ok")
    with app.app_context():
        assert [row.message_log_id for row in db.session.scalars(select(BlastReply))] == [2]


def test_those_who_did_not_answer_are_texted_from_the_page(app, visit, log):
    answer(app, ZOE, "yes")
    page = visit("/blasts/logs/1", "sol")
    assert "Text the 2 who did not answer" in page.words
    review = open_review(visit, message_body="Please answer!", **RESULTS, outcome="no_reply")
    assert "2 people get this text" in review.words
    assert "has not texted back within 72 hours" in review.words
    press_button(visit, review, confirm="1")
    # Leo answers before it is sent: the audience is read again then.
    answer(app, LEO, "no")
    release_blasts(app)
    assert [row.phone for row in list_messages(app) if row.message_log_id == 2] == [MIA]
    assert "People who did not answer" in visit("/blasts/logs/2", "sol").words


def test_skips_hold_for_them_too_and_who_is_no_contact_any_more_is_skipped(app, visit, log):
    with app.app_context():
        add_opt_out(ZOE)
        with write() as session:
            session.execute(delete(CommunityMember).where(CommunityMember.phone == LEO))
    review = open_review(visit, message_body="Again", **RESULTS, outcome="everyone")
    assert "1 person gets this text" in review.words
    assert "No longer in your contacts" in review.words


def test_an_earlier_blast_that_does_not_exist_never_becomes_everyone(app, visit, log):
    fields = compose_fields(**RESULTS | {"log_id": "99"}, outcome="no_reply")
    page = visit("/blasts/new", "ada", **fields)
    assert page.status_code == 422
    assert len(list_scheduled_blasts(app)) == 1


def test_nearly_the_same_text_to_the_same_people_is_pointed_out(app, visit, log):
    page = open_review(visit, message_body="The picnic is at eleven! Are you coming?")
    assert "All 3 of these people got nearly the same text" in page.words
    assert 'href="/blasts/logs/1">Show that blast' in page.text


def test_in_practice_three_phones_show_the_text_and_its_answer(app, visit, log):
    answer(app, MIA, "We are coming!")
    live = visit("/blasts/logs/1/live", "sol")
    assert live.text.count(">Reply “Yes”</button>") == 2
    assert f'href="/sandbox/{ZOE[1:]}"' in live.text
    assert live.text.count('class="phone"') == 3
    assert "We are coming!" in live.words


def test_harm_is_warned_of_before_it_is_sent(app, visit, log):
    body = "COME TO THE BIG PICNIC on Sat Dec 6, 2026: bit.ly/x. ALL ARE WELCOME"
    page = open_review(visit, message_body=body)
    assert "Check the date: Dec 6 is a Sunday, not a Saturday." in page.words
    assert "Carriers often block texts with bit.ly links." in page.words
    assert "Carriers may filter it" in page.words
    assert page.text.count(">Edit the text</button>") == 3


def test_texts_at_night_are_warned_of(app, visit, log):
    day = (now() + timedelta(days=7)).date().isoformat()
    fields = {"send_mode": "later", "schedule_date": day, "timezone": "America/Denver"}
    for hour, is_early in ((3, True), (7, True), (8, False), (20, False)):
        fields["schedule_time"] = f"{hour:02}:00"
        page = open_review(visit, message_body="Come", **fields)
        assert ("Texts before 8 AM or after 9 PM wake people up" in page.words) is is_early
        assert ("Choose another time" in page.words) is is_early


def test_an_odd_name_is_corrected_on_the_review_page(app, visit, log):
    with app.app_context():
        add_member("+13035550149", "J. R. Smith")
    page = open_review(visit, message_body="Hi {first_name|friend}, come!")
    fixes = {"fix_names": "1", "fix_phone": "+13035550149", "fix_name": "Joan Smith"}
    page = press_button(visit, page, **fixes)
    assert "1 name saved." in page.words
    assert "Hi Joan, come!" in page.words


def test_a_text_that_may_not_be_resent_says_why_instead_of_a_button(app, visit, log):
    set_message_status(app, ZOE, "failed", error_code=30008)
    assert "Resend" in visit("/blasts/logs/1?state=failed", "ada").words
    with app.app_context():
        add_opt_out(ZOE)
    page = visit("/blasts/logs/1?search=Zo", "ada")
    assert "Can't be resent now: said stop." in page.words.replace("opted out", "said stop")
    assert "Resend" not in page.words
