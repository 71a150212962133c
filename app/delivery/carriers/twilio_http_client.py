"""Our HTTP client under the Twilio SDK: deadlines, no redirects, no retries, and a note of what
left us.

The SDK's own client has no timeout, drops the headers of errors and can retry a request that is
not safe to retry.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from app.core import failpoint
from app.delivery.carriers.twilio_send_outcome import HttpExchange, current_exchange

SDK_BASE_URL = "https://api.twilio.com"
REQUEST_TIMEOUTS = aiohttp.ClientTimeout(total=25, sock_connect=5, sock_read=15)
URL_ENCODED_BYTES = [quote_plus(bytes((byte,))) for byte in range(256)]
log = logging.getLogger("twilio.http")
_encode_basic_auth = lru_cache(aiohttp.encode_basic_auth)  # always the same account


class RecordingConnector(aiohttp.TCPConnector):
    """Notes in the current Exchange that a connection is there: from then on bytes may leave us.

    It says what a TraceConfig's on_connection_create_end and on_connection_reuseconn say,
    without the ten signals that aiohttp sends for every request as soon as one of them is
    listened to.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,
    ) -> Any:
        """As the library's own, TLS included."""
        connection = await super().connect(req, traces, timeout)
        exchange = current_exchange.get(None)
        if exchange is not None:
            exchange.connected = True
        return connection


async def _trigger_failpoint_after_write(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: Any
) -> None:
    """We are told before the bytes are written; they are out by the loop's next step."""
    asyncio.get_running_loop().call_soon(failpoint.crash_if_armed, "T3b")


def _build_trace_configs() -> list[aiohttp.TraceConfig]:
    """Nothing, unless a test wants the process to die with bytes out."""
    if not failpoint.is_failpoint_armed("T3b"):
        return []
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_trigger_failpoint_after_write)
    return [trace]


def encode_form_body(data: Mapping[str, Any] | None) -> aiohttp.BytesPayload | None:
    """The body of a post, None without one."""
    if data is None:
        return None
    form = "&".join([f"{name}={_url_encode(str(value))}" for name, value in data.items()])
    return aiohttp.BytesPayload(form.encode())


def _url_encode(value: str) -> str:
    """As quote_plus() has it, which goes through every text letter by letter in Python: a
    twelfth of a request.
    """
    return value.encode().decode("latin-1").translate(URL_ENCODED_BYTES)


class HttpClient(AsyncHttpClient):
    """One aiohttp session for the life of the engine. Make and use it on the engine's loop only."""

    def __init__(self, base: str, connections: int) -> None:
        super().__init__(log, True, None)
        self.base = base.rstrip("/")
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    def _get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            tls = ssl.create_default_context()
            connector = RecordingConnector(limit=self._connections, ssl=tls, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=REQUEST_TIMEOUTS,
                trace_configs=_build_trace_configs(),
                auto_decompress=True,
            )
        return self._session

    async def request(  # noqa: PLR0913 -- the SDK's interface
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, never repeated, never redirected.

        What is seen of it is noted in the current Exchange.
        """
        exchange = current_exchange.get(None) or HttpExchange()
        url = self.base + uri.removeprefix(SDK_BASE_URL)
        signed_in = {"Authorization": _encode_basic_auth(*auth)} if auth else {}
        async with self._get_session().request(
            method,
            url,
            params=params,
            data=encode_form_body(data),
            headers={**(headers or {}), **signed_in},
            allow_redirects=False,
        ) as answer:
            text = (await answer.read()).decode("utf-8", "replace")
            exchange.headers, exchange.body, exchange.status = (
                answer.headers,
                text,
                answer.status,
            )
            failpoint.crash_if_armed("T3c")
            return Response(answer.status, text, answer.headers)

    async def close(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
