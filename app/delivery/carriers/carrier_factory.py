"""Creates the carrier that this process sends through."""

from flask import Flask

from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.sandbox_twilio_api import SandboxHttpClient
from app.delivery.carriers.twilio_carrier import TwilioCarrier
from app.delivery.carriers.twilio_http_client import HttpClient
from app.domain.delivery.message_lookups import MAX_CONCURRENT_LOOKUPS


def create_carrier(app: Flask) -> Carrier:
    """Return Twilio when its three variables are set, else the sandbox.

    Both are the same carrier; the sandbox has another HTTP client under it.
    """
    # No app context: the engine's thread calls this.
    settings: Settings = app.extensions["settings"]
    if settings.carrier == "sandbox":
        return TwilioCarrier(settings, SandboxHttpClient(app))
    # Look-ups have connections of their own: a text never waits for one.
    connection_count = settings.send_concurrency + MAX_CONCURRENT_LOOKUPS
    return TwilioCarrier(settings, HttpClient(settings.twilio_api_url, connection_count))
