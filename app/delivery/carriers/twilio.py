"""Twilio, spoken to through its SDK over our own HTTP client; the sandbox is the same carrier over a pretend one."""

from typing import Any
from urllib.parse import urlsplit

from twilio.rest import Client

from app.delivery.carriers.base import Outcome
from app.delivery.carriers.exchange import Exchange, current, outcome_of
from app.kit.settings import Settings

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


class TwilioCarrier:
    """Hands single texts to Twilio's Messages resource. `name` is twilio or sandbox."""

    def __init__(self, settings: Settings, http_client: Any) -> None:
        self.name = settings.carrier
        self._http = http_client
        account = settings.twilio_account_sid or "AC" + "0" * 32
        self._client = Client(account, settings.twilio_auth_token or "sandbox", http_client=http_client)
        self._from = _sender(settings)
        self._callback = _callback_base(settings)

    async def send(self, to: str, body: str, ref: str, valid_for: int | None = None) -> Outcome:
        """Hand over one text. Never raises; the outcome is judged from what was seen on the wire."""
        exchange = Exchange()
        current.set(exchange)
        extra: dict[str, Any] = {"status_callback": f"{self._callback}/{ref}"} if self._callback else {}
        if valid_for:
            extra["validity_period"] = valid_for
        error: BaseException | None = None
        try:
            await self._client.messages.create_async(to=to, body=body, **self._from, **extra)
        except Exception as trouble:  # noqa: BLE001 -- whatever the SDK raises decides nothing: the exchange does
            error = trouble
        return outcome_of(exchange, error)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._http.close()


def _sender(settings: Settings) -> dict[str, str]:
    if settings.carrier == "twilio" and settings.twilio_messaging_service_sid:
        return {"messaging_service_sid": settings.twilio_messaging_service_sid}
    return {"from_": settings.sender}


def _callback_base(settings: Settings) -> str:
    """Where receipts go. Twilio itself refuses an address on this machine (21609), so it gets none."""
    base = settings.public_base_url
    real_twilio = urlsplit(settings.twilio_api_url).hostname == "api.twilio.com"
    if not base or (settings.carrier == "twilio" and real_twilio and urlsplit(base).hostname in LOCAL_HOSTS):
        return ""
    return f"{base}/webhooks/twilio/status"
