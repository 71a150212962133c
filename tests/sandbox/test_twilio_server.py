"""The tests' own Twilio is checked too: by our real client, and against our real webhooks."""

import asyncio
import random
import secrets
import threading
import time

import aiohttp
import pytest
from werkzeug.serving import make_server

from app.core.db import db, write
from app.delivery.carriers import twilio_http_client
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.carrier_interface import (
    SendAccepted,
    SendAmbiguous,
    SendNotProcessed,
    SendRefused,
)
from app.delivery.engine_models import Attempt
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from tests.async_runner import run_coroutine
from tests.sample_people import LEO, ZOE
from tests.sample_rows import make_phone
from tests.stopwatch import Stopwatch
from tests.twilio_server import TwilioServer

PUBLIC = "http://sms.example.org"


@pytest.fixture
def twilio():
    with TwilioServer(auth_token="a token of thirty-two characters!") as twilio:
        yield twilio


@pytest.fixture
def app(make_app, twilio):
    """The app, connected to this Twilio."""
    return make_app(
        twilio_api_url=twilio.url,
        twilio_account_sid=twilio.account,
        twilio_auth_token=twilio.auth_token,
        twilio_from_number="+13035550100",
    )


def send(app, *texts):
    """Send (phone, body, ref) through the app's real carrier, all at once."""

    async def inside():
        carrier = create_carrier(app)
        try:
            return await asyncio.gather(*(carrier.send(*text) for text in texts))
        finally:
            await carrier.close()

    return run_coroutine(inside())


def send_in_turn(app, *texts):
    """The same one after the other, over one carrier; the kinds of outcome."""

    async def inside():
        carrier = create_carrier(app)
        try:
            return [type(await carrier.send(*text)) for text in texts]
        finally:
            await carrier.close()

    return run_coroutine(inside())


def sending(app, phone):
    """A row that is just leaving; its id and its ref."""
    ref = secrets.token_hex(16)
    with app.app_context(), write() as session:
        row = Message(
            kind=MessageKind.BLAST,
            phone=phone,
            body="Hi",
            status=MessageStatus.SUBMITTING,
            carrier="twilio",
        )
        session.add(row)
        session.flush()
        session.add(Attempt(message_id=row.id, n=1, ref=ref))
        return row.id, ref


def status(app, id):
    with app.app_context():
        return db.session.get(Message, id).status


def test_it_takes_texts_and_remembers_them(app, twilio):
    [outcome] = send(app, (ZOE, "Hi Zoë 😀", "a" * 32))
    [sent] = twilio.requests
    assert outcome == SendAccepted(sent.sid, "queued")
    assert (sent.to, sent.sender, sent.body) == (ZOE, "+13035550100", "Hi Zoë 😀")
    assert sent.callback == f"{PUBLIC}/webhooks/twilio/status/" + "a" * 32


def test_it_answers_by_its_script_the_newest_first_and_for_one_phone_before_anybody(app, twilio):
    twilio.answer(status=400, code=21606)
    twilio.answer(to=ZOE, status=429, code=20429, headers={"Retry-After": "7"}, times=1)
    [busy] = send(app, (ZOE, "1", "a" * 32))
    [refused] = send(app, (ZOE, "2", "b" * 32))
    assert isinstance(busy, SendNotProcessed)
    assert busy.retry_after == 7
    assert (type(refused), refused.code) == (SendRefused, 21606)
    assert [each.sid for each in twilio.sent_to(ZOE)] == ["", ""]


@pytest.mark.parametrize(
    "script",
    [{"status": 500}, {"raw": b"{"}, {"raw": b""}, {"status": 503, "taken": True}],
)
def test_it_can_leave_us_in_the_dark(app, twilio, script):
    twilio.answer(**script)
    [outcome] = send(app, (ZOE, "Hi", "a" * 32))
    assert isinstance(outcome, SendAmbiguous)
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("manner", ["closed", "reset", "cut", "garbage", "drip", "silent"])
@pytest.mark.parametrize("taken", [True, False])
def test_it_can_answer_in_every_bad_manner_whether_it_took_the_text_or_not(
    app, twilio, monkeypatch, manner, taken
):
    monkeypatch.setattr(
        twilio_http_client,
        "REQUEST_TIMEOUTS",
        aiohttp.ClientTimeout(total=1.2, sock_read=0.6),
    )
    twilio.answer(manner=manner, taken=taken)
    started = time.monotonic()
    [outcome] = send(app, (ZOE, "Hi", "a" * 32))
    waited = time.monotonic() - started
    assert isinstance(outcome, SendAmbiguous)
    assert len(twilio.requests) == 1
    assert len(twilio.texts) == taken
    assert waited < 2
    assert manner not in ("drip", "silent") or waited > 0.5


def test_a_dripping_answer_is_stopped_by_the_total_and_not_by_the_silence(app, twilio, monkeypatch):
    monkeypatch.setattr(
        twilio_http_client,
        "REQUEST_TIMEOUTS",
        aiohttp.ClientTimeout(total=1.2, sock_read=0.6),
    )
    twilio.answer(manner="drip")
    started = time.monotonic()
    send(app, (ZOE, "Hi", "a" * 32))
    assert time.monotonic() - started > 1.1


def test_it_can_hang_up_before_it_reads_on_a_new_line_or_on_a_used_one(app, twilio):
    twilio.hang_up()
    [early] = send(app, (ZOE, "Hi", "a" * 32))
    assert isinstance(early, SendAmbiguous)
    assert twilio.requests == []
    twilio.hang_up(used=True)
    assert send_in_turn(app, *((ZOE, str(n), f"{n:032x}") for n in range(3))) == [
        SendAccepted,
        SendAmbiguous,
        SendAccepted,
    ]
    assert [each.body for each in twilio.requests] == ["0", "2"]


def test_a_redirect_to_another_house_is_not_followed(app, twilio):
    with TwilioServer() as elsewhere:
        twilio.answer(status=302, headers={"Location": f"{elsewhere.url}/2010-04-01"})
        [outcome] = send(app, (ZOE, "Hi", "a" * 32))
        assert (type(outcome), outcome.http_status) == (SendRefused, 302)
        assert elsewhere.heard == 0


def test_it_can_call_back_before_it_answers(app, twilio):
    id, ref = sending(app, ZOE)
    twilio.calls = app
    twilio.answer(first=("sent", "delivered"), delay=0.2)
    send(app, (ZOE, "Hi", ref))
    assert status(app, id) is MessageStatus.DELIVERED


def test_its_callbacks_come_as_badly_as_they_can(app, twilio):
    known = [sending(app, make_phone(n)) for n in range(10)]
    send(app, *((make_phone(n), "Hi", ref) for n, (_, ref) in enumerate(known)))
    answers = twilio.scatter_callbacks(app, ("queued", "sent", "delivered"), random.Random(3))
    assert set(answers) == {204}
    assert len(answers) > 30
    assert {status(app, id) for id, _ in known} == {MessageStatus.DELIVERED}
    assert len(twilio.scatter_callbacks(app, ("sent",), random.Random(3), lost=1.0)) == 0


def test_a_wrong_token_is_refused_and_not_counted(make_app, twilio):
    app = make_app(
        twilio_api_url=twilio.url,
        twilio_account_sid=twilio.account,
        twilio_auth_token="no",
        twilio_from_number="+13035550100",
    )
    [outcome] = send(app, (ZOE, "Hi", "a" * 32))
    assert (type(outcome), outcome.code) == (SendRefused, 20003)
    assert twilio.requests == []


def test_it_counts_how_many_come_at_once(app, twilio):
    twilio.answer(delay=0.1)
    stopwatch = Stopwatch()
    send(app, *((ZOE, str(n), f"{n:032x}") for n in range(20)))
    assert stopwatch.seconds < 1.5
    assert 2 < twilio.most_at_once <= 32
    assert len(twilio.wait_for(20)) == 20


@pytest.mark.parametrize(
    "order",
    [
        ("sent", "delivered"),
        ("delivered", "sent"),
        ("delivered",),
        ("sent",) * 3 + ("delivered",),
    ],
)
def test_its_callbacks_move_a_text_in_any_order(app, twilio, order):
    id, ref = sending(app, ZOE)
    send(app, (ZOE, "Hi", ref))
    assert twilio.send_callbacks(app, order) == [204] * len(order)
    assert status(app, id) is MessageStatus.DELIVERED


def test_its_callbacks_may_tell_of_one_phone_only_and_of_a_fault(app, twilio):
    (zoe, ref), (leo, other) = sending(app, ZOE), sending(app, LEO)
    send(app, (ZOE, "Hi", ref), (LEO, "Hi", other))
    twilio.send_callbacks(app, ["undelivered"], to=ZOE, code=30003)
    assert (status(app, zoe), status(app, leo)) == (
        MessageStatus.UNDELIVERED,
        MessageStatus.SUBMITTING,
    )


def test_another_key_is_no_key(app, twilio):
    id, ref = sending(app, ZOE)
    send(app, (ZOE, "Hi", ref))
    twilio.auth_token = "somebody else's token, just as long"
    assert twilio.send_callbacks(app) == [403, 403]
    assert status(app, id) is MessageStatus.SUBMITTING


def test_a_phone_can_text_in(app, twilio):
    assert twilio.text_in(app, PUBLIC, ZOE, "Hello  there") == 200
    assert twilio.text_in(app, "http://wrong.example.org", ZOE, "Hello") == 403
    with app.app_context():
        assert db.session.scalars(db.select(Message.body)).all() == ["Hello  there"]


def test_it_reaches_an_app_behind_a_real_socket(app, twilio):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        id, ref = sending(app, ZOE)
        send(app, (ZOE, "Hi", ref))
        assert twilio.send_callbacks(f"http://127.0.0.1:{server.server_port}") == [
            204,
            204,
        ]
        assert status(app, id) is MessageStatus.DELIVERED
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_its_list_shows_what_was_really_taken(app, twilio):
    twilio.answer(to=ZOE, manner="closed")
    twilio.answer(to=LEO, status=400, code=21211)
    send(app, (ZOE, "Hi", "a" * 32), (LEO, "Hi", "b" * 32))
    assert [text.phone for text in twilio.texts.values()] == [ZOE]
