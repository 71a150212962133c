"""Which carrier this process sends through."""

from flask import Flask

from app.core.settings import Settings
from app.delivery.carriers.base import Carrier
from app.delivery.carriers.http import HttpClient
from app.delivery.carriers.sandbox import SandboxClient
from app.delivery.carriers.twilio import TwilioCarrier
from app.domain.delivery.message_lookups import MAX_CONCURRENT_LOOKUPS


def carrier_for(app: Flask) -> Carrier:
    """Twilio when its three variables are set, else the sandbox: the same carrier over a
    pretend wire.
    """
    settings: Settings = app.extensions["settings"]
    if settings.carrier == "sandbox":
        return TwilioCarrier(settings, SandboxClient(app))
    # look-ups have lines of their own: they never stand in front of a text
    lines = settings.send_concurrency + MAX_CONCURRENT_LOOKUPS
    return TwilioCarrier(settings, HttpClient(settings.twilio_api_url, lines))
