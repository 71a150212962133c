"""From the answer to a question about texts, as it was seen on the wire, to what it says."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from app.core.clock import now
from app.delivery.carriers.exchange import Exchange, is_name
from app.delivery.carriers.reading import Fetched, NotRead
from app.domain.delivery.message_lookups import CarrierMessage
from app.domain.delivery.retry_delays import parse_retry_after

ADDRESS_START = "/2010-04-01/Accounts/"


@dataclass(frozen=True)
class Page:
    """One page of a list.

    `next_uri`: where it goes on, "" when it ends. `unread`: how much of it made no sense.
    """

    texts: tuple[CarrierMessage, ...]
    skew: timedelta
    next_uri: str
    unread: int


def page_of(exchange: Exchange, error: BaseException | None) -> Page | NotRead:
    """One page of the list of texts."""
    content = _content(exchange, error)
    if isinstance(content, NotRead):
        return content
    rows = content.get("messages")
    if not isinstance(rows, list):
        return NotRead("an answer that is no list", exchange.status)
    texts = tuple(text for row in rows if (text := _text(row)))
    further = str(content.get("next_page_uri") or "")
    followed = further.startswith(ADDRESS_START)
    unread = len(rows) - len(texts) + (bool(further) and not followed)
    return Page(texts, _skew(exchange), further if followed else "", unread)


def text_of(exchange: Exchange, error: BaseException | None) -> Fetched | NotRead:
    """One text by its sid."""
    if exchange.status == 404:
        return Fetched(None)
    content = _content(exchange, error)
    if isinstance(content, NotRead):
        return content
    text = _text(content)
    return (
        Fetched(text) if text else NotRead("an answer that is no text", exchange.status)
    )


def _content(
    exchange: Exchange, error: BaseException | None
) -> dict[str, Any] | NotRead:
    if exchange.status is None:
        return NotRead(
            f"no answer ({type(error).__name__ if error else 'nothing came'})"
        )
    if exchange.status != 200:
        wait = parse_retry_after(exchange.headers.get("retry-after"), now())
        return NotRead(f"HTTP {exchange.status}", exchange.status, wait)
    try:
        content = json.loads(exchange.body)
    except (ValueError, RecursionError):
        content = None
    return (
        content
        if isinstance(content, dict)
        else NotRead("an answer that is no JSON", exchange.status)
    )


def _text(row: object) -> CarrierMessage | None:
    if not isinstance(row, dict):
        return None
    sid, status, made = (
        row.get("sid"),
        row.get("status"),
        _moment(row.get("date_created")),
    )
    if not (is_name(sid) and isinstance(status, str) and made):
        return None
    code = str(row.get("error_code") or "")
    return CarrierMessage(
        sid=sid,
        status=status,
        direction=str(row.get("direction") or ""),
        to=str(row.get("to") or ""),
        senders=frozenset(
            str(row[name])
            for name in ("from", "messaging_service_sid")
            if row.get(name)
        ),
        body=str(row.get("body") or ""),
        created_at=made,
        error_code=int(code)
        if code.isascii() and code.isdigit() and len(code) < 9
        else None,
    )


def _moment(text: object) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _skew(exchange: Exchange) -> timedelta:
    """By the answer's Date.

    Read as it arrives: the seconds of the way are far below the margins.
    """
    theirs = _moment(exchange.headers.get("date"))
    return theirs - now() if theirs else timedelta()
