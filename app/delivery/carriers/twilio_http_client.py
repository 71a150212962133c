"""Our HTTP client under the Twilio SDK: time-outs, no redirects, no retries, a recorded exchange.

The SDK's own client has no timeout, drops the headers of errors and can retry a request that is
not safe to retry.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from app.core import failpoint
from app.core.clock_watch import read_boot_clock
from app.delivery.carriers.twilio_send_outcome import HttpExchange, current_exchange

SDK_BASE_URL = "https://api.twilio.com"
# Seconds. The SDK's own client has no time-out at all.
REQUEST_TIMEOUTS = aiohttp.ClientTimeout(total=25, sock_connect=5, sock_read=15)
URL_ENCODED_BYTES = [quote_plus(bytes((byte,))) for byte in range(256)]
log = logging.getLogger("twilio.http")
# Every request has the same account and token.
_encode_basic_auth = lru_cache(aiohttp.encode_basic_auth)


class TooLateToSendError(aiohttp.ClientError):
    """There was a connection only after the latest start of the request; nothing left us."""


class RecordingConnector(aiohttp.TCPConnector):
    """Records in the current HttpExchange that there is a connection, unless it came too late.

    From then on bytes may leave us: aiohttp writes them before the loop runs anything else.
    """

    # A TraceConfig tells the same (on_connection_create_end, on_connection_reuseconn), but as
    # soon as one signal has a listener, aiohttp sends ten for every request.

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,
    ) -> Any:
        """Connect as aiohttp does, TLS included, and record it.

        Raise TooLateToSendError after the exchange's latest start.
        """
        connection = await super().connect(req, traces, timeout)
        exchange = current_exchange.get(None)
        if exchange is None:
            return connection
        # The process may have been frozen while it connected: by now another one may lead, which
        # has told people that this text is in doubt.
        if exchange.latest_start is not None and read_boot_clock() > exchange.latest_start:
            connection.release()
            raise TooLateToSendError
        exchange.connected = True
        return connection


async def _trigger_failpoint_after_write(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: Any
) -> None:
    # aiohttp sends this signal before it writes the bytes; they are out when the event loop runs
    # its next callback.
    asyncio.get_running_loop().call_soon(failpoint.crash_if_armed, "T3b")


def _build_trace_configs() -> list[aiohttp.TraceConfig]:
    # Only tests that kill the process after the bytes have left need the signal.
    if not failpoint.is_failpoint_armed("T3b"):
        return []
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_trigger_failpoint_after_write)
    return [trace]


def encode_form_body(data: Mapping[str, Any] | None) -> aiohttp.BytesPayload | None:
    """Encode the fields of a POST request; None stays None."""
    if data is None:
        return None
    form = "&".join([f"{name}={_url_encode(str(value))}" for name, value in data.items()])
    return aiohttp.BytesPayload(form.encode())


def _url_encode(value: str) -> str:
    # The same as quote_plus(), which loops over the characters in Python and takes a twelfth of
    # the time of a request.
    return value.encode().decode("latin-1").translate(URL_ENCODED_BYTES)


class HttpClient(AsyncHttpClient):
    """Holds one aiohttp session as long as the engine runs.

    Create and use it in the engine's event loop only.
    """

    def __init__(self, base_url: str, connection_count: int) -> None:
        super().__init__(log, True, None)
        self.base_url = base_url.rstrip("/")
        self._connection_count = connection_count
        self._session: aiohttp.ClientSession | None = None

    def _get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # aiohttp verifies certificates by a context that it makes once, which takes 18 ms.
            connector = RecordingConnector(limit=self._connection_count, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=REQUEST_TIMEOUTS,
                trace_configs=_build_trace_configs(),
                auto_decompress=True,
            )
        return self._session

    async def request(  # noqa: PLR0913 -- the arguments of the SDK's interface
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
        """Send one request, never repeated, never redirected, and record it in current_exchange."""
        exchange = current_exchange.get(None) or HttpExchange()
        url = self.base_url + uri.removeprefix(SDK_BASE_URL)
        headers = dict(headers or {})
        if auth:
            headers["Authorization"] = _encode_basic_auth(*auth)
        async with self._get_session().request(
            method,
            url,
            params=params,
            data=encode_form_body(data),
            headers=headers,
            allow_redirects=False,
        ) as response:
            text = (await response.read()).decode("utf-8", "replace")
            exchange.headers = response.headers
            exchange.body = text
            exchange.status = response.status
            # The point is one of a text's; lists are read beside the sending.
            if method == "POST":
                failpoint.crash_if_armed("T3c")
            return Response(response.status, text, response.headers)

    async def close(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
