"""One request and its answer, as much of it as there was: what the outcome is judged by."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import aiohttp

from app.core.clock import now
from app.delivery.carriers.base import (
    Accepted,
    Ambiguous,
    Outcome,
    Refused,
    Unprocessed,
)
from app.domain.delivery.carrier_error_codes import (
    UNCERTAIN_ERROR_CODES,
    is_unprocessed_request,
)
from app.domain.delivery.message_statuses import UnknownReason
from app.domain.delivery.retry_delays import parse_retry_after

NOT_ALL_OF_IT = (
    408,
    425,
)  # the carrier did not get all of a request, or too early: it may have acted on it
LONGEST_CODE, LONGEST_NAME, LONGEST_WORDS = 9, 64, 500


@dataclass
class Exchange:
    """Filled in by the HTTP client.

    `connected`: a connection was there, so bytes may have left us.
    """

    connected: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


# The SDK drops headers and hides what left; the client notes it here, each send in its own task.
current: ContextVar[Exchange] = ContextVar("exchange")


def outcome_of(exchange: Exchange, error: BaseException | None) -> Outcome:
    """The one judge: by the flag, the status, the headers and the body, never by an exception's
    class or words.
    """
    if exchange.status is None:
        why = type(error).__name__ if error else "no answer"
        if exchange.connected:
            return Ambiguous(f"no answer ({why})")
        return Unprocessed(
            f"nothing left us ({why})",
            unsafe=isinstance(error, aiohttp.ClientConnectorCertificateError),
        )
    return _of_answer(exchange, exchange.status)


def _of_answer(exchange: Exchange, status: int) -> Outcome:
    answer = _read(exchange.body)
    code = _number(answer.get("code"))
    if 200 <= status < 300:
        return _accepted(answer, status)
    if is_unprocessed_request(status, code):
        wait = parse_retry_after(exchange.headers.get("retry-after"), now())
        return Unprocessed(f"HTTP {status}", wait, status, code)
    if status >= 500 or status in NOT_ALL_OF_IT or code in UNCERTAIN_ERROR_CODES:
        return Ambiguous(f"HTTP {status}", status, UnknownReason.CARRIER_FAULT)
    return Refused(
        code or status, status, _words(answer.get("message") or answer.get("detail"))
    )


def _accepted(answer: dict[str, Any], status: int) -> Outcome:
    sid = answer.get("sid")
    if not is_name(sid):
        return Ambiguous("an answer without a sid", status, UnknownReason.NO_NAME)
    return Accepted(sid, str(answer.get("status") or "queued"))


def _read(body: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def is_name(sid: object) -> TypeGuard[str]:
    """Whether this can be the carrier's name for a text: letters and digits, as the database
    can keep and show them.
    """
    return (
        isinstance(sid, str)
        and sid.isascii()
        and sid.isalnum()
        and len(sid) <= LONGEST_NAME
    )


def _words(message: object) -> str:
    """What the carrier says, without NULs and halves of letters: nobody could store them, or
    read them again.
    """
    return (
        str(message or "")
        .replace("\x00", "")
        .encode("utf-8", "ignore")
        .decode()[:LONGEST_WORDS]
    )


def _number(code: object) -> int | None:
    """A code as a number.

    What is none, or longer than any code, is none: the database could not keep it.
    """
    text = str(code) if isinstance(code, int | str) else ""
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= LONGEST_CODE
        else None
    )
