"""Load on one server while it sends: browsers, receipts, STOPs, and two hundred blasts in the
same minute.
"""

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urldefrag

from flask import Flask

from app.core.db import db
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.models import Message, MessageLog
from app.suppression.models import UnsubscribedContact
from app.webhooks.models import WebhookEvent
from tests.bench.figures import percentile
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    get_log,
    list_attempts,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_rows import make_phone
from tests.torture.blast_setup import Line, cookie_of
from tests.twilio_server import TwilioServer

PEOPLE, RATE = 5000, 90
SECONDS, BROWSERS, THINKING = 60.0, 10, 0.3
RECEIPTS_A_SECOND, STOPS_A_SECOND, STOPS = 50, 20, 600
BLASTS, TOWN = 200, 10


@dataclass
class Seen:
    """Seconds and HTTP statuses of requests of one kind."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def time(self, ask: Callable[[], int]) -> None:
        """Ask once and note it."""
        started = time.monotonic()
        status = ask()
        self.seconds.append(time.monotonic() - started)
        self.statuses[status] += 1

    def within(self, share: float) -> float:
        """Milliseconds that `share` of them did not exceed."""
        return percentile(self.seconds, share) * 1000


def crowd(app: Flask, twilio: TwilioServer, server: GunicornServer) -> list[Line]:
    """L4, L5, L6: a minute of ten browsers, fifty receipts a second and twenty STOPs a second
    while a blast runs.
    """
    wanted = start_blast(app, "Hello {first_name|friend}")
    log_id = wait_until(lambda: get_log(app, wanted), "the release", 30).id
    twilio.wait_for(RECEIPTS_A_SECOND, 30)
    pages, receipts, stops = Seen(), Seen(), Seen()
    over = time.monotonic() + SECONDS
    cookie = cookie_of(app)
    with ThreadPoolExecutor(BROWSERS + 2) as pool:
        jobs = [pool.submit(_browse, server, cookie, log_id, over, pages) for _ in range(BROWSERS)]
        jobs.append(pool.submit(_receipts, server, twilio, over, receipts))
        jobs.append(pool.submit(_stops, server, twilio, stops))
    for job in jobs:
        job.result()
    wait_until_ended(app, wanted, 120)
    assert_everybody_accounted_for(app, twilio)
    return [
        *_pages_lines(server, pages),
        *_receipt_lines(app, receipts),
        *_stop_lines(app, stops),
    ]


def _pages_lines(server: GunicornServer, pages: Seen) -> list[Line]:
    wrong = sum(count for status, count in pages.statuses.items() if status != 200)
    locked = server.said.count("database is locked")
    p95 = pages.within(0.95)
    what = (
        f"{len(pages.seconds)} pages to {BROWSERS} browsers while {PEOPLE} people are texted, p95"
    )
    return [
        Line("L4", what, f"{p95:.0f} ms", "500 ms", p95 < 500),
        Line(
            "L4",
            "answers that were no 200; 'database is locked' in the log",
            f"{wrong}; {locked}",
            "0; 0",
            wrong == locked == 0,
        ),
    ]


def _receipt_lines(app: Flask, receipts: Seen) -> list[Line]:
    with app.app_context():
        stored = db.session.scalar(db.select(db.func.count()).where(WebhookEvent.kind == "status"))
    sent, p99 = len(receipts.seconds), receipts.within(0.99)
    told = f"{dict(receipts.statuses)}, {stored} stored"
    right = receipts.statuses == {204: sent} and stored == sent
    return [
        Line(
            "L5",
            f"{sent} receipts at {RECEIPTS_A_SECOND} a second, p99",
            f"{p99:.0f} ms",
            "1000 ms",
            p99 < 1000,
        ),
        Line("L5", "answered 204, stored once", told, f"{sent} of each", right),
    ]


def _stop_lines(app: Flask, stops: Seen) -> list[Line]:
    with app.app_context():
        out = db.session.scalars(db.select(UnsubscribedContact.phone)).all()
    told = f"{dict(stops.statuses)}, {len(out)} on the list, {len(out) - len(set(out))} twice"
    right = stops.statuses == {200: STOPS} and len(out) == len(set(out)) == STOPS
    return [
        Line(
            "L6",
            f"{STOPS} STOPs at {STOPS_A_SECOND} a second",
            told,
            f"{STOPS}, each once",
            right,
        )
    ]


def _browse(server: GunicornServer, cookie: str, log_id: int, over: float, seen: Seen) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    addresses = itertools.cycle(
        ["/", "/community", f"/blasts/logs/{log_id}", f"/blasts/logs/{log_id}/live"]
    )
    for address in addresses:
        if time.monotonic() > over:
            break
        seen.time(lambda: _get(line, address, cookie))  # noqa: B023 -- asked at once
        time.sleep(THINKING)  # people read
    line.close()


def _get(line: http.client.HTTPConnection, address: str, cookie: str) -> int:
    line.request("GET", address, headers={"Cookie": cookie, "Accept": "text/html"})
    answer = line.getresponse()
    answer.read()
    return answer.status


def _at_pace(a_second: float) -> Iterator[None]:
    """A step whenever it is time; behind time it hurries."""
    started = time.monotonic()
    for number in itertools.count():
        time.sleep(max(0.0, started + number / a_second - time.monotonic()))
        yield


def _receipts(server: GunicornServer, twilio: TwilioServer, over: float, seen: Seen) -> None:
    """`sent` and `delivered` of every text the carrier took, as it took them."""
    pace, told = _at_pace(RECEIPTS_A_SECOND), 0
    with ThreadPoolExecutor(8) as pool:
        while time.monotonic() < over:
            if told // 2 >= len(twilio.requests):
                time.sleep(0.01)
                continue
            sent, status = twilio.requests[told // 2], ("sent", "delivered")[told % 2]
            told += 1
            next(pace)
            params = wire.build_status_callback_params(twilio.texts[sent.sid], status)
            pool.submit(seen.time, _poster(twilio, server, urldefrag(sent.callback).url, params))


def _poster(
    twilio: TwilioServer, server: GunicornServer, url: str, params: wire.WebhookParams
) -> Callable[[], int]:
    return lambda: twilio.post(server.url, url, params)


def _stops(server: GunicornServer, twilio: TwilioServer, seen: Seen) -> None:
    """From the people that the blast reaches last, some before their text leaves, some after."""
    pace = _at_pace(STOPS_A_SECOND)
    with ThreadPoolExecutor(8) as pool:
        for n in range(STOPS):
            next(pace)
            phone = make_phone(PEOPLE - 1 - n * 5)
            pool.submit(
                seen.time,
                lambda phone=phone: twilio.text_in(server.url, server.url, phone, "STOP"),
            )


def many(app: Flask, twilio: TwilioServer) -> list[Line]:
    """L11: two hundred blasts to ten people each, due in the same second, on one sender."""
    started = time.monotonic()
    wanted = [start_blast(app, f"Blast {n}", in_seconds=2.0) for n in range(BLASTS)]
    logs = [wait_until_ended(app, each, 180) for each in wanted]
    took = time.monotonic() - started
    with app.app_context():
        due = db.session.scalar(
            db.select(db.func.min(MessageLog.created_at)).where(MessageLog.id == logs[0].id)
        )
        first = db.session.execute(
            db.select(db.func.min(Message.submitted_at))
            .where(Message.message_log_id.in_([log.id for log in logs]))
            .group_by(Message.message_log_id)
        ).scalars()
        latest = max((moment - due).total_seconds() for moment in first)
    assert_everybody_accounted_for(app, twilio)
    right = {row.status.value for log in logs for row in list_messages(app, log.id)} == {"accepted"}
    return [
        Line(
            "L11",
            f"{BLASTS} blasts to {TOWN} people, all sent",
            f"{took:.0f} s",
            "everybody once",
            right,
        ),
        Line(
            "L11",
            "the longest wait of a blast for its first text",
            f"{latest:.1f} s",
            "300 s",
            latest < 300,
        ),
        Line(
            "L11",
            "armings",
            str(len(list_attempts(app))),
            str(BLASTS * TOWN),
            len(list_attempts(app)) == BLASTS * TOWN,
        ),
    ]


class Watch:
    """Looks at something every so often beside the rest: `with Watch(look, seconds) as watch:`,
    then `watch.seen`.
    """

    def __init__(self, look: Callable[[], dict[str, float]], seconds: float) -> None:
        self.look, self.seconds = look, seconds
        self.seen: list[dict[str, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self.seconds):
            self.seen.append(self.look())
