"""An app that Twilio calls."""

import pytest

from app.core import logging_config
from app.webhooks.views import call_refusal
from tests.webhooks.calls import BASE, TWILIO


@pytest.fixture
def twilio_app(make_app):
    """An app connected to Twilio, reached at BASE from outside, while the key is being changed."""
    return make_app(**TWILIO, twilio_auth_token_previous="old" * 10, public_base_url=BASE)


@pytest.fixture
def sandbox_app(make_app):
    """An app on the practice carrier, where nobody confirms a STOP but us; its phones sign as
    Twilio does.
    """
    return make_app(public_base_url=BASE)


@pytest.fixture(autouse=True)
def nothing_was_refused_yet(monkeypatch):
    """The process counts forgeries for its whole life; each test begins at none."""
    for name in ("wrong_signature_log", "wrong_account_log"):
        said = getattr(call_refusal, name)
        monkeypatch.setattr(
            call_refusal,
            name,
            logging_config.ThrottledWarning(
                said.logger.name,
                said.first_message,
                said.repeat_message,
                said.interval_seconds,
            ),
        )
