"""How long the inbox takes with 20,000 threads and 1,000,000 texts, and what a text that comes
in costs.

Half of the texts are rows of blasts. The times are those of the processor, which does not wait
for others on a shared machine; what the clock said, and the load, stands beside them.
"""

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import messages
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from tests.bench.bench_app import FIRST, app_with, folder, name, phone
from tests.bench.figures import Asked, Figure
from tests.visit import Visitor

THREADS, TEXTS, BLASTS, MEMBERS, MOST = 20_000, 1_000_000, 25, 100_000, 100.0
CAME_IN = 2_000
THREADS_OF = """
    INSERT INTO threads (phone, created_at, last_message_id, last_at, unread, needs_reply,
        assigned_to, done_at)
    SELECT phone, min(created_at), max(id), max(created_at), max(id) % 3 = 0, max(id) % 3 = 0,
        CASE WHEN max(id) % 4 = 0 THEN 'ada' END, CASE WHEN max(id) % 5 = 1 THEN max(created_at) END
    FROM messages WHERE kind <> 'blast' GROUP BY phone ORDER BY min(id)
"""
WORDS = (
    *(
        "yes",
        "no",
        "thanks",
        "we",
        "are",
        "coming",
        "with",
        "two",
        "children",
        "picnic",
        "saturday",
        "parking",
        "where",
    ),
    *(
        "when",
        "is",
        "the",
        "bus",
        "late",
        "sorry",
        "cannot",
        "make",
        "it",
        "see",
        "you",
        "there",
        "salad",
        "bring",
    ),
)
PAGES = {
    "list: needs reply": "/inbox",
    "list: all": "/inbox?state=all",
    "list: mine": "/inbox?state=mine",
    "list: done": "/inbox?state=done",
    "list: far down": "/inbox?state=all&before_thread=1767312000000000-1",
    "list: live, nothing new": "/inbox/live?state=all",
    "a conversation of 50 texts": "/inbox/{one}",
    "a conversation of 50,000 texts": "/inbox/1",
    "its beginning": "/inbox/1?before=3000",
    "its live part": "/inbox/1/live",
    "search for a word in most texts": "/inbox?search=the",
    "search for two words": "/inbox?search=parking+saturday",
    "search for how words begin": "/inbox?search=s",
    "search for one name": f"/inbox?search={name(7_777).replace(' ', '+')}",
    "search for a common name": "/inbox?search=smith",
    "search for two letters of a name": "/inbox?search=an",
    "search for digits as written": "/inbox?search=(303)+200",
    "search that finds nothing": "/inbox?search=qqqqq",
}


def run() -> list[Figure]:
    """Each page against the first page of an inbox with ten conversations; then texts that come
    in.
    """
    with folder() as place:
        few = app_with(place / "few.db", 10)
        _fill(few, place / "few.db", 10, 500)
        least, _ = _page(_browser(few), "/inbox")
        app = app_with(place / "many.db", MEMBERS)
        _fill(app, place / "many.db", THREADS, TEXTS)
        browser = _browser(app)
        return [
            *(_figure(browser, what, address, least) for what, address in PAGES.items()),
            _coming_in(app),
        ]


def _figure(browser: FlaskClient, what: str, address: str, least: float) -> Figure:
    took, clock = _page(browser, address.format(one=THREADS // 2))
    note = f"{clock:.0f} ms by the clock, load {os.getloadavg()[0]:.1f}"
    return Figure(what, took, "ms", "the list of 10 conversations", least, note, Asked(most=MOST))


def _browser(app: Flask) -> FlaskClient:
    browser: FlaskClient = Visitor(app).browser("ada")
    return browser


def _page(browser: FlaskClient, address: str) -> tuple[float, float]:
    def ask() -> None:
        assert browser.get(address).status_code == 200

    ask()
    return _milliseconds(ask, 7)


def _milliseconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """The medians of several runs: of the processor, and by the clock."""
    took = []
    for _ in range(times):
        begun, clock = time.process_time(), time.perf_counter()
        work()
        took.append((time.process_time() - begun, time.perf_counter() - clock))
    processor, waited = zip(*took, strict=True)
    return statistics.median(processor) * 1000, statistics.median(waited) * 1000


def _fill(app: Flask, path: Path, people: int, texts: int) -> None:
    """The rows by SQL: a twentieth of all belongs to the first number, half of the rest to
    blasts.
    """
    with app.app_context():
        db.engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        blasts = (
            "INSERT INTO message_logs (message_body, target, status, created_at) VALUES (?,"
            " 'community', 'sent', ?)"
        )
        connection.executemany(
            blasts,
            [("The picnic is on Saturday.", "2026-01-01 00:00:00.000000")] * BLASTS,
        )
        connection.executemany(
            "INSERT INTO messages (kind, direction, status, phone, body, message_log_id,"
            " created_at, provider_sid) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            _texts(people, texts),
        )
        connection.execute(
            "INSERT INTO inbox_search (rowid, body) SELECT id, body FROM messages WHERE kind <>"
            " 'blast'"
        )
        connection.execute(THREADS_OF)
        connection.execute("ANALYZE")


def _texts(people: int, texts: int) -> Iterator[tuple[object, ...]]:
    first, step = texts // 20, len(WORDS)
    for n in range(texts):
        at = (
            f"2026-{1 + n * 10 // texts:02}-{1 + n % 28:02}"
            f" {n % 24:02}:{n // 24 % 60:02}:{n // 1440 % 60:02}.000000"
        )
        who = phone(0 if n < first else n % people)
        if n >= first and n // people % 2 and n // people // 2 < BLASTS:
            yield (
                "blast",
                "outbound",
                "delivered",
                who,
                "The picnic is on Saturday.",
                1 + n // people // 2,
                at,
            )
            continue
        body = (
            f"{' '.join(WORDS[(n * 7 + k * k * 5 + n // step) % step] for k in range(3 + n % 9))}"
            f" {FIRST[n % 12]}"
        )
        ours = n % 3 == 2
        yield (
            "reply" if ours else "inbound",
            "outbound" if ours else "inbound",
            "delivered" if ours else "received",
            (who),
            body,
            None,
            at,
        )


def _coming_in(app: Flask) -> Figure:
    """A text that comes in, noted in its thread and in the search, against its row alone; 20 in
    a transaction.
    """
    row = {
        "direction": "inbound",
        "kind": "inbound",
        "status": "received",
        "body": "we are coming with two children",
    }

    def come(n: int, *, noted: bool) -> None:
        values = row | {"phone": phone(n * 37 % THREADS), "created_at": now()}
        message_id = db.session.execute(
            insert(messages).values(values).returning(messages.c.id)
        ).scalar_one()
        if noted:
            thread_updates.record_inbound_text(
                str(values["phone"]),
                [said := StoredText(message_id, str(row["body"]))],
                now(),
                needs_reply=True,
            )
            thread_updates.index_texts_for_search([said])

    def some(*, noted: bool) -> None:
        for start in range(0, CAME_IN, 20):
            with write():
                for n in range(start, start + 20):
                    come(n, noted=noted)

    with app.app_context():
        bare, _ = _milliseconds(lambda: some(noted=False), 1)
        ours, _ = _milliseconds(lambda: some(noted=True), 1)
    what, against = "a text that comes in", "its row in messages alone"
    return Figure(
        what,
        ours / CAME_IN,
        "ms",
        against,
        bare / CAME_IN,
        "20 in a commit",
        Asked(most=2.0),
    )
