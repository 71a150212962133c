"""Twilio through its SDK over our own HTTP client; the sandbox uses the same carrier class."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from twilio.rest import Client

from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import SendOutcome
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MediaItem,
    MessageFetchResult,
    MessageListPage,
    MessageListResult,
)
from app.delivery.carriers.twilio_lookup_responses import (
    find_clock_skew,
    parse_fetched_message,
    parse_media_list,
    parse_message_list_page,
)
from app.delivery.carriers.twilio_send_outcome import (
    HttpExchange,
    classify_send_outcome,
    current_exchange,
)
from app.domain.delivery.callback_addresses import RECEIPT_OVERRIDES
from app.domain.delivery.lookup_matching import CarrierMessage
from app.domain.delivery.message_lookups import LOOKUP_LOOKBACK

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
# The HTTP client replaces this by TWILIO_API_URL.
API_BASE_URL = "https://api.twilio.com"
LIST_PAGE_SIZE = 50
MAX_LIST_PAGES = 5
# The most that Twilio gives on a page; 50 pages are a day of a sender at its full rate.
ACCOUNT_LIST_PAGE_SIZE = 1000
MAX_ACCOUNT_LIST_PAGES = 50


class TwilioCarrier:
    """Sends and looks up texts at Twilio's Messages resource. `name` is twilio or sandbox."""

    def __init__(self, settings: Settings, http_client: Any) -> None:
        self.name = settings.carrier
        self._http = http_client
        account = settings.twilio_account_sid or "AC" + "0" * 32
        # An API key can be revoked alone; the account's token also signs the webhooks.
        self._client = Client(
            settings.twilio_api_key or account,
            settings.twilio_api_secret or settings.twilio_auth_token or "sandbox",
            account,
            http_client=http_client,
        )
        self._messages_url = f"{API_BASE_URL}/2010-04-01/Accounts/{account}/Messages.json"
        self._sender_params = _build_sender_params(settings)
        self._callback_base_url = _build_callback_base_url(settings)

    async def send(
        self,
        to: str,
        body: str,
        ref: str,
        valid_for: int | None = None,
        latest_start: float | None = None,
    ) -> SendOutcome:
        """Send one text. Never raises; the recorded HTTP exchange decides the outcome."""
        data: dict[str, object] = {"To": to, **self._sender_params, "Body": body}
        if self._callback_base_url:
            data["StatusCallback"] = f"{self._callback_base_url}/{ref}{RECEIPT_OVERRIDES}"
        if valid_for:
            data["ValidityPeriod"] = valid_for
        # Not messages.create(): it would build an object from a response that we parse ourselves.
        request = self._client.request_async("POST", self._messages_url, data=data)
        return classify_send_outcome(*await _record_exchange(request, latest_start))

    async def list_texts(self, to: str, since: datetime) -> MessageListResult | LookupFailure:
        """List the texts to a phone since 5 minutes before `since` (our clock), newest first.

        At most 250. Never raises.
        """
        # No filter by day: a text that has not left Twilio yet has no date to filter by.
        filters = {"to": to, "page_size": LIST_PAGE_SIZE}
        return await self._list_pages(
            lambda skew: since + skew - LOOKUP_LOOKBACK, filters, MAX_LIST_PAGES
        )

    async def list_messages(
        self, since: datetime, to: str = "", from_number: str = ""
    ) -> MessageListResult | LookupFailure:
        """List the account's texts since `since`, in the order written.

        `since` is on Twilio's clock. `to`, `from_number`: only the texts to or from this number;
        "" for all of both directions. At most 50,000, the newest. Never raises.
        """
        filters: dict[str, object] = {"page_size": ACCOUNT_LIST_PAGE_SIZE}
        if to:
            filters["to"] = to
        if from_number:
            filters["from_"] = from_number
        result = await self._list_pages(lambda _skew: since, filters, MAX_ACCOUNT_LIST_PAGES)
        if isinstance(result, LookupFailure):
            return result
        texts = [text for text in reversed(result.texts) if text.created_at >= since]
        # Twilio's times are whole seconds; texts of one second keep its order, turned round.
        texts.sort(key=lambda text: text.created_at)
        return replace(result, texts=tuple(texts))

    async def list_message_page(
        self, next_uri: str = "", from_number: str = ""
    ) -> MessageListPage | LookupFailure:
        """List one page of the account's texts of both directions, newest first: up to 1,000.

        `next_uri`: that of the page before; "" for the first page. Never raises.
        """
        filters: dict[str, object] = {"page_size": ACCOUNT_LIST_PAGE_SIZE}
        if from_number:
            filters["from_"] = from_number
        request = self._request_message_page(filters, next_uri)
        return parse_message_list_page(*await _record_exchange(request))

    async def measure_clock_skew(self) -> timedelta | None:
        """Return how far Twilio's clock is ahead of ours; None without an answer. Never raises."""
        request = self._request_message_page({"page_size": 1}, "")
        exchange, _ = await _record_exchange(request)
        return find_clock_skew(exchange)

    async def _list_pages(
        self,
        find_start: Callable[[timedelta], datetime],
        filters: dict[str, object],
        max_pages: int,
    ) -> MessageListResult | LookupFailure:
        """List pages until one is older than the start, which depends on the carrier's clock."""
        texts: list[CarrierMessage] = []
        unreadable_count = 0
        next_uri = ""
        clock_skew = timedelta()
        for _ in range(max_pages):
            request = self._request_message_page(filters, next_uri)
            page = parse_message_list_page(*await _record_exchange(request))
            if isinstance(page, LookupFailure):
                return page
            texts += page.texts
            unreadable_count += page.unreadable_count
            next_uri, clock_skew = page.next_uri, page.clock_skew
            # The whole page must be older: a text that waited long inside Twilio may be listed
            # before texts that were created after it.
            oldest_wanted = find_start(clock_skew)
            is_past_start = all(text.created_at < oldest_wanted for text in page.texts)
            if is_past_start or not next_uri:
                is_complete = unreadable_count == 0
                return MessageListResult(tuple(texts), clock_skew, is_complete)
        return MessageListResult(tuple(texts), clock_skew, is_complete=False)

    def _request_message_page(
        self, filters: dict[str, Any], next_uri: str
    ) -> Coroutine[Any, Any, Any]:
        messages = self._client.messages
        request: Coroutine[Any, Any, Any]
        if next_uri:
            request = messages.get_page_async(API_BASE_URL + next_uri)
        else:
            request = messages.page_async(**filters)
        return request

    async def list_media(self, sid: str) -> tuple[MediaItem, ...] | LookupFailure:
        """List the pictures and other files of a text. Never raises."""
        request = self._client.messages(sid).media.page_async(page_size=LIST_PAGE_SIZE)
        return parse_media_list(*await _record_exchange(request))

    async def fetch_text(self, sid: str) -> MessageFetchResult | LookupFailure:
        """Fetch one text by its SID. Never raises."""
        request = self._client.messages(sid).fetch_async()
        return parse_fetched_message(*await _record_exchange(request))

    async def close(self) -> None:
        """Close every connection to the carrier."""
        await self._http.close()


async def _record_exchange(
    request: Coroutine[Any, Any, Any], latest_start: float | None = None
) -> tuple[HttpExchange, BaseException | None]:
    """Run one request of the SDK; return what the HTTP client recorded, and the SDK's error."""
    exchange = HttpExchange(latest_start=latest_start)
    current_exchange.set(exchange)
    try:
        await request
    except Exception as error:  # noqa: BLE001 -- the SDK's errors decide nothing, the exchange does
        return exchange, error
    return exchange, None


def _build_sender_params(settings: Settings) -> dict[str, str]:
    if settings.carrier == "twilio" and settings.twilio_messaging_service_sid:
        return {"MessagingServiceSid": settings.twilio_messaging_service_sid}
    return {"From": settings.sender}


def _build_callback_base_url(settings: Settings) -> str:
    """Return the address that receipts go to, or "" when Twilio could not reach it."""
    base_url = settings.public_base_url
    if not base_url:
        return ""
    is_real_twilio = (
        settings.carrier == "twilio"
        and urlsplit(settings.twilio_api_url).hostname == "api.twilio.com"
    )
    # Twilio refuses a text whose callback is on this machine (error 21609).
    if is_real_twilio and urlsplit(base_url).hostname in LOCAL_HOSTS:
        return ""
    return f"{base_url}/webhooks/twilio/status"
