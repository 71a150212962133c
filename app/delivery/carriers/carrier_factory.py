"""Which carrier this process sends through."""

from flask import Flask

from app.core.settings import Settings
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.carriers.sandbox_twilio_api import SandboxHttpClient
from app.delivery.carriers.twilio_carrier import TwilioCarrier
from app.delivery.carriers.twilio_http_client import HttpClient
from app.domain.delivery.message_lookups import MAX_CONCURRENT_LOOKUPS


def create_carrier(app: Flask) -> Carrier:
    """Twilio when its three variables are set, else the sandbox: the same carrier over a
    pretend wire.
    """
    settings: Settings = app.extensions["settings"]
    if settings.carrier == "sandbox":
        return TwilioCarrier(settings, SandboxHttpClient(app))
    # look-ups have lines of their own: they never stand in front of a text
    lines = settings.send_concurrency + MAX_CONCURRENT_LOOKUPS
    return TwilioCarrier(settings, HttpClient(settings.twilio_api_url, lines))
