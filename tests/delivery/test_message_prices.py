"""What the carrier charged is stored when a look-up, a list or Reconcile shows it."""

from datetime import timedelta

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.catch_up_progress import request_catch_up
from app.delivery.actions.message_adoption import adopt_listed_texts
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.twilio_lookup_responses import parse_message_list_page
from app.delivery.carriers.twilio_send_outcome import HttpExchange
from app.delivery.engine.timings import ENGINE_TIMINGS_KEY, EngineTimings
from app.delivery.models import Message
from app.domain.delivery.lookup_matching import CarrierMessage
from app.domain.delivery.message_lookups import MISSING_RECEIPT_LOOKUP_DELAYS
from tests.delivery.helpers import (
    add_phones,
    list_messages,
    run_lookup_round,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE

SIXTH = "+13035550199"
A_MINUTE = timedelta(minutes=1)


def send(app, background, *phones):
    """Send a blast to these people; return the moment at which missing receipts are asked for."""
    add_phones(app, *phones)
    background(app)
    wait_until_ended(app, start_blast(app))
    return now() + MISSING_RECEIPT_LOOKUP_DELAYS[0] + A_MINUTE


def prices(app):
    return {row.phone: row.price for row in list_messages(app)}


def test_a_look_up_by_sid_brings_the_price_and_no_later_silence_takes_it(
    sending_app, twilio, background
):
    due_at = send(sending_app, background, ZOE)
    twilio.be(ZOE, "sent")
    run_lookup_round(sending_app, due_at)
    assert prices(sending_app) == {ZOE: None}
    twilio.charge(ZOE, "-0.00750")
    later = due_at + MISSING_RECEIPT_LOOKUP_DELAYS[1]
    run_lookup_round(sending_app, later)
    assert prices(sending_app) == {ZOE: "-0.00750"}
    twilio.charge(ZOE, None)
    run_lookup_round(sending_app, later + MISSING_RECEIPT_LOOKUP_DELAYS[2])
    assert prices(sending_app) == {ZOE: "-0.00750"}


def test_a_text_found_behind_a_500_has_its_price_at_once(sending_app, twilio, background):
    twilio.answer(status=500, code=20500, taken=True)
    send(sending_app, background, ZOE)
    twilio.charge(ZOE, "-0.0079")
    run_lookup_round(sending_app, now() + A_MINUTE)
    (row,) = list_messages(sending_app)
    assert (row.status, row.price) == ("accepted", "-0.0079")


def test_one_list_tells_also_the_price_of_a_text_that_nobody_asked_about(
    sending_app, twilio, background
):
    people = (ZOE, LEO, MIA, MAX, SIXTH, "+13035550198")
    due_at = send(sending_app, background, *people)
    assert set(twilio.send_callbacks(sending_app, ("delivered",), to=ZOE)) == {204}
    for phone in people[:-1]:
        twilio.charge(phone, "-0.00830")
    assert run_lookup_round(sending_app, due_at) == len(people) - 1
    assert prices(sending_app) == dict.fromkeys(people[:-1], "-0.00830") | {people[-1]: None}


def test_reconcile_stores_the_price_of_what_it_adopts_and_of_what_it_knows(shop):
    texts = [
        CarrierMessage(
            sid=f"SM{number:032x}",
            status="delivered",
            direction="outbound-api",
            to=ZOE,
            senders=frozenset({"+12025550100"}),
            body="Choir at 7",
            created_at=now() - A_MINUTE,
            price=price,
        )
        for number, price in enumerate((None, "-0.00750"))
    ]
    with write() as session:
        for sid, status in (("", "queued"), (texts[0].sid, "delivered")):
            row = Message(kind="blast", phone=ZOE, body="Choir at 7", status=status)
            row.sender, row.carrier, row.provider_sid = "+12025550100", "sandbox", sid or None
            row.created_at = now() - timedelta(hours=1)
            session.add(row)
    with write():
        adopt_listed_texts("sandbox", texts, timedelta(), now())
    rows = db.session.scalars(db.select(Message).order_by(Message.id))
    assert [(row.status, row.price) for row in rows] == [
        ("delivered", "-0.00750"),
        ("delivered", None),
    ]


WRITTEN_PRICES = [
    ("-0.00750", "-0.00750"),
    ("0.00", "0.00"),
    (None, None),
    ("", None),
    ("free", None),
    ("-0.0075 USD", None),
    ("٣.٥", None),
    ("1" * 21, None),
    ("-0.0075\n", None),
    (["-1"], None),
    ({}, None),
    (-0.0075, None),
]


def test_a_price_is_kept_as_written_and_what_is_none_is_no_price():
    text = wire.SandboxText("AC", "SM" + "1" * 32, ZOE, "+12025550100", "Hi", "sent", now())
    rows = [wire.build_message_json(text) | {"price": written} for written, _ in WRITTEN_PRICES]
    answer = wire.build_json_response(200, {"messages": rows, "next_page_uri": None})
    page = parse_message_list_page(
        HttpExchange(connected=True, status=200, body=answer.body.decode()), None
    )
    assert [text.price for text in page.texts] == [price for _, price in WRITTEN_PRICES]


def test_the_hourly_list_of_a_messaging_service_brings_prices_too(make_app, twilio, background):
    """It has our own texts beside those to us."""
    service = "MG" + "1" * 32
    app = make_app(
        **twilio_settings(twilio) | {"twilio_messaging_service_sid": service},
        public_base_url="https://sms.example.org",
    )
    app.extensions[ENGINE_TIMINGS_KEY] = EngineTimings(catch_up_poll=0.05)
    send(app, background, ZOE)
    twilio.charge(ZOE, "-0.00750")
    with app.app_context(), write():
        request_catch_up("twilio", now())
    wait_until(lambda: prices(app) == {ZOE: "-0.00750"}, "the price to be stored")
