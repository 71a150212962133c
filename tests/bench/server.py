"""A carrier that takes every text, in a process of its own: `python -m tests.bench.server PORT
[SECONDS]`.

SECONDS is how long each answer takes, as over a long line. It tells on `/stats` what it saw.
"""

import asyncio
import json
import secrets
import sys
import time
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Seen:
    """What came since the last `/forget`: moments are seconds of this process's monotonic clock."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0
    starts: list[float] = field(default_factory=list)
    phones: set[str] = field(default_factory=set)


class Carrier:
    """Takes texts and counts them; `latency` in seconds."""

    def __init__(self, latency: float) -> None:
        self.latency, self.seen = latency, Seen()

    async def take(self, request: web.Request) -> web.Response:
        """201 and a sid, as short as Twilio's answer may be."""
        seen = self.seen
        started = time.monotonic()
        seen.first = seen.first or started
        seen.starts.append(started)
        seen.phones.add(str((await request.post())["To"]))
        if self.latency:
            await asyncio.sleep(self.latency)
        answer = {
            "sid": f"SM{secrets.token_hex(16)}",
            "status": "queued",
            "num_segments": "1",
            "error_code": None,
        }
        seen.count += 1
        seen.last = time.monotonic()
        return web.Response(
            status=201,
            body=json.dumps(answer).encode(),
            content_type="application/json",
        )

    async def stats(self, request: web.Request) -> web.Response:
        """How many were answered, and from when to when; with `?starts=1` the moment of every
        request too.
        """
        seen = self.seen
        shown = {
            "count": seen.count,
            "first": seen.first,
            "last": seen.last,
            "phones": len(seen.phones),
        }
        return web.json_response(
            shown | ({"starts": seen.starts} if "starts" in request.query else {})
        )

    async def forget(self, _request: web.Request) -> web.Response:
        """Count from nothing."""
        self.seen = Seen()
        return web.Response(status=204)


async def _list(_request: web.Request) -> web.Response:
    """An empty list: nobody has texted anything that was missed."""
    return web.json_response({"messages": [], "next_page_uri": None})


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    """Serve until killed."""
    carrier = Carrier(float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
    app = web.Application()
    app.router.add_post("/forget", carrier.forget)
    app.router.add_post("/{rest:.*}", carrier.take)
    app.router.add_get("/2010-04-01/{rest:.*}", _list)
    app.router.add_get("/health", _health)
    app.router.add_get("/stats", carrier.stats)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
