"""A Twilio behind a real socket, and an app that sends through it."""

import pytest

from tests.delivery.town import twilio_settings
from tests.twilio_server import TwilioServer


@pytest.fixture
def twilio():
    """The tests' own Twilio."""
    with TwilioServer() as server:
        yield server


@pytest.fixture
def town(make_app, twilio):
    """An app that sends through `twilio`, as fast as it can."""
    return make_app(**twilio_settings(twilio))
