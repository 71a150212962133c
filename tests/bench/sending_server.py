"""A server that sends for real, a carrier that counts, and blasts between them."""

import contextlib
import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.core.clock import now
from app.core.db import write
from app.domain.delivery.message_statuses import BlastTarget
from tests.bench.bench_app import KEY, app_with
from tests.bench.figures import seconds
from tests.bench.posts import ACCOUNT, FROM, TOKEN, post_all
from tests.bench.processes import carrier, memory_of
from tests.gunicorn_server import GunicornServer, wait_until

CONCURRENCY = 64
PATIENCE = 300
TWILIO = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM_NUMBER": FROM,
    "SEND_RATE": "10000",
    "SEND_CONCURRENCY": str(CONCURRENCY),
    "UNDO_SECONDS": "0",
}
ENDED = "SELECT count(*) FROM message_logs WHERE status = 'sent'"


@dataclass
class Station:
    """`started`: seconds until the server gave its first answer.

    `idle`: its memory in MB before any blast.
    """

    app: Flask
    database: Path
    server: GunicornServer
    carrier: str
    started: float = 0.0
    idle: float = 0.0
    people: int = 0

    def confirm(self, body: str = "Hello {first_name}", footer: str | None = None) -> None:
        """Ada says yes to a blast to everybody."""
        with self.app.app_context(), write():
            confirm_blast(
                BlastDraft(body, footer, BlastTarget.COMMUNITY, None, "UTC"),
                None,
                "ada",
                now(),
            )

    def blast(self) -> float:
        """Send one to everybody; texts a second from the first request to the last answer, as
        the carrier saw it.
        """
        ended = self.one(ENDED)
        self.forget()
        self.confirm()
        self.wait_for(self.people)
        wait_until(lambda: self.one(ENDED) == ended + 1, "the blast to end", PATIENCE)
        seen = self.seen()
        assert seen["count"] == seen["phones"] == self.people, f"not one text each: {seen}"
        return self.rate()

    def bare(self) -> float:
        """The same number of texts from a bare loop, measured in the same way."""
        self.forget()
        post_all(self.carrier, self.people, CONCURRENCY)
        return self.rate()

    def wait_for(self, texts: int) -> None:
        """Until the carrier has answered so many since it was told to forget."""
        wait_until(
            lambda: self.seen()["count"] >= texts,
            f"{texts} texts at the carrier",
            PATIENCE,
            0.2,
        )

    def rate(self) -> float:
        """Texts a second the carrier saw since it was told to forget."""
        seen = self.seen()
        return float(seen["count"] / (seen["last"] - seen["first"]))

    def seen(self, query: str = "") -> dict[str, Any]:
        """What the carrier saw."""
        with urllib.request.urlopen(f"{self.carrier}/stats{query}", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def forget(self) -> None:
        """Let the carrier count from nothing."""
        urllib.request.urlopen(f"{self.carrier}/forget", data=b"", timeout=10).close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """An answer of the database, read beside the app."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The first value of its first row, None when there is none."""
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def restart(self, **environment: str) -> None:
        """Stop serving, and serve with other settings."""
        self.server.stop()
        self.server.environment |= environment
        self.start()

    def start(self) -> None:
        """Serve, and wait for somebody to lead."""
        beat = self.one("SELECT beat FROM leases")
        self.started = seconds(self.server.start)
        wait_until(lambda: self.one("SELECT beat FROM leases") != beat, "somebody to lead")

    def memory(self) -> float:
        """What the sending worker needed at most, MB."""
        return memory_of(self.server.process.pid)[1]


@contextmanager
def station(
    place: Path, people: int, latency: float = 0.0, **environment: str
) -> Iterator[Station]:
    """A community of so many, served and led, with a carrier that takes `latency` seconds for
    an answer.
    """
    database = place / f"sms{latency:g}.db"
    app = app_with(
        database,
        people,
        **{key.lower(): value for key, value in TWILIO.items() if "TWILIO" in key},
    )
    with carrier(latency) as url:
        server = GunicornServer(
            database,
            **{**TWILIO, "SECRET_KEY": KEY, "TWILIO_API_URL": url, **environment},
        )
        there = Station(app, database, server, url, people=people)
        try:
            there.start()
            there.idle = memory_of(server.process.pid)[0]
            yield there
        finally:
            server.stop()
