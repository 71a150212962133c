"""A carrier that takes every text at once, in a process of its own: `python -m tests.bench.server PORT`."""

import json
import secrets
import sys

from aiohttp import web


async def take(request: web.Request) -> web.Response:
    """201 and a sid, as short as Twilio's answer may be."""
    await request.post()
    answer = {"sid": f"SM{secrets.token_hex(16)}", "status": "queued", "num_segments": "1", "error_code": None}
    return web.Response(status=201, body=json.dumps(answer).encode(), content_type="application/json")


def main() -> None:
    """Serve until killed."""
    app = web.Application()
    app.router.add_post("/{rest:.*}", take)
    app.router.add_get("/health", lambda _request: web.Response(text="ok"))
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
