"""How long receipts and pages take while a blast runs: an open loop, which does not wait for a
slow answer.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import aiohttp

from tests.async_runner import run_coroutine
from tests.bench.bench_app import folder
from tests.bench.figures import Asked, Figure, percentile
from tests.bench.processes import bare_app
from tests.bench.receipts import BARE, REFS, Call, call
from tests.bench.sending_server import Station, station
from tests.visit import Visitor

PEOPLE, RECEIPTS_A_SECOND, PAGES_A_SECOND, SECONDS, BEFORE = 2500, 200, 6, 20.0, 10.0
LATENCY = 0.1
# How fast the blasts run, in parts a second, and how many at once. The limits hold for the
# fastest sender there is,
# a short code at 100; no sender is as fast as the second, which shows where it ends.
SPEEDS = {"100": 1, "10000": 6}
FASTEST = "100"
NEXT_LOG = "SELECT coalesce(max(id), 0) + 1 FROM message_logs"
RUNNING = "SELECT count(*) FROM message_logs WHERE status = 'processing'"


@dataclass
class Waited:
    """Seconds from the moment a request was due to its whole answer; `wrong`: answers with
    another status.
    """

    seconds: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def milliseconds(self, share: float) -> float:
        """What `share` of the requests did not exceed."""
        return percentile(self.seconds, share) * 1000

    @property
    def note(self) -> str:
        """The others, for a note."""
        found = f"median {median(self.seconds) * 1000:.0f}, p95 {self.milliseconds(0.95):.0f}"
        return f"{found}, most {max(self.seconds) * 1000:.0f} ms of {len(self.seconds):,}"


def run() -> list[Figure]:
    """200 receipts and six pages a second for 20 s, while a blast runs at 100 parts a second,
    and as fast as it can.
    """
    with folder() as place, station(place, PEOPLE, LATENCY) as there:
        there.blast()
        cookie = cookie_of(there)
        refs = there.rows(REFS)
        alone = _alone(there, place, cookie, refs)
        figures: list[Figure] = []
        for rate, blasts in SPEEDS.items():
            there.restart(SEND_RATE=rate)
            found = _while_sending(there, cookie, refs, blasts, alone)
            figures += (
                found if rate == FASTEST else [replace(figure, asked=None) for figure in found]
            )
            refs = there.rows(f"{REFS} DESC LIMIT {PEOPLE}")
        return figures


def _alone(
    there: Station, place: Path, cookie: str, refs: Sequence[tuple[str, str]]
) -> dict[str, Waited]:
    """The baselines: the bare view at the same pace, and each page while nothing is sent."""
    with bare_app(place / "bare.db") as url:
        calls = [call(url, ref, sid, "sent") for ref, sid in refs]
        receipts, _ = run_coroutine(browse_and_call(calls, {}, cookie, BEFORE))
    run_coroutine(browse_and_call([], _pages(there, 1), cookie, 1.0))
    _, pages = run_coroutine(browse_and_call([], _pages(there, 1), cookie, BEFORE))
    return {"receipts": receipts, **pages}


def _while_sending(
    there: Station,
    cookie: str,
    refs: Sequence[tuple[str, str]],
    blasts: int,
    alone: dict[str, Waited],
) -> list[Figure]:
    there.forget()
    run_coroutine(
        browse_and_call([], _pages(there, 1), cookie, 1.0)
    )  # the first of each after a start reads its template
    log_id = there.one(NEXT_LOG)
    for _ in range(blasts):
        there.confirm()
    there.wait_for(1)
    words = ("sent", "delivered")
    calls = [call(there.server.url, ref, sid, word) for ref, sid in refs for word in words]
    stored = there.one("SELECT count(*) FROM webhook_events")
    receipts, pages = run_coroutine(browse_and_call(calls, _pages(there, log_id), cookie, SECONDS))
    still = there.one(RUNNING)
    stored = there.one("SELECT count(*) FROM webhook_events") - stored
    assert stored == len(receipts.seconds), f"{stored} of {len(receipts.seconds)} receipts stored"
    assert not receipts.wrong, receipts.wrong
    rate = there.rate()
    there.wait_for(blasts * PEOPLE)
    seen = f"while {rate:,.0f} texts a second leave" + ("" if still else " (they ended before)")
    return [
        _figure(
            f"receipts at {RECEIPTS_A_SECOND} a second, {seen}",
            receipts,
            0.99,
            100,
            (BARE, alone["receipts"]),
        ),
        *(
            _figure(
                f"{name}, {seen}",
                waited,
                0.95,
                150,
                ("while nothing is sent", alone[name]),
            )
            for name, waited in pages.items()
        ),
    ]


def _figure(
    what: str, waited: Waited, share: float, most: float, baseline: tuple[str, Waited]
) -> Figure:
    assert not waited.wrong, (what, waited.wrong)
    against, other = baseline
    worst = f"p{share * 100:.0f} of {what}"
    return Figure(
        worst,
        waited.milliseconds(share),
        "ms",
        against,
        other.milliseconds(share),
        waited.note,
        Asked(most=most),
    )


def _pages(there: Station, log_id: int) -> dict[str, str]:
    url = there.server.url
    return {
        "the first page": f"{url}/",
        "a log": f"{url}/blasts/logs/{log_id}",
        "the list": f"{url}/community",
    }


def cookie_of(there: Station) -> str:
    """Ada's, signed in."""
    browser = Visitor(there.app).browser("ada")
    return str(browser.get_cookie("session").value)


async def browse_and_call(
    calls: Sequence[Call],
    pages: dict[str, str],
    cookie: str,
    lasts: float,
    status: int = 204,
) -> tuple[Waited, dict[str, Waited]]:
    """Post `calls` and get `pages` at their paces for so many seconds, each at its moment
    whatever the others do.

    `status`: the right answer to a call.
    """
    receipts, seen = Waited(), {name: Waited() for name in pages}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(due: float, each: Call) -> None:
            address, fields, signed = each
            await _timed(
                receipts,
                due,
                status,
                session.post(address, data=fields, headers=signed),
            )

        async def get(due: float, name: str) -> None:
            await _timed(
                seen[name],
                due,
                200,
                session.get(pages[name], headers={"Cookie": f"session={cookie}"}),
            )

        paces = [_at_pace(post, calls, RECEIPTS_A_SECOND, lasts)] if calls else []
        paces += [_at_pace(get, itertools.cycle(pages), PAGES_A_SECOND, lasts)] if pages else []
        await asyncio.gather(*paces)
    return receipts, seen


async def _at_pace(start: Callable, some: Iterable, a_second: float, lasts: float) -> None:
    begin, tasks = time.monotonic(), []
    for number, each in enumerate(some):
        due = begin + number / a_second
        if due > begin + lasts:
            break
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(start(due, each)))
    await asyncio.gather(*tasks)


async def _timed(waited: Waited, due: float, status: int, request: object) -> None:
    async with request as answer:
        await answer.read()
    waited.seconds.append(time.monotonic() - due)
    if answer.status != status:
        waited.wrong.append(answer.status)
