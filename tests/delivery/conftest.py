"""A Twilio behind a real socket, and an app that sends through it."""

import pytest

from tests.delivery.helpers import twilio_settings
from tests.twilio_server import TwilioServer


@pytest.fixture
def twilio():
    """Start the tests' own Twilio server."""
    with TwilioServer() as server:
        yield server


@pytest.fixture
def sending_app(make_app, twilio):
    """Make an app that sends through `twilio`, as fast as it can."""
    return make_app(**twilio_settings(twilio))


@pytest.fixture
def database(make_settings):
    """The file of this test's database."""
    return make_settings().database_path
