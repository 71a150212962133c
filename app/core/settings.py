"""The settings of one process: what the environment said, and what follows from it."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app

from app.domain.phones.phone_number import InvalidPhoneNumber, PhoneNumber, is_e164

PROJECT_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, repr=False)
class Settings:
    """Every environment variable, in lower case, with its default. docs/settings.md explains
    each.
    """

    secret_key: str = ""
    app_env: str = "production"
    database_url: str = "sqlite:///instance/sms.db"
    admin_username: str = "admin"
    admin_password: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_from_number: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = "https://api.twilio.com"
    public_base_url: str = ""
    send_rate: float = 0.0
    send_concurrency: int = 32
    admin_test_phone: str = ""
    alert_webhook_url: str = ""
    scheduler_enabled: bool = True
    undo_seconds: int = 10
    scheduled_message_max_lag: int = 60
    app_timezone: str = "UTC"
    default_region: str = "US"
    twilio_auth_token_previous: str = ""
    smsadmin_failpoint: str = ""
    trust_proxy: int = 0
    trusted_hosts: tuple[str, ...] = ()
    log_format: str = ""
    host: str = "127.0.0.1"
    port: int = 5000
    missing_twilio_variables: tuple[str, ...] = field(default=(), metadata={"derived": True})

    def __repr__(self) -> str:
        return f"<Settings {self.app_env} {self.carrier}>"

    @property
    def is_production(self) -> bool:
        """True where real people are texted: unsafe settings are refused."""
        return self.app_env == "production"

    @property
    def carrier(self) -> str:
        """ "twilio" when its three variables are set, else "sandbox"."""
        ready = self.twilio_account_sid and self.twilio_auth_token and self.sender_id
        return "twilio" if ready else "sandbox"

    @property
    def sender_id(self) -> str:
        """What texts are sent from: the messaging service if there is one, else the from-number."""
        return self.twilio_messaging_service_sid or self.twilio_from_number

    @property
    def sender(self) -> str:
        """The sender of the carrier in use; the sandbox has a made-up number of its own."""
        return self.sender_id if self.carrier == "twilio" else SANDBOX_NUMBER

    @property
    def test_phone(self) -> str | None:
        """Where tests and alerts go (E.164); None while ADMIN_TEST_PHONE is not set, or cannot
        be read.
        """
        typed = self.admin_test_phone
        if not typed or is_e164(typed):
            return typed or None
        try:
            return PhoneNumber.parse(typed, self.default_region).e164
        except InvalidPhoneNumber:
            return None

    @property
    def effective_send_rate(self) -> float:
        """Segments a second handed to the carrier: SEND_RATE, else what the kind of sender is
        allowed.
        """
        return self.send_rate or get_sender_rate(self.sender, self.carrier)

    @property
    def database_path(self) -> Path:
        """The SQLite file. A relative path is relative to the project root."""
        path = Path(self.database_url.removeprefix("sqlite:///"))
        return path if path.is_absolute() else PROJECT_ROOT / path

    @property
    def sandbox_key(self) -> str:
        """The key that signs what the pretend carrier sends to our webhooks."""
        return hmac.new(self.secret_key.encode(), b"sandbox", hashlib.sha256).hexdigest()

    @property
    def erasure_key(self) -> str:
        """The key of the hashes that erased numbers are remembered by.

        With another SECRET_KEY they mean nobody.
        """
        return hmac.new(self.secret_key.encode(), b"erased numbers", hashlib.sha256).hexdigest()

    @property
    def webhook_keys(self) -> tuple[str, ...]:
        """The keys a webhook's signature may be made with: two of Twilio's while rotating, or
        the sandbox's one.
        """
        if self.carrier == "sandbox":
            return (self.sandbox_key,)
        return tuple(filter(None, (self.twilio_auth_token, self.twilio_auth_token_previous)))


def current_settings() -> Settings:
    """Return the settings of the app whose context is active."""
    return cast("Settings", current_app.extensions["settings"])


SANDBOX_NUMBER = "+12025550100"
LONG_CODE_RATE, TOLL_FREE_RATE, SHORT_CODE_RATE, SANDBOX_RATE = 1.0, 3.0, 100.0, 50.0


def get_sender_rate(sender: str, carrier: str) -> float:
    """What a kind of sender may hand over, segments a second (Twilio's own defaults)."""
    if carrier == "sandbox":
        return SANDBOX_RATE
    digits = sender.lstrip("+")
    if digits.isdigit() and len(digits) <= 6:
        return SHORT_CODE_RATE
    if sender.startswith("+1") and sender[2:5] in {
        "800",
        "833",
        "844",
        "855",
        "866",
        "877",
        "888",
    }:
        return TOLL_FREE_RATE
    return LONG_CODE_RATE
