"""Simulate replies a blast, strangers write, phones send pictures: all of it through the
signed webhooks.
"""

import json
from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher
from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage
from app.delivery.carriers.sandbox_phone_storage import set_phone_behaviour
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import (
    BlastStatus,
    BlastTarget,
    MessageDirection,
    MessageKind,
    MessageStatus,
)
from app.suppression.models import UnsubscribedContact
from app.webhooks.models import WebhookEvent
from tests.keywords.keyword_helpers import create_keyword, create_survey
from tests.sample_people import ZOE
from tests.sample_rows import add_member, make_phone
from tests.visit import Visitor

ZOES = "/sandbox/13035550142"


@pytest.fixture
def clock():
    """A clock that moves when it is told to."""
    with time_machine.travel("2026-05-08 18:00:00+00:00", tick=False) as clock:
        yield clock


def blast(app, people=50, status=MessageStatus.DELIVERED, body="Picnic on Saturday?"):
    """A practice blast to so many people; the number of its log."""
    with app.app_context(), write() as session:
        values = {
            "message_body": body,
            "target": BlastTarget.COMMUNITY,
            "total_recipients": people,
        }
        session.add(log := MessageLog(status=BlastStatus.SENT, carrier="sandbox", **values))
        session.flush()
        rows = (
            {"phone": make_phone(n), "message_log_id": log.id, "status": status}
            for n in range(people)
        )
        session.add_all(Message(kind=MessageKind.BLAST, body="Hi", **row) for row in rows)
        return log.id


def on_air(app):
    with app.app_context():
        return db.session.scalars(db.select(SandboxMessage).order_by(SandboxMessage.id)).all()


def heard(app):
    """What came in, by number and words."""
    with app.app_context():
        rows = db.session.scalars(
            db.select(Message).where(Message.direction == MessageDirection.INBOUND)
        )
        return {row.phone: row.body for row in rows}


def test_forty_of_a_hundred_say_yes_within_half_a_minute(app, visit, clock):
    blast(app, 50)
    page = visit("/sandbox/crowd", "sol", follow=True, percent="40", body="YES")
    assert "20 phones answer within 30 seconds." in page.words
    assert "20 texts are on the way." in page.words
    texts = on_air(app)
    assert {(text.body, text.from_phone, text.next_status) for text in texts} == {
        ("YES", True, "received")
    }
    assert len({text.phone for text in texts}) == 20
    waits = [(text.next_at - now()).total_seconds() for text in texts]
    assert waits == sorted(waits)
    assert 0 <= waits[0] < 10 < 20 < waits[-1] <= 30


def test_each_answer_comes_in_once_through_the_webhook_and_a_restart_loses_none(
    app, visit, clock, make_app
):
    blast(app, 50)
    visit(
        "/sandbox/crowd",
        "sol",
        percent="40",
        body="Yes please",
        other_percent="2",
        other_body="STOP",
    )
    for _ in range(2):  # two processes, one after the other
        postman = CallbackDispatcher(make_app())
        for _ in range(16):
            clock.shift(1)
            postman.dispatch_due()
        postman.stop()
        assert 0 < len(heard(app)) <= 21
    assert Counter(heard(app).values()) == {"Yes please": 20, "STOP": 1}
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(WebhookEvent.id))) == 21
        assert db.session.scalar(db.select(db.func.count(UnsubscribedContact.id))) == 1
    assert "still to come" not in visit("/sandbox", "sol").words


def test_what_a_phone_writes_later_is_on_no_screen_yet(app, visit, clock):
    blast(app, 1)
    visit("/sandbox/crowd", "sol", percent="100", body="Not yet")
    phone = f"/sandbox/{make_phone(0)[1:]}"
    assert "Not yet" not in visit(phone, "sol").words + visit("/sandbox", "sol").words
    clock.shift(31)
    assert "Not yet" in visit(phone, "sol").words
    assert "Not yet" in visit("/sandbox", "sol").words


def test_who_has_no_text_or_no_phone_that_writes_says_nothing(app, visit):
    blast(app, 5, MessageStatus.QUEUED)
    page = visit("/sandbox/crowd", "sol", follow=True, percent="100", body="YES")
    assert "No phone has received this blast yet." in page.words
    log = blast(app, 5)
    with app.app_context(), write():
        for n, mood in enumerate(
            (
                PhoneBehaviour.UNREACHABLE,
                PhoneBehaviour.LANDLINE,
                PhoneBehaviour.REFUSED,
            )
        ):
            set_phone_behaviour(make_phone(n), mood)
    page = visit("/sandbox/crowd", "sol", follow=True, percent="100", body="YES", log_id=str(log))
    assert "2 phones answer" in page.words
    assert {text.phone for text in on_air(app)} == {make_phone(3), make_phone(4)}


def test_the_latest_blast_is_meant_unless_another_is_chosen(app, visit):
    first, second = blast(app, 3, body="First"), blast(app, 4, body="Second")
    page = visit("/sandbox", "sol")
    assert page.text.index(f'value="{second}"') < page.text.index(f'value="{first}"')
    visit("/sandbox/crowd", "ada", percent="100", body="YES")
    assert len(on_air(app)) == 4
    visit("/sandbox/crowd", "ada", percent="100", body="YES", log_id=str(first))
    assert len(on_air(app)) == 7
    with app.app_context():
        act = db.session.scalar(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1))
        assert (act.verb, act.who, act.about) == (
            "sandbox.crowd",
            "ada",
            f"blast {first}",
        )
        assert json.loads(act.details) == {"answers": 3}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"percent": "many"}, "Enter a whole number from 0 to 100."),
        ({"percent": "-1"}, "Enter a whole number from 0 to 100."),
        ({"other_percent": "101"}, "Enter a whole number from 0 to 100."),
        (
            {"percent": "60", "other_percent": "41"},
            "Together, the percentages are more than 100.",
        ),
        ({"percent": "0", "other_percent": ""}, "Enter a number above 0."),
        ({"body": " "}, "Enter a text."),
        ({"other_percent": "2", "other_body": ""}, "Enter a text."),
        ({"body": "x" * 1601}, "up to 1,600 characters"),
        ({"log_id": "99"}, "Choose a blast."),
    ],
)
def test_what_cannot_be_is_said_and_nobody_answers(app, visit, typed, sentence):
    blast(app, 5)
    fields = {
        "percent": "40",
        "body": "YES",
        "other_percent": "0",
        "other_body": "STOP",
    } | typed
    page = visit("/sandbox/crowd", "sol", **fields)
    assert page.status_code == 422
    assert sentence in page.words
    assert on_air(app) == []


def test_without_a_blast_it_is_said_what_to_do(visit):
    assert "Send a blast first" in visit("/sandbox", "sol").words
    assert visit("/sandbox/crowd", "sol", percent="40", body="YES").status_code == 422


def test_a_stranger_writes_from_a_number_that_nobody_knows(app, visit):
    page = visit("/sandbox/stranger", "sol", follow=True, body="Who are you?")
    assert "Unknown number" in page.headings
    assert "Who are you?" in page.words
    [(phone, body)] = heard(app).items()
    assert body == "Who are you?"
    assert phone[5:10] == "55501"
    for _ in range(3):
        visit("/sandbox/stranger", "sol", body="Me too")
    assert len(heard(app)) == 4
    page = visit("/sandbox/stranger", "sol", body=" ")
    assert page.status_code == 422
    assert "Enter a text." in page.words


def test_a_phone_sends_a_picture_with_and_without_words(app, visit):
    page = visit(f"{ZOES}/picture", "sol", follow=True, body="")
    assert "(a picture)" in page.words
    visit(f"{ZOES}/picture", "sol", body="Look!")
    with app.app_context():
        payloads = [json.loads(row) for row in db.session.scalars(db.select(WebhookEvent.payload))]
    assert [(each["Body"], each["NumMedia"], each["MediaContentType0"]) for each in payloads] == [
        ("", "1", "image/jpeg"),
        ("Look!", "1", "image/jpeg"),
    ]
    assert all(
        each["MediaUrl0"].startswith("https://api.twilio.com/2010-04-01/Accounts/AC")
        for each in payloads
    )
    assert visit(f"{ZOES}/picture", "sol", body="x" * 1601).status_code == 422


def test_the_words_that_start_something_are_buttons_on_every_phone(app, visit):
    with app.app_context():
        create_keyword("HOURS", aliases=["WHEN"])
        create_keyword("OFF", is_active=False)
        create_keyword("OVER", active_until=now() - timedelta(days=1))
        create_survey("Lunch", "FOOD")
        create_survey("Closed", "SHUT", is_active=False)
    page = visit(ZOES, "sol")
    for word in ("HOURS", "FOOD"):
        assert f'name="body" value="{word}"' in page.text
    for word in ("OFF", "OVER", "SHUT", "WHEN"):
        assert f'value="{word}"' not in page.text


def test_a_word_to_try_is_typed_already_on_somebodys_phone(app, visit):
    page = visit("/sandbox/try?text=SIGN+UP", "sol")
    assert page.location.startswith("/sandbox/1")
    with app.app_context():
        add_member(ZOE, "Zoë")
    page = visit("/sandbox/try?text=SIGN+UP", "sol", follow=True)
    assert page.response.request.path == ZOES
    assert 'value="SIGN UP"' in page.text
    assert on_air(app) == []


def test_with_a_real_carrier_nobody_plays(make_app):
    visit = Visitor(
        make_app(
            twilio_account_sid="AC" + "1" * 32,
            twilio_auth_token="t" * 32,
            twilio_from_number="+13035550100",
        )
    )
    for address in ("/sandbox/crowd", "/sandbox/stranger", f"{ZOES}/picture"):
        assert visit(address, "ada", body="YES", percent="40").status_code == 404
    assert visit("/sandbox/try", "ada").status_code == 404
