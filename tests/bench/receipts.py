"""How many signed receipts a second are verified, stored and applied, against a bare view that
stores one row.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import aiohttp

from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from tests.async_runner import run_coroutine
from tests.bench.bench_app import folder
from tests.bench.figures import Asked, Figure, seconds, spread
from tests.bench.posts import ACCOUNT, TOKEN
from tests.bench.processes import bare_app
from tests.bench.sending_server import Station, station

TEXTS, RUNS, AT_ONCE = 3000, 3, 16
REFS = "SELECT ref, provider_sid FROM attempts WHERE provider_sid IS NOT NULL ORDER BY id"
BARE = "a bare Flask view: signature, one INSERT, one commit"
Refs = Sequence[tuple[str, str]]
Call = tuple[str, dict[str, str], dict[str, str]]


def run() -> list[Figure]:
    """ "delivered" for each of 3,000 texts, a third at a time, in turn to our server and to a
    bare view.
    """
    with folder() as place, station(place, TEXTS) as there:
        there.blast()
        ours, bare = _in_turn(there, place)
        delivered = there.one("SELECT count(*) FROM messages WHERE status = 'delivered'")
        assert delivered == TEXTS, f"{delivered} of {TEXTS} delivered"
    note = f"{AT_ONCE} at once; ours {spread(ours, '/s')}, bare {spread(bare, '/s')}"
    what = "receipts verified, stored and applied a second"
    return [
        Figure(
            what,
            median(ours),
            "/s",
            BARE,
            median(bare),
            note,
            Asked(0.6, of_ratio=True),
        )
    ]


def _in_turn(there: Station, place: Path) -> tuple[list[float], list[float]]:
    refs = there.rows(REFS)
    share = len(refs) // RUNS
    parts = [refs[n * share : (n + 1) * share] for n in range(RUNS - 1)] + [
        refs[(RUNS - 1) * share :]
    ]
    ours, bare = [], []
    with bare_app(place / "bare.db") as bare_url:
        for part in parts:
            bare.append(_rate(bare_url, part))
            ours.append(_rate(there.server.url, part))
    return ours, bare


def _rate(url: str, refs: Refs) -> float:
    calls = [call(url, ref, sid, "delivered") for ref, sid in refs]
    return len(refs) / seconds(lambda: run_coroutine(_post(calls)))


async def _post(calls: Sequence[Call]) -> None:
    waiting = iter(calls)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def work() -> None:
            for address, fields, signed in waiting:
                async with session.post(address, data=fields, headers=signed) as answer:
                    assert answer.status == 204, answer.status

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def call(url: str, ref: str, sid: str, word: str) -> Call:
    """One receipt as Twilio posts it: address, fields, headers."""
    address = f"{url}/webhooks/twilio/status/{ref}"
    fields = {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": word,
        "AccountSid": ACCOUNT,
    }
    return (
        address,
        fields,
        {SIGNATURE_HEADER: compute_signature(address, fields, TOKEN)},
    )
