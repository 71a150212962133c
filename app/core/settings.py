"""The settings of one process: the environment variables, and values derived from them."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app

from app.domain.phones.phone_number import PhoneNumber, is_e164
from app.domain.phones.phone_problems import InvalidPhoneNumber

PROJECT_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, repr=False)
class Settings:
    """Every environment variable in lower case, with its default (see docs/settings.md)."""

    secret_key: str = ""
    app_env: str = "production"
    database_url: str = "sqlite:///instance/sms.db"
    admin_username: str = "admin"
    admin_password: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_api_key: str = ""
    twilio_api_secret: str = ""
    twilio_from_number: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = "https://api.twilio.com"
    public_base_url: str = ""
    send_rate: float = 0.0
    send_concurrency: int = 32
    admin_test_phone: str = ""
    alert_webhook_url: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_security: str = "starttls"
    mail_from: str = ""
    ping_url: str = ""
    backups: bool = True
    backup_folder: str = ""
    backup_passphrase: str = ""
    backup_command: str = ""
    scheduler_enabled: bool = True
    undo_seconds: int = 10
    scheduled_message_max_lag: int = 60
    app_timezone: str = "UTC"
    default_region: str = "US"
    twilio_auth_token_previous: str = ""
    smsadmin_failpoint: str = ""
    trust_proxy: int = 0
    trusted_hosts: tuple[str, ...] = ()
    secret_key_fallbacks: tuple[str, ...] = ()
    remote_user_header: str = ""
    log_format: str = ""
    strict_transport_security: str = "max-age=31536000; includeSubDomains"
    security_contact: str = ""
    user_request_limit: int = 300
    erased_numbers_key: str = ""
    metrics_token: str = ""
    slow_statement_ms: int = 100
    host: str = "127.0.0.1"
    port: int = 5000
    missing_twilio_variables: tuple[str, ...] = field(default=(), metadata={"derived": True})

    def __repr__(self) -> str:
        return f"<Settings {self.app_env} {self.carrier}>"

    @property
    def is_production(self) -> bool:
        """Whether real people may be texted; unsafe settings are refused then."""
        return self.app_env == "production"

    @property
    def carrier(self) -> str:
        """ "twilio" when its three variables are set, else "sandbox"."""
        if self.twilio_account_sid and self.twilio_auth_token and self.sender_id:
            return "twilio"
        return "sandbox"

    @property
    def has_mail(self) -> bool:
        """Whether e-mails can be sent: there is a server and an address that they come from."""
        return bool(self.smtp_host and self.mail_from)

    @property
    def sender_id(self) -> str:
        """The sender of texts: the messaging service if there is one, else the from-number."""
        return self.twilio_messaging_service_sid or self.twilio_from_number

    @property
    def sender(self) -> str:
        """The sender of the carrier in use; the sandbox has a made-up number of its own."""
        if self.carrier == "twilio":
            return self.sender_id
        return SANDBOX_NUMBER

    @property
    def test_phone(self) -> str | None:
        """The phone (E.164) of tests and alerts; None if ADMIN_TEST_PHONE is empty or invalid."""
        if not self.admin_test_phone:
            return None
        if is_e164(self.admin_test_phone):
            return self.admin_test_phone
        try:
            return PhoneNumber.parse(self.admin_test_phone, self.default_region).e164
        except InvalidPhoneNumber:
            return None

    @property
    def effective_send_rate(self) -> float:
        """Segments a second for the carrier: SEND_RATE, else the limit of this kind of sender."""
        return self.send_rate or get_sender_rate(self.sender, self.carrier)

    @property
    def database_path(self) -> Path:
        """The SQLite file. A relative path is relative to the project root."""
        # A path that is absolute itself replaces PROJECT_ROOT.
        return PROJECT_ROOT / self.database_url.removeprefix("sqlite:///")

    @property
    def backup_path(self) -> Path:
        """The folder for backups: BACKUP_FOLDER, else `backups` beside the database."""
        if self.backup_folder:
            return PROJECT_ROOT / self.backup_folder
        return self.database_path.parent / "backups"

    @property
    def makes_backups(self) -> bool:
        """Whether the program makes backups by itself."""
        return self.backups and self.scheduler_enabled

    @property
    def sandbox_key(self) -> str:
        """The key that signs the callbacks of the sandbox carrier to our webhooks."""
        return hmac.new(self.secret_key.encode(), b"sandbox", hashlib.sha256).hexdigest()

    @property
    def erasure_key(self) -> str:
        """The key of the hashes of erased numbers; with another one none of them matches.

        It stays what it was when SECRET_KEY changes: the oldest key that is still known.
        """
        oldest_keys = (self.erased_numbers_key, *reversed(self.secret_key_fallbacks))
        secret = next(filter(None, oldest_keys), self.secret_key)
        return hmac.new(secret.encode(), b"erased numbers", hashlib.sha256).hexdigest()

    @property
    def webhook_keys(self) -> tuple[str, ...]:
        """The keys that may sign a webhook: Twilio's two while they rotate, or the sandbox's."""
        if self.carrier == "sandbox":
            return (self.sandbox_key,)
        return tuple(filter(None, (self.twilio_auth_token, self.twilio_auth_token_previous)))


def current_settings() -> Settings:
    """Return the settings of the app whose context is active."""
    return cast("Settings", current_app.extensions["settings"])


# 555-01xx is reserved for fiction: nobody has this number.
SANDBOX_NUMBER = "+12025550100"
# Segments a second. The first three are Twilio's own defaults for these kinds of senders.
LONG_CODE_RATE = 1.0
TOLL_FREE_RATE = 3.0
SHORT_CODE_RATE = 100.0
SANDBOX_RATE = 50.0
TOLL_FREE_AREA_CODES = {"800", "833", "844", "855", "866", "877", "888"}


def get_sender_rate(sender: str, carrier: str) -> float:
    """Return the segments a second that this kind of sender may send."""
    if carrier == "sandbox":
        return SANDBOX_RATE
    digits = sender.lstrip("+")
    if digits.isdigit() and len(digits) <= 6:
        return SHORT_CODE_RATE
    if sender.startswith("+1") and sender[2:5] in TOLL_FREE_AREA_CODES:
        return TOLL_FREE_RATE
    return LONG_CODE_RATE
