"""Asking the carrier about texts: what is read, how far, and what an answer that makes no sense
is taken for.
"""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
    MessageListResult,
)
from tests.async_runner import run_coroutine
from tests.delivery.helpers import (
    FAST,
    add_phones,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import find_free_port
from tests.sample_people import LEO, ZOE
from tests.stopwatch import Stopwatch

OURS = "+13035550100"


def asked(app, question):
    """What the app's carrier says to `question`, a coroutine of it."""

    async def ask():
        carrier = create_carrier(app)
        try:
            return await question(carrier)
        finally:
            await carrier.close()

    return run_coroutine(ask())


def list_of(app, since=None, phone=ZOE):
    return asked(app, lambda carrier: carrier.list_texts(phone, since or now()))


def text(app, sid):
    return asked(app, lambda carrier: carrier.fetch_text(sid))


def sid(n):
    return f"SM{n:032x}"


def put(twilio, n, **more):
    """The n-th text to Zoe, made n minutes ago."""
    created_at = now() + twilio.lists.ahead - timedelta(minutes=n)
    twilio.put(sid(n), ZOE, OURS, f"Text {n}", **({"created_at": created_at} | more))


def test_a_list_holds_what_went_to_that_phone_as_the_carrier_tells_it(sending_app, twilio):
    put(twilio, 1, status="failed", error_code=30034)
    twilio.put(sid(2), LEO, OURS, "For Leo")
    listing = list_of(sending_app)
    assert isinstance(listing, MessageListResult)
    (only,) = listing.texts
    assert (only.sid, only.to, only.senders, only.body) == (
        sid(1),
        ZOE,
        {OURS},
        "Text 1",
    )
    assert (only.status, only.error_code, only.direction) == (
        "failed",
        30034,
        "outbound-api",
    )
    assert listing.is_complete
    assert "To=%2B13035550142" in twilio.reads[0]
    assert "PageSize=50" in twilio.reads[0]
    assert "DateSent" not in twilio.reads[0]


def test_a_list_is_read_page_by_page_until_it_is_five_minutes_older_than_the_attempt(
    sending_app, twilio
):
    twilio.lists.page_size = 3
    for n in range(30):
        put(twilio, n)
    listing = list_of(sending_app, since=now() - timedelta(minutes=2))
    assert len(twilio.reads) == 4  # the first page of which every text is older than 7 minutes
    assert [text.sid for text in listing.texts] == [sid(n) for n in range(12)]
    assert listing.is_complete


def test_of_a_list_without_end_five_pages_are_read_and_it_is_not_taken_for_the_whole(
    sending_app, twilio
):
    twilio.lists.page_size = 2
    for n in range(30):
        put(twilio, n)
    listing = list_of(sending_app, since=now() - timedelta(hours=1))
    assert len(twilio.reads) == 5
    assert (len(listing.texts), listing.is_complete) == (10, False)


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(minutes=-7), timedelta()])
def test_the_carriers_clock_is_read_from_its_answer(sending_app, twilio, ahead):
    twilio.lists.ahead = ahead
    put(twilio, 1)
    stopwatch = Stopwatch()
    listing = list_of(sending_app)
    most = timedelta(seconds=2.5 + stopwatch.starved_seconds)
    assert abs(listing.clock_skew - ahead) < most
    assert len(listing.texts) == 1


def test_one_text_is_fetched_by_its_name_and_one_that_is_gone_is_none(sending_app, twilio):
    put(twilio, 1, status="delivered")
    assert text(sending_app, sid(1)).text.status == "delivered"
    assert text(sending_app, sid(2)) == MessageFetchResult(None)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (500, {}, LookupFailure("HTTP 500", 500)),
        (503, {"Retry-After": "90"}, LookupFailure("HTTP 503", 503, 90)),
        (429, {"Retry-After": "7"}, LookupFailure("HTTP 429", 429, 7)),
        (401, {}, LookupFailure("HTTP 401", 401)),
        (302, {"Location": "http://127.0.0.1:9/"}, LookupFailure("HTTP 302", 302)),
    ],
)
def test_a_refusal_to_answer_is_no_news(sending_app, twilio, status, headers, expected):
    twilio.lists.refuse(status, 2, **headers)
    assert list_of(sending_app) == expected
    assert text(sending_app, sid(1)) == expected


def test_an_answer_that_makes_no_sense_is_no_news(sending_app, twilio):
    twilio.lists.refuse(200, 2)
    assert list_of(sending_app) == LookupFailure("a response that is not a list", 200)
    assert text(sending_app, sid(1)) == LookupFailure("a response that is not text", 200)


def test_a_list_with_a_text_that_makes_no_sense_is_not_the_whole(sending_app, twilio):
    put(twilio, 1)
    put(twilio, 2, status=None)
    listing = list_of(sending_app)
    assert ([text.sid for text in listing.texts], listing.is_complete) == (
        [sid(1)],
        False,
    )


def test_a_trouble_on_a_later_page_makes_the_whole_list_no_news(sending_app, twilio):
    twilio.lists.page_size = 1
    put(twilio, 1)
    put(twilio, 2)
    twilio.lists.refuse(500, page=1)
    assert list_of(sending_app) == LookupFailure("HTTP 500", 500)


def test_without_a_network_nothing_is_read_and_nothing_is_raised(make_app, twilio):
    app = make_app(**twilio_settings(twilio, twilio_api_url=f"http://127.0.0.1:{find_free_port()}"))
    assert isinstance(list_of(app), LookupFailure)
    assert isinstance(text(app, sid(1)), LookupFailure)


def test_the_practice_carrier_answers_the_same_questions(make_app, background):
    app = make_app(**FAST)
    add_phones(app, ZOE)
    background(app)
    wait_until_ended(app, start_blast(app, "Hello"))
    listing = list_of(app)
    (row,) = list_messages(app)
    assert [(text.sid, text.body) for text in listing.texts] == [(row.provider_sid, row.body)]
    assert text(app, row.provider_sid).text.to == ZOE
    assert list_of(app, phone=LEO).texts == ()


def account_list(app, **filters):
    since = filters.pop("since", now() - timedelta(hours=1))
    return asked(app, lambda carrier: carrier.list_messages(since, **filters))


def test_the_accounts_texts_of_both_directions_are_listed_in_the_order_written(sending_app, twilio):
    twilio.lists.page_size = 2
    for n in range(4):
        put(twilio, n)
    answer = twilio.arrive(
        ZOE, "Yes", OURS, sid="MM" + "a" * 32, created_at=now() - timedelta(seconds=90)
    )
    twilio.arrive(LEO, "Long ago", OURS, created_at=now() - timedelta(hours=3))
    listing = account_list(sending_app)
    assert [text.sid for text in listing.texts] == [sid(3), sid(2), answer, sid(1), sid(0)]
    assert listing.is_complete
    text_in = listing.texts[2]
    assert (text_in.is_inbound, text_in.from_number, text_in.to) == (True, ZOE, OURS)
    assert (text_in.body, text_in.media_count) == ("Yes", 1)
    assert "PageSize=1000" in twilio.reads[0]


def test_the_accounts_texts_are_listed_to_or_from_one_number(sending_app, twilio):
    put(twilio, 1)
    answer = twilio.arrive(ZOE, "Yes", OURS)
    (only,) = account_list(sending_app, to=OURS).texts
    assert only.sid == answer
    (only,) = account_list(sending_app, from_number=OURS).texts
    assert only.sid == sid(1)


def test_the_pictures_of_a_text_are_listed_as_a_webhook_names_them(sending_app, twilio):
    text_sid = twilio.arrive(ZOE, "", OURS, sid="MM" + "b" * 32)
    (picture,) = asked(sending_app, lambda carrier: carrier.list_media(text_sid))
    assert picture.content_type == "image/jpeg"
    start = f"https://api.twilio.com/2010-04-01/Accounts/{twilio.account}/Messages/"
    assert picture.url == f"{start}{text_sid}/Media/ME{'b' * 32}"
