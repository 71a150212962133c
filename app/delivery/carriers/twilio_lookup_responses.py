"""Parses Twilio's responses to look-ups: a page of the list of texts, or one text."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from app.core.clock import now
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MediaItem,
    MessageFetchResult,
    MessageListPage,
)
from app.delivery.carriers.twilio_send_outcome import HttpExchange, is_message_sid
from app.domain.delivery.lookup_matching import CarrierMessage
from app.domain.delivery.retry_delays import parse_retry_after
from app.domain.texts.whole_numbers import parse_whole_number

# The list goes on inside the API only: a request takes our credentials with it.
MESSAGE_LIST_PATH_PREFIX = "/2010-04-01/Accounts/"
MAX_ERROR_CODE_DIGITS = 8
MAX_MEDIA_DIGITS = 4
# "-0.00750": what an account is charged is below zero. At most what the column holds.
PRICE_PATTERN = re.compile(r"(?=.{1,20}\Z)-?[0-9]+(?:\.[0-9]+)?")


def parse_message_list_page(
    exchange: HttpExchange, error: BaseException | None
) -> MessageListPage | LookupFailure:
    """Parse one page of the list of texts. Never raises."""
    content = _parse_list_response(exchange, error, "messages")
    if isinstance(content, LookupFailure):
        return content
    rows = content["messages"]
    texts = tuple(filter(None, map(_parse_message_row, rows)))
    unreadable_count = len(rows) - len(texts)
    next_uri = str(content.get("next_page_uri") or "")
    if next_uri and not next_uri.startswith(MESSAGE_LIST_PATH_PREFIX):
        next_uri = ""
        unreadable_count += 1
    return MessageListPage(texts, _compute_clock_skew(exchange), next_uri, unreadable_count)


def parse_fetched_message(
    exchange: HttpExchange, error: BaseException | None
) -> MessageFetchResult | LookupFailure:
    """Parse one text that was fetched by its SID. Never raises."""
    if exchange.status == 404:
        return MessageFetchResult(None)
    content = _parse_json_response(exchange, error)
    if isinstance(content, LookupFailure):
        return content
    text = _parse_message_row(content)
    if text is None:
        return LookupFailure("a response that is not text", exchange.status)
    return MessageFetchResult(text)


def parse_media_list(
    exchange: HttpExchange, error: BaseException | None
) -> tuple[MediaItem, ...] | LookupFailure:
    """Parse the list of a text's pictures; entries that make no sense are left out."""
    content = _parse_list_response(exchange, error, "media_list")
    if isinstance(content, LookupFailure):
        return content
    return tuple(filter(None, map(_parse_media_row, content["media_list"])))


def _parse_media_row(row: object) -> MediaItem | None:
    if not isinstance(row, dict):
        return None
    uri = str(row.get("uri") or "")
    if not uri.startswith(MESSAGE_LIST_PATH_PREFIX):
        return None
    # Without .json the same address answers with the file itself, as that in a webhook does.
    url = f"https://api.twilio.com{uri.removesuffix('.json')}"
    return MediaItem(url, str(row.get("content_type") or ""))


def _parse_json_response(
    exchange: HttpExchange, error: BaseException | None
) -> dict[str, Any] | LookupFailure:
    if exchange.status is None:
        cause = type(error).__name__ if error else "an empty response"
        return LookupFailure(f"no answer ({cause})")
    if exchange.status != 200:
        retry_after = parse_retry_after(exchange.headers.get("retry-after"), now())
        return LookupFailure(f"HTTP {exchange.status}", exchange.status, retry_after)
    try:
        content = json.loads(exchange.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return LookupFailure("a response that is not JSON", exchange.status)
    return content


def _parse_list_response(
    exchange: HttpExchange, error: BaseException | None, name: str
) -> dict[str, Any] | LookupFailure:
    """Parse a response whose item `name` is a list."""
    content = _parse_json_response(exchange, error)
    if isinstance(content, dict) and not isinstance(content.get(name), list):
        return LookupFailure("a response that is not a list", exchange.status)
    return content


def _parse_message_row(row: object) -> CarrierMessage | None:
    """Return the text, or None when its SID, status or date is missing or malformed."""
    if not isinstance(row, dict):
        return None
    sid, status = row.get("sid"), row.get("status")
    created_at = _parse_rfc2822_date(row.get("date_created"))
    if not (is_message_sid(sid) and isinstance(status, str) and created_at):
        return None
    senders = filter(None, (row.get("from"), row.get("messaging_service_sid")))
    return CarrierMessage(
        sid=sid,
        status=status,
        direction=str(row.get("direction") or ""),
        to=str(row.get("to") or ""),
        senders=frozenset(map(str, senders)),
        body=str(row.get("body") or ""),
        created_at=created_at,
        error_code=parse_whole_number(str(row.get("error_code") or ""), MAX_ERROR_CODE_DIGITS),
        from_number=str(row.get("from") or ""),
        media_count=parse_whole_number(str(row.get("num_media") or ""), MAX_MEDIA_DIGITS) or 0,
        price=_parse_price(row.get("price")),
    )


def _parse_price(price: object) -> str | None:
    if not isinstance(price, str) or not PRICE_PATTERN.fullmatch(price):
        return None
    return price


def _parse_rfc2822_date(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # A date without a zone ("-0000") comes back naive and means UTC.
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


def _compute_clock_skew(exchange: HttpExchange) -> timedelta:
    """Return how far the response's Date is ahead of our clock; zero without a Date.

    The seconds that the response travelled are far below the margins of a look-up.
    """
    return find_clock_skew(exchange) or timedelta()


def find_clock_skew(exchange: HttpExchange) -> timedelta | None:
    """Return how far the response's Date is ahead of our clock; None without a Date."""
    carrier_time = _parse_rfc2822_date(exchange.headers.get("date"))
    if carrier_time is None:
        return None
    return carrier_time - now()
