"""One HTTP exchange with the carrier, and the outcome of sending that it proves."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import aiohttp

from app.core.clock import now
from app.delivery.carriers.carrier_interface import (
    SendAccepted,
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
    SendRefused,
)
from app.domain.delivery.carrier_error_codes import (
    UNCERTAIN_ERROR_CODES,
    is_unprocessed_request,
)
from app.domain.delivery.message_statuses import UnknownReason
from app.domain.delivery.retry_delays import parse_retry_after
from app.domain.texts.whole_numbers import parse_whole_number

# Request time-out and too early: the carrier did not get all of the request, but may have acted
# on it.
INCOMPLETE_REQUEST_STATUSES = (408, 425)
MAX_ERROR_CODE_DIGITS = 9
MAX_SID_LENGTH = 64
MAX_ERROR_MESSAGE_LENGTH = 500


@dataclass
class HttpExchange:
    """What is known of one request and its response; the HTTP client fills it in.

    `connected`: there was a connection, so bytes may have left us.
    `latest_start`: the second of read_boot_clock() after which no byte may leave us any more.
    """

    connected: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    latest_start: float | None = None


# The SDK drops response headers and hides whether bytes left us: the HTTP client records both
# here. Each send runs in its own task and so has an exchange of its own.
current_exchange: ContextVar[HttpExchange] = ContextVar("exchange")


def classify_send_outcome(exchange: HttpExchange, error: BaseException | None) -> SendOutcome:
    """Return the outcome of one send.

    The connection, status, headers and body decide; an exception's class and message never do.
    """
    if exchange.status is not None:
        return _classify_response(exchange, exchange.status)
    cause = type(error).__name__ if error else "no answer"
    if exchange.connected:
        return SendAmbiguous(f"no answer ({cause})")
    is_certificate_error = isinstance(error, aiohttp.ClientConnectorCertificateError)
    return SendNotProcessed(f"nothing left us ({cause})", is_certificate_error=is_certificate_error)


def _classify_response(exchange: HttpExchange, status: int) -> SendOutcome:
    content = _parse_json_object(exchange.body)
    code = _parse_error_code(content.get("code"))
    if 200 <= status < 300:
        return _parse_accepted_response(content, status)
    if is_unprocessed_request(status, code):
        retry_after = parse_retry_after(exchange.headers.get("retry-after"), now())
        return SendNotProcessed(f"HTTP {status}", retry_after, status, code)
    if status >= 500 or status in INCOMPLETE_REQUEST_STATUSES or code in UNCERTAIN_ERROR_CODES:
        return SendAmbiguous(f"HTTP {status}", status, UnknownReason.CARRIER_FAULT)
    message = _clean_error_message(content.get("message") or content.get("detail"))
    return SendRefused(code or status, status, message)


def _parse_accepted_response(content: dict[str, Any], status: int) -> SendOutcome:
    sid = content.get("sid")
    if not is_message_sid(sid):
        return SendAmbiguous("an answer without a sid", status, UnknownReason.NO_NAME)
    return SendAccepted(sid, str(content.get("status") or "queued"))


def _parse_json_object(body: str) -> dict[str, Any]:
    """Return the JSON object, or an empty one for anything else."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def is_message_sid(sid: object) -> TypeGuard[str]:
    """Whether this can be the SID of a text: ASCII letters and digits that fit the column."""
    return isinstance(sid, str) and sid.isascii() and sid.isalnum() and len(sid) <= MAX_SID_LENGTH


def _clean_error_message(message: object) -> str:
    # Neither a NUL nor a lone surrogate can be stored and read again.
    text = str(message or "").replace("\x00", "")
    return text.encode("utf-8", "ignore").decode()[:MAX_ERROR_MESSAGE_LENGTH]


def _parse_error_code(code: object) -> int | None:
    """Return the code as a number, or None for anything else or a number that is too long."""
    if not isinstance(code, int | str):
        return None
    return parse_whole_number(str(code), MAX_ERROR_CODE_DIGITS)
