"""The pretend carrier answers like Twilio, through Twilio's own SDK."""

import asyncio
import re

import pytest
from sqlalchemy import select
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from app.core.clock import now
from app.core.db import WRITE_LOCK, db, write
from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage
from app.delivery.carriers.sandbox_payloads import SANDBOX_ACCOUNT_SID
from app.delivery.carriers.sandbox_phone_storage import set_phone_behaviour
from app.delivery.carriers.sandbox_twilio_api import (
    SandboxHttpClient,
    handle_api_request,
)
from app.delivery.carriers.twilio_send_outcome import HttpExchange, current_exchange
from app.sandbox.actions.sandbox_phones import queue_text_from_phone
from tests.async_runner import run_coroutine
from tests.sample_people import LEO, MIA, ZOE

OURS = "+12025550100"
CALLBACK = "http://sms.example.org/webhooks/twilio/status/" + "a" * 32


def ask(app, work):
    """Run `work(client)` with the SDK over the pretend wire."""

    async def inside():
        wire = SandboxHttpClient(app)
        try:
            return await work(Client(SANDBOX_ACCOUNT_SID, "sandbox", http_client=wire))
        finally:
            await wire.close()

    return run_coroutine(inside())


def send(app, to=ZOE, body="Hello", **more):
    return ask(
        app,
        lambda twilio: twilio.messages.create_async(to=to, from_=OURS, body=body, **more),
    )


def rows(app):
    with app.app_context():
        return db.session.scalars(select(SandboxMessage).order_by(SandboxMessage.id)).all()


def behave(app, phone, mood):
    with app.app_context(), write():
        set_phone_behaviour(phone, mood)


def test_a_text_is_taken_and_will_be_sent_in_a_moment(app):
    text = send(app, body="Hi [Zoë] 😀", status_callback=CALLBACK)
    assert re.fullmatch("SM[0-9a-f]{32}", text.sid)
    assert (text.status, text.to, text.from_, text.error_code, text.num_segments) == (
        "queued",
        ZOE,
        OURS,
        None,
        "1",
    )
    assert abs((text.date_created - now()).total_seconds()) < 5
    [row] = rows(app)
    assert (row.sid, row.phone, row.sender, row.body) == (
        text.sid,
        ZOE,
        OURS,
        "Hi [Zoë] 😀",
    )
    assert (row.next_status, row.status_callback) == ("sent", CALLBACK)
    assert 0.1 < (row.next_at - row.created_at).total_seconds() < 0.4


def test_parts_are_counted_as_twilio_bills_them(app):
    assert send(app, body="€" * 160).num_segments == "3"
    assert send(app, body="a" * 160).num_segments == "1"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "12"}, 21211),
        ({"to": "+1303"}, 21211),
        ({"to": "+03035550142"}, 21211),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"body": "😀" * 801}, 21617),
    ],
)
def test_what_twilio_would_refuse_is_refused_with_twilios_code(app, fields, code):
    with pytest.raises(TwilioRestException) as refused:
        send(app, **fields)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert rows(app) == []


def test_without_a_sender_nothing_goes(app, shop):
    answer = handle_api_request(
        "POST",
        f"/2010-04-01/Accounts/{SANDBOX_ACCOUNT_SID}/Messages.json",
        {"To": ZOE, "Body": "Hi"},
    )
    assert answer.status == 400
    assert b"21603" in answer.body


def test_a_text_of_exactly_1600_characters_goes(app):
    assert send(app, body="x" * 1600).num_segments == "11"


def test_a_messaging_service_accepts_first(app):
    service = "MG" + "1" * 32
    text = ask(
        app,
        lambda c: c.messages.create_async(to=ZOE, messaging_service_sid=service, body="Hi"),
    )
    assert (text.status, text.messaging_service_sid, text.from_) == (
        "accepted",
        service,
        None,
    )


def test_a_refused_phone_is_refused_and_nothing_is_kept(app):
    behave(app, ZOE, PhoneBehaviour.REFUSED)
    with pytest.raises(TwilioRestException) as refused:
        send(app)
    assert refused.value.code == 21211
    assert ZOE not in str(refused.value)
    assert rows(app) == []
    assert send(app, to=LEO).sid


def test_a_text_can_be_looked_up(app):
    sid = send(app).sid
    found = ask(app, lambda twilio: twilio.messages(sid).fetch_async())
    assert (found.sid, found.status, found.body, found.date_sent) == (
        sid,
        "queued",
        "Hello",
        None,
    )
    with pytest.raises(TwilioRestException) as missing:
        ask(app, lambda twilio: twilio.messages("SM" + "0" * 32).fetch_async())
    assert (missing.value.status, missing.value.code) == (404, 20404)


def test_texts_to_a_phone_are_listed_newest_first(app):
    first, _, third = (
        send(app, body="1"),
        send(app, to=LEO, body="2"),
        send(app, body="3"),
    )
    with app.app_context(), write():
        queue_text_from_phone(ZOE, OURS, "Hello back")
    listed = ask(app, lambda twilio: twilio.messages.list_async(to=ZOE))
    assert [text.sid for text in listed] == [third.sid, first.sid]
    [back] = ask(app, lambda twilio: twilio.messages.list_async(from_=ZOE))
    assert (back.direction, back.from_, back.to, back.body) == (
        "inbound",
        ZOE,
        OURS,
        "Hello back",
    )


def test_a_long_list_comes_in_pages(app):
    sent = [send(app, body=str(n)).sid for n in range(5)]
    listed = ask(app, lambda twilio: twilio.messages.list_async(to=ZOE, page_size=2))
    assert [text.sid for text in listed] == sent[::-1]


def test_other_addresses_and_methods_are_not_there(app, shop):
    base = f"/2010-04-01/Accounts/{SANDBOX_ACCOUNT_SID}"
    assert handle_api_request("GET", f"{base}/Calls.json", {}).status == 404
    assert handle_api_request("GET", "/2010-04-01/Accounts/nobody/Messages.json", {}).status == 404
    assert handle_api_request("DELETE", f"{base}/Messages.json", {}).status == 405
    assert (
        handle_api_request("GET", f"{base}/Messages.json", {"PageSize": "x", "Page": "-1"}).status
        == 200
    )


def test_while_the_database_is_busy_the_carrier_asks_to_try_again(app, monkeypatch):
    monkeypatch.setattr("app.core.db.LOCK_WAIT_SECONDS", 0.01)

    async def inside():
        current_exchange.set(seen := HttpExchange())
        wire = SandboxHttpClient(app)
        uri = f"https://api.twilio.com/2010-04-01/Accounts/{SANDBOX_ACCOUNT_SID}/Messages.json"
        await wire.request("POST", uri, data={"To": ZOE, "From": OURS, "Body": "Hi"})
        await wire.close()
        return seen

    WRITE_LOCK.acquire()
    try:
        seen = run_coroutine(inside())
    finally:
        WRITE_LOCK.release()
    assert (seen.status, seen.headers["retry-after"], seen.connected) == (
        429,
        "1",
        True,
    )
    assert rows(app) == []


def test_thirty_two_at_a_time_all_are_taken_once(app):
    async def burst(twilio):
        room = asyncio.Semaphore(32)

        async def one(n):
            async with room:
                return await twilio.messages.create_async(
                    to=[ZOE, LEO, MIA][n % 3], from_=OURS, body=str(n)
                )

        return await asyncio.gather(*(one(n) for n in range(96)))

    texts = ask(app, burst)
    assert len({text.sid for text in texts}) == 96
    assert sorted(int(row.body) for row in rows(app)) == list(range(96))
