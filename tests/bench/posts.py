"""The baseline for sending: the same requests without anything around them.

No rows, no pacing, no SDK.
"""

import asyncio
from collections.abc import Iterator

import aiohttp

from tests.async_runner import run_coroutine
from tests.bench.bench_app import phone

ACCOUNT, TOKEN, FROM = "AC" + "1" * 32, "t" * 32, "+13035550100"


def post_all(url: str, texts: int, at_once: int) -> None:
    """Post so many texts to the carrier at `url`, so many at once, and read every answer."""
    run_coroutine(_posts(url, texts, at_once))


async def _posts(url: str, texts: int, at_once: int) -> None:
    address = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    signed_in = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    numbers = iter(range(texts))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        await asyncio.gather(
            *(_worker(session, address, signed_in, numbers) for _ in range(at_once))
        )


async def _worker(
    session: aiohttp.ClientSession,
    address: str,
    signed_in: dict[str, str],
    numbers: Iterator[int],
) -> None:
    for n in numbers:
        callback = f"http://127.0.0.1:5000/webhooks/twilio/status/{n:032x}"
        values = {
            "To": phone(n),
            "From": FROM,
            "Body": "Hello Ana",
            "StatusCallback": callback,
        }
        async with session.post(address, data=values, headers=signed_in) as answer:
            await answer.read()
            assert answer.status == 201, answer.status
