"""The postman brings every receipt and every pretend text in once, through the real webhooks."""

import itertools
import logging
import secrets
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder

from app.core.clock import now
from app.core.db import db, write
from app.delivery.carriers.sandbox_callback_queue import (
    WEBHOOK_FAILURE_CODE,
    claim_due_callbacks,
)
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher
from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage
from app.delivery.carriers.sandbox_payloads import SANDBOX_ACCOUNT_SID
from app.delivery.carriers.sandbox_phone_storage import set_phone_behaviour
from app.delivery.carriers.sandbox_twilio_api import handle_api_request
from app.delivery.engine_models import Attempt
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.sandbox.actions.sandbox_phones import queue_text_from_phone
from app.suppression.models import UnsubscribedContact
from app.webhooks.models import WebhookEvent
from tests.sample_people import LEO, MIA, ZOE

OURS = "+12025550100"
START = "2026-05-08 18:00:00+00:00"


@pytest.fixture
def clock():
    """A clock that moves when it is told to."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def postman(app):
    """A postman who walks only when the test says so."""
    postman = CallbackDispatcher(app)
    yield postman
    postman.stop()


def text_to(app, phone, callback="{base}/webhooks/twilio/status/{ref}#rc=3&rp=all"):
    """A text of ours to a phone, taken by the network; the id of its row."""
    ref = secrets.token_hex(16)
    with app.app_context():
        with write() as session:
            row = Message(
                kind=MessageKind.BLAST,
                phone=phone,
                sender=OURS,
                body="Hi",
                status=MessageStatus.SUBMITTING,
                submitted_at=now(),
            )
            session.add(row)
            session.flush()
            session.add(Attempt(message_id=row.id, n=1, ref=ref))
        address = callback.format(base="http://sms.example.org", ref=ref)
        fields = {"To": phone, "From": OURS, "Body": "Hi", "StatusCallback": address}
        assert (
            handle_api_request(
                "POST",
                f"/2010-04-01/Accounts/{SANDBOX_ACCOUNT_SID}/Messages.json",
                fields,
            ).status
            == 201
        )
        return row.id


def behave(app, phone, mood):
    with app.app_context(), write():
        set_phone_behaviour(phone, mood)


def written(app, phone, body):
    """The phone writes; the sid of its text."""
    with app.app_context(), write():
        return queue_text_from_phone(phone, OURS, body)


def pass_time(clock, postman, seconds):
    """Let the postman walk every tenth of a second for so long."""
    for _ in range(round(seconds * 10)):
        clock.shift(0.1)
        postman.dispatch_due()


def row(app, id):
    with app.app_context():
        return db.session.get(Message, id)


def on_air(app):
    with app.app_context():
        return db.session.scalars(select(SandboxMessage).order_by(SandboxMessage.id)).all()


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


class Door:
    """Stands before the app, notes every post, and may answer in its place."""

    def __init__(self, app, answer=None):
        self.inner, self.answer, self.posts = app.wsgi_app, answer, []
        app.wsgi_app = self

    def __call__(self, environ, start_response):
        self.posts.append(environ)
        if self.answer:
            start_response(self.answer, [("Content-Type", "text/plain")])
            return [b""]
        return self.inner(environ, start_response)


def test_a_working_phone_gets_its_text_within_a_second(app, clock, postman):
    id = text_to(app, ZOE)
    pass_time(clock, postman, 0.3)
    assert row(app, id).status is MessageStatus.SENT
    pass_time(clock, postman, 0.8)
    assert row(app, id).status is MessageStatus.DELIVERED
    assert postman.dispatch_due() is None


@pytest.mark.parametrize(
    ("mood", "status", "code"),
    [
        (PhoneBehaviour.WORKING, MessageStatus.DELIVERED, None),
        (PhoneBehaviour.LANDLINE, MessageStatus.UNDELIVERED, 30006),
        (PhoneBehaviour.UNREACHABLE, MessageStatus.UNDELIVERED, 30003),
        (PhoneBehaviour.NO_RECEIPT, MessageStatus.SENT, None),
        (PhoneBehaviour.SLOW, MessageStatus.SENT, None),
    ],
)
def test_what_becomes_of_a_text_is_the_phones_mood(app, clock, postman, mood, status, code):
    behave(app, ZOE, mood)
    id = text_to(app, ZOE)
    pass_time(clock, postman, 2)
    assert (row(app, id).status, row(app, id).error_code) == (status, code)


def test_a_slow_phone_takes_eight_seconds(app, clock, postman):
    behave(app, ZOE, PhoneBehaviour.SLOW)
    id = text_to(app, ZOE)
    pass_time(clock, postman, 6)
    assert row(app, id).status is MessageStatus.SENT
    pass_time(clock, postman, 5)
    assert row(app, id).status is MessageStatus.DELIVERED


def test_a_phone_that_is_switched_off_on_the_way_gets_nothing(app, clock, postman):
    id = text_to(app, ZOE)
    behave(app, ZOE, PhoneBehaviour.UNREACHABLE)
    pass_time(clock, postman, 1.5)
    assert (row(app, id).status, row(app, id).error_code) == (
        MessageStatus.UNDELIVERED,
        30003,
    )


def test_a_stop_from_a_phone_is_obeyed_at_once(app, postman):
    assert postman.dispatch_now(written(app, ZOE, "Stop.")) is True
    assert count(app, UnsubscribedContact) == 1
    assert on_air(app)[0].next_at is None
    assert postman.dispatch_now(written(app, ZOE, "START")) is True
    assert count(app, UnsubscribedContact) == 0


def test_every_sign_of_a_text_comes_in_as_it_was_typed(app, postman):
    body = "  Ça va? 😀 & <b>+1=2</b>;\n%41 \u202eabc "
    postman.dispatch_now(written(app, ZOE, body))
    with app.app_context():
        [text] = db.session.scalars(select(Message)).all()
    assert (text.body, text.phone, text.sender, text.status) == (
        body,
        ZOE,
        OURS,
        MessageStatus.RECEIVED,
    )


def test_the_same_news_is_not_posted_again(app, postman):
    sid = written(app, ZOE, "Hello")
    assert postman.dispatch_now(sid) is True
    assert postman.dispatch_now(sid) is False
    assert postman.dispatch_now("SM" + "0" * 32) is False
    assert count(app, WebhookEvent) == 1


def test_a_text_whose_page_died_is_brought_in_two_seconds_later(app, clock, postman):
    written(app, ZOE, "Hello")
    pass_time(clock, postman, 1)
    assert count(app, Message) == 0
    pass_time(clock, postman, 2)
    assert count(app, Message) == 1


def test_two_postmen_never_post_the_same_news(make_app, clock):
    apps = [make_app(), make_app()]
    doors = [Door(app) for app in apps]
    postmen = [CallbackDispatcher(app) for app in apps]
    for n in range(60):
        text_to(apps[0], [ZOE, LEO, MIA][n % 3])
    clock.shift(0.3)
    walkers = [threading.Thread(target=postman.dispatch_due) for postman in postmen]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join()
    assert sum(len(door.posts) for door in doors) == 60
    assert count(apps[0], WebhookEvent) == 60
    for postman in postmen:
        postman.stop()


def test_news_that_a_dying_process_had_in_hand_is_posted_half_a_minute_later(app, clock, postman):
    id = text_to(app, ZOE)
    clock.shift(1)
    with app.app_context(), write() as session:
        assert len(claim_due_callbacks(session, now(), SANDBOX_ACCOUNT_SID, 10)) == 1
    pass_time(clock, postman, 25)
    assert row(app, id).status is MessageStatus.SUBMITTING
    pass_time(clock, postman, 7)
    assert row(app, id).status is MessageStatus.DELIVERED


def test_a_busy_app_is_tried_again_later_and_nothing_is_lost(app, clock, postman):
    door = Door(app, "503 Busy")
    id = text_to(app, ZOE)
    tries = []
    for _ in range(400):
        clock.shift(0.1)
        before = len(door.posts)
        postman.dispatch_due()
        tries += [now()] * (len(door.posts) - before)
    assert [round((b - a).total_seconds()) for a, b in itertools.pairwise(tries)] == [
        1,
        5,
        30,
    ]
    door.answer = None
    pass_time(clock, postman, 32)
    assert row(app, id).status is MessageStatus.DELIVERED


def test_after_ten_tries_the_news_is_dropped_and_life_goes_on(app, clock, postman, caplog):
    door = Door(app, "500 Broken")
    id = text_to(app, ZOE)
    while len(door.posts) < 10:
        clock.shift(31)
        postman.dispatch_due()
    door.answer = None
    pass_time(clock, postman, 1)
    assert row(app, id).status is MessageStatus.DELIVERED
    assert caplog.text.count("again later") == 9
    assert caplog.text.count("dropped") == 1


def test_an_app_that_says_no_is_not_asked_again_and_the_log_names_no_phone(app, postman, caplog):
    door = Door(app, "403 Forbidden")
    with caplog.at_level(logging.INFO):
        sid = written(app, ZOE, "Hello there")
        assert postman.dispatch_now(sid) is True
    assert (len(door.posts), on_air(app)[0].error_code, on_air(app)[0].next_at) == (
        1,
        WEBHOOK_FAILURE_CODE,
        None,
    )
    assert sid in caplog.text
    assert ZOE not in caplog.text
    assert "Hello there" not in caplog.text


def test_an_app_that_breaks_is_tried_again(app, clock, postman):
    id = text_to(app, ZOE)
    whole, app.wsgi_app = app.wsgi_app, lambda *_: 1 / 0
    pass_time(clock, postman, 0.3)
    app.wsgi_app = whole
    pass_time(clock, postman, 3)
    assert row(app, id).status is MessageStatus.DELIVERED


@pytest.mark.parametrize(
    "callback",
    [
        "http://elsewhere.example.com/status/{ref}",
        "/status",
        "http://sms.example.org.evil/x",
    ],
)
def test_news_goes_to_our_own_webhooks_only(app, clock, postman, callback):
    door = Door(app)
    text_to(app, ZOE, callback)
    pass_time(clock, postman, 2)
    assert door.posts == []
    assert on_air(app)[0].status == "delivered"


def test_the_post_looks_like_one_from_outside(make_app, clock):
    app = make_app(public_base_url="https://sms.example.org/texts", trusted_hosts=(".example.org",))
    door, postman = Door(app), CallbackDispatcher(app)
    id = text_to(
        app,
        ZOE,
        "https://sms.example.org/texts/webhooks/twilio/status/{ref}?x=%2Fa&e=#rc=3",
    )
    pass_time(clock, postman, 0.3)
    postman.stop()
    environ = door.posts[0]
    assert environ["RAW_URI"].endswith("?x=%2Fa&e=")
    assert environ["PATH_INFO"].startswith("/webhooks/twilio/status/")
    assert (
        environ["REQUEST_METHOD"],
        environ["wsgi.url_scheme"],
        environ["HTTP_HOST"],
    ) == (
        "POST",
        "https",
        "example.org",
    )
    assert row(app, id).status is MessageStatus.SENT


def test_nobody_else_can_bring_news(app):
    id = text_to(app, ZOE)
    environ = EnvironBuilder(
        "/webhooks/twilio/status",
        method="POST",
        data={"MessageSid": on_air(app)[0].sid},
    ).get_environ()
    assert app.test_client().open(environ).status_code == 403
    assert row(app, id).status is MessageStatus.SUBMITTING


def test_with_a_real_carrier_the_postman_stays_at_home(make_app):
    app = make_app(
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="t" * 32,
        twilio_from_number="+13035550100",
    )
    sid, postman = written(app, ZOE, "STOP"), CallbackDispatcher(app)
    postman.start()
    assert postman.dispatch_now(sid) is False
    assert not [each for each in threading.enumerate() if each.name == "postman"]
    assert count(app, UnsubscribedContact) == 0


def test_a_walking_postman_needs_no_telling_and_stops_when_told(app):
    others = set(threading.enumerate())
    postman = CallbackDispatcher.get_for_app(app)
    assert CallbackDispatcher.get_for_app(app) is postman
    postman.start()
    postman.start()
    id = text_to(app, ZOE)
    until = time.monotonic() + 10
    while row(app, id).status is not MessageStatus.DELIVERED and time.monotonic() < until:
        time.sleep(0.02)
    postman.stop()
    assert row(app, id).status is MessageStatus.DELIVERED
    assert not [
        each for each in set(threading.enumerate()) - others if each.name.startswith("postman")
    ]


def test_a_walk_survives_a_database_that_does_not_answer(app, monkeypatch):
    monkeypatch.setattr("app.delivery.carriers.sandbox_callbacks.ERROR_PAUSE_SECONDS", 0.05)
    id = text_to(app, ZOE)
    with app.app_context(), write() as session:
        session.execute(db.text("ALTER TABLE sandbox_messages RENAME TO gone"))
    postman = CallbackDispatcher(app)
    postman.start()
    time.sleep(0.15)
    with app.app_context(), write() as session:
        session.execute(db.text("ALTER TABLE gone RENAME TO sandbox_messages"))
    until = time.monotonic() + 10
    while row(app, id).status is not MessageStatus.DELIVERED and time.monotonic() < until:
        time.sleep(0.02)
    postman.stop()
    assert row(app, id).status is MessageStatus.DELIVERED


def test_the_clock_of_a_text_is_the_networks(app, clock, postman):
    id = text_to(app, ZOE)
    started = now()
    pass_time(clock, postman, 2)
    assert (
        started
        < row(app, id).sent_at
        < row(app, id).delivered_at
        < started + timedelta(seconds=1.2)
    )
