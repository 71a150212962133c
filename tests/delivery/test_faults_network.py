"""What the line and the carrier can do to one request: whatever is in doubt is asked once, and
found by its receipt.
"""

import json
import random
import socket
import threading
from itertools import pairwise

import aiohttp
import pytest

from app.core.db import db
from app.delivery.carriers import twilio_http_client
from app.delivery.engine.timings import ENGINE_TIMINGS_KEY, EngineTimings
from app.delivery.engine_models import Lease
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    list_attempts,
    list_messages,
    list_suppressed,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import find_free_port, wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members, make_phone
from tests.stopwatch import Stopwatch

PEOPLE = 12
STATUSES = (500, 502, 503, 504)
BREAKS = [
    (manner, taken) for manner in ("closed", "reset", "cut", "garbage") for taken in (True, False)
]
NAMELESS = (
    b"",
    b"{}",
    b'{"status": "queued"}',
    b'{"sid": null}',
    b'{"sid": ""}',
    b'{"sid": "SM',
    b"[]",
    b"\xff",
)
OVERTAKING = [("sent",), ("delivered",), ("sent", "delivered"), ("delivered", "sent")]
SHORT = aiohttp.ClientTimeout(total=1.2, sock_connect=0.4, sock_read=0.5)
# Sending waits an hour for the list of a carrier that does not answer; here it is over at once.
NOT_WAITING_FOR_THE_LIST = EngineTimings(catch_up_hold_unreachable=0.0)


@pytest.fixture
def impatient(monkeypatch):
    """The same deadlines, only shorter: a request in a second, an answer that stands still half
    of one.
    """
    monkeypatch.setattr(twilio_http_client, "REQUEST_TIMEOUTS", SHORT)


def somebody(n):
    """The n-th person a fault happens to.

    The first of all are others, so that the sender has proven itself.
    """
    return make_phone(PEOPLE + n)


def a_blast(app, faults=1):
    """To PEOPLE people whose texts go well, and after them to `faults` more."""
    with app.app_context():
        add_members(PEOPLE + faults)
    return start_blast(app)


def texts_to(app, *phones):
    """Their rows, in the order of the phones."""
    by_phone = {row.phone: row for row in list_messages(app)}
    return [by_phone[phone] for phone in phones]


def test_a_fault_of_the_carrier_is_never_repeated_and_a_late_receipt_finds_its_text(
    sending_app, twilio, background
):
    """F4: the carrier took it, and said 500 (and 502, 503, 504)."""
    phones = [somebody(n) for n in range(len(STATUSES))]
    for phone, status in zip(phones, STATUSES, strict=True):
        twilio.answer(to=phone, status=status, code=20500, taken=True)
    background(sending_app)
    log = wait_until_ended(sending_app, a_blast(sending_app, len(phones)))
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE, "unknown": len(phones)}
    assert {(row.reason, row.provider_sid) for row in texts_to(sending_app, *phones)} == {
        ("carrier_fault", None)
    }
    assert len(twilio.requests) == PEOPLE + len(phones)
    assert set(twilio.send_callbacks(sending_app, ("delivered",))) == {204}
    assert count_statuses(sending_app, log.id) == {"delivered": PEOPLE + len(phones)}
    assert [row.provider_sid for row in texts_to(sending_app, *phones)] == [
        twilio.sent_to(phone)[0].sid for phone in phones
    ]
    assert list_suppressed(sending_app) == (set(), set())
    assert_everybody_accounted_for(sending_app, twilio)


def test_an_answer_that_never_comes_leaves_its_text_in_doubt_and_the_others_on_their_way(
    sending_app, twilio, background, impatient
):
    """F6: taken, and not a word; at the deadline it is unknown, and no second request is made."""
    twilio.answer(to=somebody(0), manner="silent")
    background(sending_app)
    stopwatch = Stopwatch()
    log = wait_until_ended(sending_app, a_blast(sending_app))
    most_seconds = 1.5 + stopwatch.starved_seconds
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE, "unknown": 1}
    [row] = texts_to(sending_app, somebody(0))
    [tried] = [attempt for attempt in list_attempts(sending_app) if attempt.message_id == row.id]
    assert (row.reason, tried.outcome) == ("no_answer", "ambiguous")
    assert 0.4 < (tried.ended_at - tried.started_at).total_seconds() < most_seconds
    twilio.send_callbacks(sending_app, ("delivered",))
    assert count_statuses(sending_app, log.id) == {"delivered": PEOPLE + 1}
    assert len(twilio.requests) == PEOPLE + 1
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_line_that_breaks_after_the_request_leaves_doubt_and_one_request(
    sending_app, twilio, background
):
    """F7: reset, closed, a body cut in the middle, an answer that is no HTTP; the carrier took
    it, or not.
    """
    phones = [somebody(n) for n in range(len(BREAKS))]
    for phone, (manner, is_accepted) in zip(phones, BREAKS, strict=True):
        twilio.answer(to=phone, manner=manner, taken=is_accepted)
    background(sending_app)
    log = wait_until_ended(sending_app, a_blast(sending_app, len(phones)))
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE, "unknown": len(phones)}
    assert {row.reason for row in texts_to(sending_app, *phones)} == {"no_answer"}
    twilio.send_callbacks(sending_app, ("sent",))
    is_sent = [row.status == "sent" for row in texts_to(sending_app, *phones)]
    assert is_sent == [is_accepted for _, is_accepted in BREAKS]
    assert len(twilio.requests) == PEOPLE + len(phones)
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize("used", [False, True])
def test_a_line_that_breaks_before_the_request_was_read_is_not_tried_again_by_a_machine(
    make_app, twilio, background, used
):
    """F7: a new connection, or one kept open from the last request, is reset when the bytes may
    have left us.
    """
    sending_app = make_app(**twilio_settings(twilio, send_concurrency=1))
    with sending_app.app_context():
        add_members(PEOPLE)
    background(sending_app)
    wait_until_ended(sending_app, start_blast(sending_app, "The first, so that a line is open"))
    twilio.hang_up(used=used)
    if not used:
        twilio._server.cut_all()
    log = wait_until_ended(sending_app, start_blast(sending_app, "The second"))
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE - 1, "unknown": 1}
    assert len(twilio.requests) == 2 * PEOPLE - 1
    assert_everybody_accounted_for(sending_app, twilio)


def test_refused_connections_cost_nobody_anything_and_everybody_is_texted_when_the_network_is_back(
    make_app, twilio, background
):
    """F8: nobody listens there; then somebody does."""
    port = find_free_port()
    sending_app = make_app(**twilio_settings(twilio, twilio_api_url=f"http://127.0.0.1:{port}"))
    sending_app.extensions[ENGINE_TIMINGS_KEY] = NOT_WAITING_FOR_THE_LIST
    add_phones(sending_app, ZOE, LEO)
    background(sending_app)
    blast_id = start_blast(sending_app)
    wait_until(
        lambda: (
            list_attempts(sending_app) and list_attempts(sending_app)[0].outcome == "unprocessed"
        ),
        "a refused connection",
    )
    assert set(count_statuses(sending_app)) <= {"queued", "submitting"}
    with _a_way_through(port, twilio):
        log = wait_until_ended(sending_app, blast_id)
    assert count_statuses(sending_app, log.id) == {"accepted": 2}
    assert sorted(request.to for request in twilio.requests) == [ZOE, LEO]
    assert (log.failure_count, list_suppressed(sending_app)) == (0, (set(), set()))
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.fixture
def closed_door():
    """A host that does not answer: its queue is full, so nobody gets in."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for client in waiting:
        client.setblocking(False)
        client.connect_ex(door.getsockname())
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    for client in [*waiting, door]:
        client.close()


@pytest.mark.parametrize("unknown_name", [True, False])
def test_a_name_nobody_knows_and_a_host_that_does_not_answer_leave_everybody_in_the_queue(
    make_app, twilio, background, impatient, closed_door, unknown_name
):
    """F8: DNS failure, connect timeout; one text tries, the others wait."""
    where = "http://carrier.invalid" if unknown_name else closed_door
    sending_app = make_app(**twilio_settings(twilio, twilio_api_url=where))
    sending_app.extensions[ENGINE_TIMINGS_KEY] = NOT_WAITING_FOR_THE_LIST
    with sending_app.app_context():
        add_members(PEOPLE)
    background(sending_app)
    start_blast(sending_app)
    wait_until(
        lambda: list_attempts(sending_app) and list_attempts(sending_app)[0].outcome,
        "the first try",
    )
    assert {attempt.outcome for attempt in list_attempts(sending_app)} <= {"unprocessed", None}
    assert set(count_statuses(sending_app)) <= {"queued", "submitting"}
    tries = list_attempts(sending_app)
    assert all(earlier.ended_at <= later.started_at for earlier, later in pairwise(tries))
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_dripping_answer_is_given_up_in_time_and_neither_the_lead_nor_the_others_wait_for_it(
    sending_app, twilio, background, monkeypatch
):
    """F9: a byte every 0.4 s never lets the silence run out, only the whole deadline ends it."""
    # The whole response would take two minutes.
    deadline = aiohttp.ClientTimeout(total=5, sock_connect=2, sock_read=2)
    monkeypatch.setattr(twilio_http_client, "REQUEST_TIMEOUTS", deadline)
    sending_app.extensions[ENGINE_TIMINGS_KEY] = EngineTimings(heartbeat=0.1)
    twilio.answer(to=somebody(0), manner="drip")
    background(sending_app)
    stopwatch = Stopwatch()
    blast_id = a_blast(sending_app)
    wait_until(lambda: twilio.sent_to(somebody(0)), "the request")
    before = _beat(sending_app)
    wait_until_ended(sending_app, blast_id)
    most_seconds = 6.3 + stopwatch.starved_seconds
    assert _beat(sending_app) > before + 3
    [row] = texts_to(sending_app, somebody(0))
    assert (row.status, row.reason) == ("unknown", "no_answer")
    attempts = list_attempts(sending_app)
    [tried] = [attempt for attempt in attempts if attempt.message_id == row.id]
    assert 4.9 < (tried.ended_at - tried.started_at).total_seconds() < most_seconds
    assert all(each.ended_at < tried.ended_at for each in attempts if each is not tried)
    assert count_statuses(sending_app) == {"accepted": PEOPLE, "unknown": 1}
    assert len(twilio.requests) == PEOPLE + 1
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_yes_without_a_name_is_no_yes(sending_app, twilio, background):
    """F10: 201 with {}, with nothing, without a sid, with JSON cut short: unknown; the receipt
    brings the name.
    """
    phones = [somebody(n) for n in range(len(NAMELESS))]
    for phone, raw in zip(phones, NAMELESS, strict=True):
        twilio.answer(to=phone, raw=raw, status=201)
    background(sending_app)
    log = wait_until_ended(sending_app, a_blast(sending_app, len(phones)))
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE, "unknown": len(phones)}
    assert {(row.reason, row.provider_sid) for row in texts_to(sending_app, *phones)} == {
        ("no_name", None)
    }
    twilio.send_callbacks(sending_app, ("delivered",))
    assert count_statuses(sending_app, log.id) == {"delivered": PEOPLE + len(phones)}
    assert len(twilio.requests) == PEOPLE + len(phones)
    assert_everybody_accounted_for(sending_app, twilio)


def test_the_name_of_another_text_is_no_name(sending_app, twilio, background):
    """R12: 200 of 200 were called accepted for ever."""
    phones = [somebody(n) for n in range(4)]
    raw = json.dumps({"sid": "SM" + "a" * 32, "status": "queued"}).encode()
    for phone in phones:
        twilio.answer(to=phone, raw=raw, status=201)
    background(sending_app)
    log = wait_until_ended(sending_app, a_blast(sending_app, len(phones)))
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE + 1, "unknown": 3}
    in_doubt = [row for row in texts_to(sending_app, *phones) if row.status == "unknown"]
    assert {(row.reason, row.provider_sid) for row in in_doubt} == {("repeated_name", None)}
    twilio.send_callbacks(sending_app, ("delivered",))
    assert count_statuses(sending_app, log.id) == {"delivered": PEOPLE + 4}
    assert_everybody_accounted_for(sending_app, twilio)


def test_a_receipt_that_overtakes_our_own_answer_is_kept(sending_app, twilio, background):
    """F34: the carrier calls back before it answers; the late answer neither moves the text
    back nor renames it.
    """
    phones = [somebody(n) for n in range(len(OVERTAKING))]
    twilio.calls = sending_app
    for phone, first in zip(phones, OVERTAKING, strict=True):
        twilio.answer(to=phone, first=first, delay=0.1)
    background(sending_app)
    wait_until_ended(sending_app, a_blast(sending_app, len(phones)))
    wait_until(
        lambda: all(attempt.outcome == "accepted" for attempt in list_attempts(sending_app)),
        "the answers",
    )
    rows_of_phones = texts_to(sending_app, *phones)
    assert [row.status.value for row in rows_of_phones] == [
        "sent",
        "delivered",
        "delivered",
        "delivered",
    ]
    assert [row.provider_sid for row in rows_of_phones] == [
        twilio.sent_to(phone)[0].sid for phone in phones
    ]
    assert_everybody_accounted_for(sending_app, twilio)


def test_an_answer_that_never_comes_does_not_undo_the_receipt_that_came(
    sending_app, twilio, background
):
    """F34 and F7 together: called back, then the line broke."""
    twilio.calls = sending_app
    twilio.answer(to=somebody(0), first=("delivered",), manner="reset")
    background(sending_app)
    log = wait_until_ended(sending_app, a_blast(sending_app))
    assert count_statuses(sending_app, log.id) == {"accepted": PEOPLE, "delivered": 1}
    assert_everybody_accounted_for(sending_app, twilio)


def test_receipts_in_any_order_twice_and_lost_leave_everybody_where_the_best_of_them_says(
    sending_app, twilio, background
):
    with sending_app.app_context():
        add_members(60)
    twilio.answer(to=make_phone(7), manner="reset")
    background(sending_app)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    dice = random.Random(20)
    assert set(twilio.scatter_callbacks(sending_app, ("queued", "sent"), dice, lost=0.5)) == {204}
    assert set(count_statuses(sending_app, log.id)) <= {"unknown", "accepted", "sent"}
    assert set(twilio.scatter_callbacks(sending_app, ("sent", "delivered", "queued"), dice)) == {
        204
    }
    assert count_statuses(sending_app, log.id) == {"delivered": 60}
    assert_everybody_accounted_for(sending_app, twilio)


def _beat(app):
    with app.app_context():
        return db.session.scalar(db.select(Lease.beat))


class _a_way_through:
    """The network is back: `port` leads to the carrier."""

    def __init__(self, port, twilio):
        self.port, self.target = port, ("127.0.0.1", twilio._server.server_port)

    def __enter__(self):
        self.door = socket.create_server(("127.0.0.1", self.port))
        self.lines = []
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def __exit__(self, *_error):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        self.thread.join()
        for line in self.lines:
            line.close()

    def _serve(self):
        while True:
            try:
                inside, _ = self.door.accept()
            except OSError:
                return
            outside = socket.create_connection(self.target)
            self.lines += [inside, outside]
            for pair in ((inside, outside), (outside, inside)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source, sink):
    try:
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    except OSError:
        return
