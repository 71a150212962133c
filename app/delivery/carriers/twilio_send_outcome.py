"""One request and its answer, as much of it as there was: what the outcome is judged by."""

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

INCOMPLETE_REQUEST_STATUSES = (
    408,
    425,
)  # the carrier did not get all of a request, or too early: it may have acted on it
MAX_ERROR_CODE_DIGITS, MAX_SID_LENGTH, MAX_ERROR_MESSAGE_LENGTH = 9, 64, 500


@dataclass
class HttpExchange:
    """Filled in by the HTTP client.

    `connected`: a connection was there, so bytes may have left us.
    """

    connected: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


# The SDK drops headers and hides what left; the client notes it here, each send in its own task.
current_exchange: ContextVar[HttpExchange] = ContextVar("exchange")


def classify_send_outcome(exchange: HttpExchange, error: BaseException | None) -> SendOutcome:
    """The one judge: by the flag, the status, the headers and the body, never by an exception's
    class or words.
    """
    if exchange.status is None:
        why = type(error).__name__ if error else "no answer"
        if exchange.connected:
            return SendAmbiguous(f"no answer ({why})")
        return SendNotProcessed(
            f"nothing left us ({why})",
            is_certificate_error=isinstance(error, aiohttp.ClientConnectorCertificateError),
        )
    return _classify_response(exchange, exchange.status)


def _classify_response(exchange: HttpExchange, status: int) -> SendOutcome:
    answer = _parse_json_object(exchange.body)
    code = _parse_error_code(answer.get("code"))
    if 200 <= status < 300:
        return _parse_accepted_response(answer, status)
    if is_unprocessed_request(status, code):
        wait = parse_retry_after(exchange.headers.get("retry-after"), now())
        return SendNotProcessed(f"HTTP {status}", wait, status, code)
    if status >= 500 or status in INCOMPLETE_REQUEST_STATUSES or code in UNCERTAIN_ERROR_CODES:
        return SendAmbiguous(f"HTTP {status}", status, UnknownReason.CARRIER_FAULT)
    return SendRefused(
        code or status,
        status,
        _clean_error_message(answer.get("message") or answer.get("detail")),
    )


def _parse_accepted_response(answer: dict[str, Any], status: int) -> SendOutcome:
    sid = answer.get("sid")
    if not is_message_sid(sid):
        return SendAmbiguous("an answer without a sid", status, UnknownReason.NO_NAME)
    return SendAccepted(sid, str(answer.get("status") or "queued"))


def _parse_json_object(body: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def is_message_sid(sid: object) -> TypeGuard[str]:
    """Whether this can be the carrier's name for a text: letters and digits, as the database
    can keep and show them.
    """
    return isinstance(sid, str) and sid.isascii() and sid.isalnum() and len(sid) <= MAX_SID_LENGTH


def _clean_error_message(message: object) -> str:
    """What the carrier says, without NULs and halves of letters: nobody could store them, or
    read them again.
    """
    return (
        str(message or "")
        .replace("\x00", "")
        .encode("utf-8", "ignore")
        .decode()[:MAX_ERROR_MESSAGE_LENGTH]
    )


def _parse_error_code(code: object) -> int | None:
    """A code as a number.

    What is none, or longer than any code, is none: the database could not keep it.
    """
    text = str(code) if isinstance(code, int | str) else ""
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= MAX_ERROR_CODE_DIGITS
        else None
    )
