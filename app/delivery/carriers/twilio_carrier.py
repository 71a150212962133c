"""Twilio, spoken to through its SDK over our own HTTP client; the sandbox is the same carrier
over a pretend one.
"""

from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from twilio.rest import Client

from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import SendOutcome
from app.delivery.carriers.message_lookup_results import (
    LookupFailure,
    MessageFetchResult,
    MessageListResult,
)
from app.delivery.carriers.twilio_lookup_responses import (
    parse_fetched_message,
    parse_message_list_page,
)
from app.delivery.carriers.twilio_send_outcome import (
    HttpExchange,
    classify_send_outcome,
    current_exchange,
)
from app.domain.delivery.message_lookups import LOOKUP_LOOKBACK, CarrierMessage

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
API_BASE_URL = "https://api.twilio.com"  # the HTTP client puts TWILIO_API_URL in its place
# Twilio's connection overrides: a receipt we answer with 503 is brought three times more,
# whatever went wrong
CONNECTION_OVERRIDES = "#rc=3&rp=all"
LIST_PAGE_SIZE, MAX_LIST_PAGES = 50, 5


class TwilioCarrier:
    """Hands single texts to Twilio's Messages resource. `name` is twilio or sandbox."""

    def __init__(self, settings: Settings, http_client: Any) -> None:
        self.name = settings.carrier
        self._http = http_client
        account = settings.twilio_account_sid or "AC" + "0" * 32
        self._client = Client(
            account, settings.twilio_auth_token or "sandbox", http_client=http_client
        )
        self._messages_url = f"{API_BASE_URL}/2010-04-01/Accounts/{account}/Messages.json"
        self._sender_params = _build_sender_params(settings)
        self._callback_base_url = _build_callback_base_url(settings)

    async def send(self, to: str, body: str, ref: str, valid_for: int | None = None) -> SendOutcome:
        """Hand over one text.

        Never raises; the outcome is judged from what was seen on the wire.
        """
        data: dict[str, object] = {"To": to, **self._sender_params, "Body": body}
        if self._callback_base_url:
            data["StatusCallback"] = f"{self._callback_base_url}/{ref}{CONNECTION_OVERRIDES}"
        if valid_for:
            data["ValidityPeriod"] = valid_for
        # the SDK's own request, without the object that messages.create() makes of an answer we
        # read ourselves
        return classify_send_outcome(
            *await _record_exchange(
                self._client.request_async("POST", self._messages_url, data=data)
            )
        )

    async def list_texts(self, to: str, since: datetime) -> MessageListResult | LookupFailure:
        """The texts to a phone made since 5 minutes before `since` (our clock), newest first,
        at most 250.

        Never raises. No filter by day: a text that has not left Twilio yet has no date to be
        filtered by.
        """
        texts: list[CarrierMessage] = []
        unread, skew, where = 0, timedelta(), ""
        for _ in range(MAX_LIST_PAGES):
            page = parse_message_list_page(
                *await _record_exchange(self._request_message_page(to, where))
            )
            if isinstance(page, LookupFailure):
                return page
            texts, unread, skew, where = (
                [*texts, *page.texts],
                unread + page.unreadable_count,
                page.clock_skew,
                page.next_uri,
            )
            # all of a page: what waited long inside Twilio may be listed before what was made
            # after it
            far = all(text.created_at < since + skew - LOOKUP_LOOKBACK for text in page.texts)
            if far or not where:
                return MessageListResult(tuple(texts), skew, is_complete=not unread)
        return MessageListResult(tuple(texts), skew, is_complete=False)

    def _request_message_page(self, to: str, where: str) -> Coroutine[Any, Any, Any]:
        messages = self._client.messages
        request: Coroutine[Any, Any, Any]
        request = (
            messages.get_page_async(API_BASE_URL + where)
            if where
            else messages.page_async(to=to, page_size=LIST_PAGE_SIZE)
        )
        return request

    async def fetch_text(self, sid: str) -> MessageFetchResult | LookupFailure:
        """One text by its sid. Never raises."""
        return parse_fetched_message(
            *await _record_exchange(self._client.messages(sid).fetch_async())
        )

    async def close(self) -> None:
        """Let go of every connection."""
        await self._http.close()


async def _record_exchange(
    request: Coroutine[Any, Any, Any],
) -> tuple[HttpExchange, BaseException | None]:
    """What was seen on the wire of one request of the SDK's, and what the SDK made of it."""
    exchange = HttpExchange()
    current_exchange.set(exchange)
    try:
        await request
    except Exception as trouble:  # noqa: BLE001 -- whatever the SDK raises decides nothing: the exchange does
        return exchange, trouble
    return exchange, None


def _build_sender_params(settings: Settings) -> dict[str, str]:
    if settings.carrier == "twilio" and settings.twilio_messaging_service_sid:
        return {"MessagingServiceSid": settings.twilio_messaging_service_sid}
    return {"From": settings.sender}


def _build_callback_base_url(settings: Settings) -> str:
    """Where receipts go.

    Twilio itself refuses an address on this machine (21609), so it gets none.
    """
    base = settings.public_base_url
    real_twilio = urlsplit(settings.twilio_api_url).hostname == "api.twilio.com"
    if not base or (
        settings.carrier == "twilio" and real_twilio and urlsplit(base).hostname in LOCAL_HOSTS
    ):
        return ""
    return f"{base}/webhooks/twilio/status"
