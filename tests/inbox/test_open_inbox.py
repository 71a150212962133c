"""The inbox that stays open all day: first conversation, unread line, decisions, failed replies."""

import json
import re
from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import write
from app.delivery.models import Message
from app.domain.texts.initials import make_initials
from app.events.models import Event, EventRegistration
from app.suppression.models import StopQuestion
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out


@pytest.fixture
def zoe(wrote):
    """Zoë's thread, after one text."""
    return wrote(ZOE, "Hello there")


def list_thread_ids(page):
    return [int(each) for each in re.findall(r'id="th(\d+)"', page.text)]


def test_the_first_conversation_is_open_at_once(visit, zoe, wrote, thread):
    leo = wrote(LEO, "Is there parking?")
    page = visit("/inbox", "sol")
    assert f'id="th{leo}"' in page.text
    assert f'action="/inbox/{leo}/reply"' in page.text
    assert page.headings == ["+1 303 555 0143"]
    assert thread(leo).unread == 1, "looking reads nothing"


def test_when_all_are_answered_the_page_says_so_and_leads_to_all(visit, zoe):
    visit(f"/inbox/{zoe}/reply", "sol", body="At six.")
    page = visit("/inbox", "sol")
    assert "You're all caught up." in page.words
    assert "/inbox?state=all" in page.text
    assert list_thread_ids(page) == []


def test_who_was_answered_stays_in_the_list_until_another_is_opened(visit, zoe, wrote):
    leo = wrote(LEO, "Is there parking?")
    visit(f"/inbox/{zoe}/reply", "sol", body="At six.")
    assert list_thread_ids(visit(f"/inbox/{zoe}", "sol")) == [zoe, leo]
    assert list_thread_ids(visit(f"/inbox/{leo}", "sol")) == [leo]
    visit.post(f"/inbox/{leo}/done", "sol")
    page = visit(f"/inbox/{leo}", "sol")
    assert list_thread_ids(page) == [leo]
    assert "Done by Sol" in page.words
    assert "Needs no reply" not in page.words


def test_a_line_is_above_the_first_unread_text_and_stays_while_the_page_is_open(visit, zoe, wrote):
    wrote(ZOE, "And parking?")
    page = visit(f"/inbox/{zoe}", "sol")
    assert page.text.index('id="unread-line"') < page.text.index('id="m1"')
    seen = re.search(r'name="seen" value="(\d+)"', page.text)[1]
    visit(f"/inbox/{zoe}/read", "sol", seen=seen)
    address = re.search(rf'hx-get="(/inbox/{zoe}/live[^"]+)"', page.text)[1]
    assert 'id="unread-line"' in visit(address.replace("&amp;", "&"), "sol").text
    assert 'id="unread-line"' not in visit(f"/inbox/{zoe}", "sol").text


def test_a_picture_alone_is_called_a_picture(visit, wrote):
    media = json.dumps([{"url": "https://api.twilio.com/a", "type": "image/jpeg"}])
    thread_id = wrote(ZOE, "", media=media)
    assert "<bdi>Picture</bdi>" in visit("/inbox", "ada").text
    assert "Picture (opens at Twilio in a new tab)" in visit(f"/inbox/{thread_id}", "ada").words


# ---- a text that may be an opt-out


def ask(app, phone, wrote):
    thread_id = wrote(phone, "enough already", why="maybe_stop")
    with app.app_context(), write() as session:
        deadline = now() + timedelta(days=14)
        session.add(
            StopQuestion(phone=phone, body="enough already", asked_at=now(), decide_by=deadline)
        )
    return thread_id


def test_a_possible_opt_out_is_decided_in_the_list(app, visit, zoe, wrote, thread):
    doubtful = ask(app, MIA, wrote)
    page = visit(f"/inbox/{zoe}", "sol")
    assert f'action="/inbox/{doubtful}/decide"' in page.text
    assert f'action="/inbox/{zoe}/decide"' not in page.text
    assert "Opt out Keep texting" in page.words
    visit(f"/inbox/{doubtful}/decide", "sol", question="1", verdict="stay")
    assert thread(doubtful).why is None
    assert "Keep texting" not in visit(f"/inbox/{zoe}", "sol").words


# ---- a reply that failed


@pytest.fixture
def failed(app, zoe):
    """A reply to Zoë that was not delivered; the id of its message."""
    with app.app_context(), write() as session:
        row = Message(
            phone=ZOE,
            body="At six.",
            kind="reply",
            status="undelivered",
            error_code=30003,
            written_by="sol",
            created_at=now(),
        )
        session.add(row)
    return row.id


def test_a_failed_reply_is_tried_again_once(visit, zoe, failed, sent):
    page = visit(f"/inbox/{zoe}", "sol")
    assert "Try again" in page.words
    for _ in range(2):
        answer = visit(f"/inbox/{zoe}/retry", "sol", message=str(failed))
        assert answer.location == f"/inbox/{zoe}"
    assert [(text.body, text.status) for text in sent()] == [
        ("At six.", "undelivered"),
        ("At six.", "queued"),
    ]
    assert "Try again" not in visit(f"/inbox/{zoe}", "sol").words


def test_only_a_failed_reply_of_this_conversation_can_be_tried_again(visit, wrote, failed, sent):
    leo = wrote(LEO, "Hi")
    page = visit(f"/inbox/{leo}/retry", "sol", message=str(failed), follow=True)
    assert "This text can't be tried again." in page.words
    assert len(sent()) == 1


def test_who_opted_out_meanwhile_has_no_button_and_gets_nothing(app, visit, zoe, failed, sent):
    with app.app_context():
        add_opt_out(ZOE)
    assert "Try again" not in visit(f"/inbox/{zoe}", "sol").words
    page = visit(f"/inbox/{zoe}/retry", "sol", message=str(failed), follow=True)
    assert "Not sent." in page.words
    assert len(sent()) == 1


def test_a_social_manager_adds_the_person_to_the_do_not_text_list(app, visit, zoe):
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
    page = visit(f"/inbox/{zoe}", "sol")
    assert "Add Zoë Hernández to the do-not-text list?" in page.text
    way = f"/people/{ZOE[1:]}/do-not-text"
    assert visit(way, "sol", next=f"/inbox/{zoe}").location == f"/inbox/{zoe}"
    page = visit(f"/inbox/{zoe}", "sol")
    assert "You can't reply." in page.words
    assert "Add to the do-not-text list" not in page.words


def test_whether_they_are_coming_is_recorded_beside_the_conversation(app, visit, zoe):
    with app.app_context(), write() as session:
        for number, day in enumerate((now() + timedelta(days=3), now() - timedelta(days=90)), 1):
            session.add(Event(id=number, title=f"Event {number}", date=day.date()))
            session.flush()
            session.add(EventRegistration(event_id=number, phone=ZOE, guests=2))
    page = visit(f"/inbox/{zoe}", "sol")
    assert 'aria-label="Coming to Event 1?"' in page.text
    assert 'aria-label="Coming to Event 2?"' not in page.text
    assert "Event 1 +2 guests Coming Maybe Not coming Event 2" in page.words
    fields = {"answer": "maybe", "guests": "2", "next": f"/inbox/{zoe}"}
    answer = visit("/events/1/registrations/1/answer", "sol", **fields)
    assert answer.location == f"/inbox/{zoe}"
    text = visit(f"/inbox/{zoe}", "sol").text
    assert re.search(r'value="maybe"\s+aria-pressed="true"', text)


def test_initials_are_the_first_and_the_last_word():
    names = ["Zoë Hernández", "Mr. Robert Bob Wu", "cher", "", None, "+1 303", "مريم الحسن"]
    assert [make_initials(name) for name in names] == ["ZH", "MW", "C", "", "", "", "ما"]
