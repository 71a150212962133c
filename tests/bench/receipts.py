"""How many signed receipts a second are verified, stored and applied."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from app.delivery.carriers.signature import HEADER, signature_for
from tests.bench.figures import Figure, seconds
from tests.bench.processes import bare_app
from tests.loops import finish

AT_ONCE = 16
KEY = "t" * 32
Refs = Sequence[tuple[str, str]]


def receipts(database: Path, url: str, place: Path) -> list[Figure]:
    """ "delivered" for every attempt in `database`, to the app at `url` and to a bare view."""
    connection = sqlite3.connect(database, timeout=10)
    refs = connection.execute("SELECT ref, provider_sid FROM attempts").fetchall()
    ours = len(refs) / seconds(lambda: finish(_post(url, refs)))
    delivered = connection.execute("SELECT count(*) FROM messages WHERE status = 'delivered'").fetchone()[0]
    connection.close()
    assert delivered == len(refs), f"{delivered} of {len(refs)} delivered"
    with bare_app(place / "bare.db") as bare_url:
        bare = len(refs) / seconds(lambda: finish(_post(bare_url, refs)))
    against = "a bare Flask view: signature, one INSERT, one commit"
    return [Figure("receipts stored and applied a second", ours, "/s", against, bare, f"{AT_ONCE} at once")]


async def _post(url: str, refs: Refs) -> None:
    slots = asyncio.Semaphore(AT_ONCE)
    calls = [_call(url, ref, sid) for ref, sid in refs]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def post(address: str, fields: dict[str, str], signed: dict[str, str]) -> None:
            async with slots, session.post(address, data=fields, headers=signed) as answer:
                assert answer.status == 204, answer.status

        await asyncio.gather(*(post(*call) for call in calls))


def _call(url: str, ref: str, sid: str) -> tuple[str, dict[str, str], dict[str, str]]:
    address = f"{url}/webhooks/twilio/status/{ref}"
    fields = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": "delivered", "AccountSid": "AC" + "1" * 32}
    return address, fields, {HEADER: signature_for(address, fields, KEY)}
