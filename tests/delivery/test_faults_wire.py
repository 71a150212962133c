"""What the line and the carrier can do to one request: whatever is in doubt is asked once, and
found by its receipt.
"""

import random
import socket
import threading
import time

import aiohttp
import pytest

from app.core.db import db
from app.delivery.carriers import twilio_http_client
from app.delivery.engine.timings import ENGINE_TIMINGS_KEY, EngineTimings
from app.delivery.models import Lease
from tests.delivery.town import (
    attempts,
    blast,
    ended,
    everybody_is_accounted_for,
    people,
    rows,
    statuses,
    suppressed,
    twilio_settings,
)
from tests.gunicorn_server import find_free_port, wait_until
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_members, make_phone

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
    return blast(app)


def texts_to(app, *phones):
    """Their rows, in the order of the phones."""
    by_phone = {row.phone: row for row in rows(app)}
    return [by_phone[phone] for phone in phones]


def test_f4_a_fault_of_the_carrier_is_never_repeated_and_a_late_receipt_finds_its_text(
    town, twilio, background
):
    """F4: the carrier took it, and said 500 (and 502, 503, 504)."""
    phones = [somebody(n) for n in range(len(STATUSES))]
    for phone, status in zip(phones, STATUSES, strict=True):
        twilio.answer(to=phone, status=status, code=20500, taken=True)
    background(town)
    log = ended(town, a_blast(town, len(phones)))
    assert statuses(town, log.id) == {"accepted": PEOPLE, "unknown": len(phones)}
    assert {(row.reason, row.provider_sid) for row in texts_to(town, *phones)} == {
        ("carrier_fault", None)
    }
    assert len(twilio.requests) == PEOPLE + len(phones)
    assert set(twilio.send_callbacks(town, ("delivered",))) == {204}
    assert statuses(town, log.id) == {"delivered": PEOPLE + len(phones)}
    assert [row.provider_sid for row in texts_to(town, *phones)] == [
        twilio.sent_to(each)[0].sid for each in phones
    ]
    assert suppressed(town) == (set(), set())
    everybody_is_accounted_for(town, twilio)


def test_f6_an_answer_that_never_comes_leaves_its_text_in_doubt_and_the_others_on_their_way(
    town, twilio, background, impatient
):
    """F6: taken, and not a word; at the deadline it is unknown, and no second request is made."""
    twilio.answer(to=somebody(0), manner="silent")
    background(town)
    log = ended(town, a_blast(town))
    assert statuses(town, log.id) == {"accepted": PEOPLE, "unknown": 1}
    [row] = texts_to(town, somebody(0))
    [tried] = [each for each in attempts(town) if each.message_id == row.id]
    assert (row.reason, tried.outcome) == ("no_answer", "ambiguous")
    assert 0.4 < (tried.ended_at - tried.started_at).total_seconds() < 1.5
    twilio.send_callbacks(town, ("delivered",))
    assert statuses(town, log.id) == {"delivered": PEOPLE + 1}
    assert len(twilio.requests) == PEOPLE + 1
    everybody_is_accounted_for(town, twilio)


def test_f7_a_line_that_breaks_after_the_request_leaves_doubt_and_one_request(
    town, twilio, background
):
    """F7: reset, closed, a body cut in the middle, an answer that is no HTTP; the carrier took
    it, or not.
    """
    phones = [somebody(n) for n in range(len(BREAKS))]
    for phone, (manner, taken) in zip(phones, BREAKS, strict=True):
        twilio.answer(to=phone, manner=manner, taken=taken)
    background(town)
    log = ended(town, a_blast(town, len(phones)))
    assert statuses(town, log.id) == {"accepted": PEOPLE, "unknown": len(phones)}
    assert {row.reason for row in texts_to(town, *phones)} == {"no_answer"}
    twilio.send_callbacks(town, ("sent",))
    found = [row.status == "sent" for row in texts_to(town, *phones)]
    assert found == [taken for _, taken in BREAKS]
    assert len(twilio.requests) == PEOPLE + len(phones)
    everybody_is_accounted_for(town, twilio)


@pytest.mark.parametrize("used", [False, True])
def test_f7_a_line_that_breaks_before_the_request_was_read_is_not_tried_again_by_a_machine(
    make_app, twilio, background, used
):
    """F7: a new connection, or one kept open from the last request, is reset when the bytes may
    have left us.
    """
    town = make_app(**twilio_settings(twilio, send_concurrency=1))
    with town.app_context():
        add_members(PEOPLE)
    background(town)
    ended(town, blast(town, "The first, so that a line is open"))
    twilio.hang_up(used=used)
    if not used:
        twilio._server.cut_all()
    log = ended(town, blast(town, "The second"))
    assert statuses(town, log.id) == {"accepted": PEOPLE - 1, "unknown": 1}
    assert len(twilio.requests) == 2 * PEOPLE - 1
    everybody_is_accounted_for(town, twilio)


def test_f8_refused_connections_cost_nobody_anything_and_everybody_is_texted_when_the_network_is_back(
    make_app, twilio, background
):
    """F8: nobody listens there; then somebody does."""
    port = find_free_port()
    town = make_app(**twilio_settings(twilio, twilio_api_url=f"http://127.0.0.1:{port}"))
    people(town, ZOE, LEO)
    background(town)
    wanted = blast(town)
    wait_until(
        lambda: attempts(town) and attempts(town)[0].outcome == "unprocessed",
        "a refused connection",
    )
    assert set(statuses(town)) <= {"queued", "submitting"}
    with _a_way_through(port, twilio):
        log = ended(town, wanted)
    assert statuses(town, log.id) == {"accepted": 2}
    assert sorted(each.to for each in twilio.requests) == [ZOE, LEO]
    assert (log.failure_count, suppressed(town)) == (0, (set(), set()))
    everybody_is_accounted_for(town, twilio)


@pytest.fixture
def closed_door():
    """A host that does not answer: its queue is full, so nobody gets in."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(door.getsockname())
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    for each in [*waiting, door]:
        each.close()


@pytest.mark.parametrize("unknown_name", [True, False])
def test_f8_a_name_nobody_knows_and_a_host_that_does_not_answer_leave_everybody_in_the_queue(
    make_app, twilio, background, impatient, closed_door, unknown_name
):
    """F8: DNS failure, connect timeout; one text tries, the others wait."""
    where = "http://carrier.invalid" if unknown_name else closed_door
    town = make_app(**twilio_settings(twilio, twilio_api_url=where))
    with town.app_context():
        add_members(PEOPLE)
    background(town)
    blast(town)
    wait_until(lambda: attempts(town) and attempts(town)[0].outcome, "the first try")
    assert {each.outcome for each in attempts(town)} <= {"unprocessed", None}
    assert set(statuses(town)) <= {"queued", "submitting"}
    assert len({each.message_id for each in attempts(town)}) == 1
    everybody_is_accounted_for(town, twilio)


def test_f9_a_dripping_answer_is_given_up_in_time_and_neither_the_lead_nor_the_others_wait_for_it(
    town, twilio, background, impatient
):
    """F9: a byte every 0.4 s never lets the silence run out, only the whole deadline ends it."""
    town.extensions[ENGINE_TIMINGS_KEY] = EngineTimings(heartbeat=0.1)
    twilio.answer(to=somebody(0), manner="drip")
    background(town)
    wanted = a_blast(town)
    wait_until(lambda: twilio.sent_to(somebody(0)), "the request")
    before, started = _beat(town), time.monotonic()
    wait_until(lambda: statuses(town)["accepted"] == PEOPLE, "the others", 1.0)
    ended(town, wanted)
    assert time.monotonic() - started < 2.5
    assert _beat(town) > before + 3
    [row] = texts_to(town, somebody(0))
    [tried] = [each for each in attempts(town) if each.message_id == row.id]
    assert (row.status, row.reason) == ("unknown", "no_answer")
    assert (tried.ended_at - tried.started_at).total_seconds() > 1.1
    assert len(twilio.requests) == PEOPLE + 1
    everybody_is_accounted_for(town, twilio)


def test_f10_a_yes_without_a_name_is_no_yes(town, twilio, background):
    """F10: 201 with {}, with nothing, without a sid, with JSON cut short: unknown; the receipt
    brings the name.
    """
    phones = [somebody(n) for n in range(len(NAMELESS))]
    for phone, raw in zip(phones, NAMELESS, strict=True):
        twilio.answer(to=phone, raw=raw, status=201)
    background(town)
    log = ended(town, a_blast(town, len(phones)))
    assert statuses(town, log.id) == {"accepted": PEOPLE, "unknown": len(phones)}
    assert {(row.reason, row.provider_sid) for row in texts_to(town, *phones)} == {
        ("no_name", None)
    }
    twilio.send_callbacks(town, ("delivered",))
    assert statuses(town, log.id) == {"delivered": PEOPLE + len(phones)}
    assert len(twilio.requests) == PEOPLE + len(phones)
    everybody_is_accounted_for(town, twilio)


def test_f34_a_receipt_that_overtakes_our_own_answer_is_kept(town, twilio, background):
    """F34: the carrier calls back before it answers; the late answer neither moves the text
    back nor renames it.
    """
    phones = [somebody(n) for n in range(len(OVERTAKING))]
    twilio.calls = town
    for phone, first in zip(phones, OVERTAKING, strict=True):
        twilio.answer(to=phone, first=first, delay=0.1)
    background(town)
    ended(town, a_blast(town, len(phones)))
    wait_until(
        lambda: all(each.outcome == "accepted" for each in attempts(town)),
        "the answers",
    )
    said = texts_to(town, *phones)
    assert [row.status.value for row in said] == [
        "sent",
        "delivered",
        "delivered",
        "delivered",
    ]
    assert [row.provider_sid for row in said] == [twilio.sent_to(each)[0].sid for each in phones]
    everybody_is_accounted_for(town, twilio)


def test_f34_an_answer_that_never_comes_does_not_undo_the_receipt_that_came(
    town, twilio, background
):
    """F34 and F7 together: called back, then the line broke."""
    twilio.calls = town
    twilio.answer(to=somebody(0), first=("delivered",), manner="reset")
    background(town)
    log = ended(town, a_blast(town))
    assert statuses(town, log.id) == {"accepted": PEOPLE, "delivered": 1}
    everybody_is_accounted_for(town, twilio)


def test_receipts_in_any_order_twice_and_lost_leave_everybody_where_the_best_of_them_says(
    town, twilio, background
):
    with town.app_context():
        add_members(60)
    twilio.answer(to=make_phone(7), manner="reset")
    background(town)
    log = ended(town, blast(town))
    dice = random.Random(20)
    assert set(twilio.scatter_callbacks(town, ("queued", "sent"), dice, lost=0.5)) == {204}
    assert set(statuses(town, log.id)) <= {"unknown", "accepted", "sent"}
    assert set(twilio.scatter_callbacks(town, ("sent", "delivered", "queued"), dice)) == {204}
    assert statuses(town, log.id) == {"delivered": 60}
    everybody_is_accounted_for(town, twilio)


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
