"""How fast texts leave, and how much memory that takes: a real server against a carrier that answers at once."""

import asyncio
import sqlite3
import time
from pathlib import Path

import aiohttp

from app.blasts.actions.confirm import Draft, confirm
from app.domain.blast_states import Target
from app.kit.clock import now
from app.kit.db import write
from tests.bench.figures import Figure, seconds
from tests.bench.house import app_with, folder, phone
from tests.bench.processes import carrier, memory_of
from tests.bench.receipts import receipts
from tests.loops import finish
from tests.served import Served, until

TEXTS, CONCURRENCY, COMMITS = 1000, 32, 200
ACCOUNT, TOKEN = "AC" + "1" * 32, "t" * 32
TWILIO = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM_NUMBER": "+13035550100",
    "SEND_RATE": "10000",
    "SEND_CONCURRENCY": str(CONCURRENCY),
    "UNDO_SECONDS": "0",
}


def run() -> list[Figure]:
    """One blast of 1,000 texts, then a receipt for each."""
    with folder() as place, carrier() as url:
        bare = TEXTS / seconds(lambda: finish(_bare_posts(url)))
        database = place / "sms.db"
        app = app_with(database, TEXTS, **{name.lower(): value for name, value in TWILIO.items() if "TWILIO" in name})
        server = Served(database, **TWILIO, TWILIO_API_URL=url)
        started = seconds(server.start)
        try:
            until(lambda: _one(database, "SELECT beat FROM leases"), "somebody to lead")
            before, _ = memory_of(server.process.pid)
            with app.app_context(), write():
                confirm(Draft("Hello {first_name}", None, Target.COMMUNITY, None, "UTC"), None, "ada", now())
            until(
                lambda: _one(database, "SELECT count(*) FROM messages WHERE status = 'accepted'") == TEXTS,
                "the blast",
                120,
            )
            _, most = memory_of(server.process.pid)
            figures = _figures(database, bare, place)
            figures += [
                Figure("memory of the sending worker, at most", most, "MB", "the same, idle", before),
                Figure("from starting the server to its first answer", started, "s"),
            ]
            return figures + receipts(database, server.url, place)
        finally:
            server.stop()


async def _bare_posts(url: str) -> None:
    """The same requests without anything around them: no rows, no pacing, no SDK."""
    address = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    slots = asyncio.Semaphore(CONCURRENCY)
    signed_in = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY)) as session:

        async def post(n: int) -> None:
            values = {"To": phone(n), "From": "+13035550100", "Body": "Hello Ana", "StatusCallback": f"{url}/{n:032x}"}
            async with slots, session.post(address, data=values, headers=signed_in) as answer:
                await answer.read()
                assert answer.status == 201

        await asyncio.gather(*map(post, range(TEXTS)))


def _figures(database: Path, bare: float, place: Path) -> list[Figure]:
    first, last = _row(database, "SELECT min(started_at), max(ended_at) FROM attempts")
    due = _row(database, "SELECT scheduled_at FROM scheduled_messages")[0]
    apart = "(julianday(?) - julianday(?)) * 86400"
    took, waited = (_row(database, f"SELECT {apart}", *pair)[0] for pair in ((last, first), (first, due)))
    commit = _commit(place / "commits.db")
    return [
        Figure("texts handed over a second", TEXTS / took, "/s", "a bare loop of aiohttp posts", bare),
        Figure("one text, all of it", took / TEXTS * 1000, "ms", "one commit with synchronous=FULL", commit),
        Figure(
            "from the due moment to the first request", waited * 1000, "ms", note="release of 1,000 people included"
        ),
    ]


def _commit(path: Path) -> float:
    """Milliseconds for one row, committed to the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE x (a INTEGER)"):
        connection.execute(statement)
    start = time.perf_counter()
    for n in range(COMMITS):
        connection.execute("INSERT INTO x VALUES (?)", (n,))
    took = (time.perf_counter() - start) / COMMITS * 1000
    connection.close()
    return took


def _row(database: Path, query: str, *values: object) -> tuple:
    connection = sqlite3.connect(database, timeout=10)
    try:
        return connection.execute(query, values).fetchone() or (None,)
    finally:
        connection.close()


def _one(database: Path, query: str) -> object:
    return _row(database, query)[0]
