"""From the answer to a question about texts, as it was seen on the wire, to what it says."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from app.core.clock import now
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
)
from app.delivery.carriers.twilio_send_outcome import HttpExchange, is_message_sid
from app.domain.delivery.message_lookups import CarrierMessage
from app.domain.delivery.retry_delays import parse_retry_after

MESSAGE_LIST_PATH_PREFIX = "/2010-04-01/Accounts/"


@dataclass(frozen=True)
class MessageListPage:
    """One page of a list.

    `next_uri`: where it goes on, "" when it ends. `unread`: how much of it made no sense.
    """

    texts: tuple[CarrierMessage, ...]
    clock_skew: timedelta
    next_uri: str
    unreadable_count: int


def parse_message_list_page(
    exchange: HttpExchange, error: BaseException | None
) -> MessageListPage | LookupFailure:
    """One page of the list of texts."""
    content = _parse_json_response(exchange, error)
    if isinstance(content, LookupFailure):
        return content
    rows = content.get("messages")
    if not isinstance(rows, list):
        return LookupFailure("an answer that is no list", exchange.status)
    texts = tuple(text for row in rows if (text := _parse_message_row(row)))
    further = str(content.get("next_page_uri") or "")
    followed = further.startswith(MESSAGE_LIST_PATH_PREFIX)
    unread = len(rows) - len(texts) + (bool(further) and not followed)
    return MessageListPage(
        texts, _compute_clock_skew(exchange), further if followed else "", unread
    )


def parse_fetched_message(
    exchange: HttpExchange, error: BaseException | None
) -> MessageFetchResult | LookupFailure:
    """One text by its sid."""
    if exchange.status == 404:
        return MessageFetchResult(None)
    content = _parse_json_response(exchange, error)
    if isinstance(content, LookupFailure):
        return content
    text = _parse_message_row(content)
    return (
        MessageFetchResult(text)
        if text
        else LookupFailure("an answer that is no text", exchange.status)
    )


def _parse_json_response(
    exchange: HttpExchange, error: BaseException | None
) -> dict[str, Any] | LookupFailure:
    if exchange.status is None:
        return LookupFailure(f"no answer ({type(error).__name__ if error else 'nothing came'})")
    if exchange.status != 200:
        wait = parse_retry_after(exchange.headers.get("retry-after"), now())
        return LookupFailure(f"HTTP {exchange.status}", exchange.status, wait)
    try:
        content = json.loads(exchange.body)
    except (ValueError, RecursionError):
        content = None
    return (
        content
        if isinstance(content, dict)
        else LookupFailure("an answer that is no JSON", exchange.status)
    )


def _parse_message_row(row: object) -> CarrierMessage | None:
    if not isinstance(row, dict):
        return None
    sid, status, made = (
        row.get("sid"),
        row.get("status"),
        _parse_rfc2822_date(row.get("date_created")),
    )
    if not (is_message_sid(sid) and isinstance(status, str) and made):
        return None
    code = str(row.get("error_code") or "")
    return CarrierMessage(
        sid=sid,
        status=status,
        direction=str(row.get("direction") or ""),
        to=str(row.get("to") or ""),
        senders=frozenset(
            str(row[name]) for name in ("from", "messaging_service_sid") if row.get(name)
        ),
        body=str(row.get("body") or ""),
        created_at=made,
        error_code=int(code) if code.isascii() and code.isdigit() and len(code) < 9 else None,
    )


def _parse_rfc2822_date(text: object) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _compute_clock_skew(exchange: HttpExchange) -> timedelta:
    """By the answer's Date.

    Read as it arrives: the seconds of the way are far below the margins.
    """
    theirs = _parse_rfc2822_date(exchange.headers.get("date"))
    return theirs - now() if theirs else timedelta()
