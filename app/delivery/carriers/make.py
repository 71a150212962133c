"""Which carrier this process sends through."""

from flask import Flask

from app.delivery.carriers.base import Carrier
from app.delivery.carriers.http import HttpClient
from app.delivery.carriers.sandbox import SandboxClient
from app.delivery.carriers.twilio import TwilioCarrier
from app.kit.settings import Settings


def carrier_for(app: Flask) -> Carrier:
    """Twilio when its three variables are set, else the sandbox: the same carrier over a pretend wire."""
    settings: Settings = app.extensions["settings"]
    if settings.carrier == "sandbox":
        return TwilioCarrier(settings, SandboxClient(app))
    return TwilioCarrier(settings, HttpClient(settings.twilio_api_url, settings.send_concurrency))
