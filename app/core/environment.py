"""Loads and checks the settings from the environment; one error names every problem."""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import phonenumbers

from app.core.base_url import find_base_url_problems, normalize_base_url
from app.core.mail import find_mail_problems
from app.core.production_settings import (
    LOOPBACK_NAMES,
    find_production_problems,
)
from app.core.production_settings import list_setting_warnings as list_setting_warnings
from app.core.settings import Settings
from app.core.sign_in_settings import find_sign_in_setting_problems
from app.domain.phones.phone_number import PhoneNumber, is_e164
from app.domain.phones.phone_problems import InvalidPhoneNumber

TWILIO_VARIABLES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER")
# Each may be read from a file instead: SECRET_KEY_FILE and so on.
SECRET_VARIABLES = {
    "SECRET_KEY",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_PREVIOUS",
    "TWILIO_API_SECRET",
    "ADMIN_PASSWORD",
    "ALERT_WEBHOOK_URL",
    "SMTP_PASSWORD",
    "PING_URL",
    "ERASED_NUMBERS_KEY",
    "BACKUP_PASSPHRASE",
}
MIN_TOKEN_LENGTH = 16
HSTS_PATTERN = re.compile(r"max-age=[0-9]{1,10}(; ?(includeSubDomains|preload))*")
SHORT_CODE_OR_SENDER_NAME = re.compile(r"[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


class BadSettings(Exception):
    """The environment has unusable settings. `lines` has a sentence for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class _EnvironmentReader:
    """Parses values of the environment and collects a sentence for each invalid one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def read_text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or self._read_secret_file(name) or default

    def read_password(self, name: str) -> str:
        """Return a password, which may begin or end with blanks."""
        return self.environ.get(name, "") or self._read_secret_file(name)

    def _read_secret_file(self, name: str) -> str:
        """Return what the file holds that the variable with _FILE at its end names, if any.

        systemd (LoadCredential) and Docker (secrets) hand secrets over so: an environment is
        shown by `systemctl show`, `docker inspect` and /proc.
        """
        path = self.environ.get(f"{name}_FILE", "").strip()
        if not path or name not in SECRET_VARIABLES:
            return ""
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problem = f"{name}_FILE names a file that cannot be read."
            # Passwords are read twice, see read_password().
            if problem not in self.problems:
                self.problems.append(problem)
            return ""

    def read_number(
        self,
        name: str,
        default: float,
        low: float,
        high: float,
    ) -> float:
        raw = self.read_text(name, "")
        if not raw:
            return default
        try:
            value = float(raw)
        except ValueError:
            value = -1.0
        if low <= value <= high:
            return value
        self.problems.append(f"{name} must be a number from {low:g} to {high:g}.")
        return default

    def read_switch(self, name: str, default: bool) -> bool:
        raw = self.read_text(name, "").lower()
        if not raw:
            return default
        if raw not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            self.problems.append(f"{name} must be 0 or 1.")
        return raw in {"1", "true", "yes", "on"}

    def read_list(self, name: str) -> tuple[str, ...]:
        items = [item.strip() for item in self.read_text(name, "").split(",")]
        return tuple(filter(None, items))


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process (default: from os.environ).

    Raises BadSettings with one line for each problem.
    """
    if environ is None:
        environ = os.environ
    reader = _EnvironmentReader(environ)
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        if not setting.metadata.get("derived"):
            values[setting.name] = _read_setting(reader, setting.name.upper(), setting.default)
    # A password may begin or end with blanks, which read_text() strips.
    for name in ("admin_password", "smtp_password"):
        values[name] = reader.read_password(name.upper())
    values["missing_twilio_variables"] = _find_missing_twilio_variables(values)
    values["public_base_url"] = _choose_public_base_url(values)
    values["trusted_hosts"] = values["trusted_hosts"] or _choose_trusted_hosts(values)
    values["log_format"] = values["log_format"] or _choose_log_format(values["app_env"])
    settings = Settings(**values)
    problems = reader.problems + _find_setting_problems(settings)
    if 0 < len(settings.metrics_token) < MIN_TOKEN_LENGTH:
        problems.append("METRICS_TOKEN must have at least 16 characters (openssl rand -hex 32).")
    if settings.is_production:
        problems += find_production_problems(settings)
    if problems:
        raise BadSettings(problems)
    return settings


def _choose_public_base_url(values: Mapping[str, Any]) -> str:
    """Return where callbacks come in: by default this machine, unless Twilio must reach it."""
    base_url: str = values["public_base_url"]
    is_local = values["app_env"] != "production" or not values["twilio_auth_token"]
    if not base_url and is_local:
        base_url = f"http://127.0.0.1:{values['port']}"
    return normalize_base_url(base_url)


def _choose_trusted_hosts(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names that production serves by default: that of PUBLIC_BASE_URL, and loopback.

    None of them in practice without PUBLIC_BASE_URL: people call the machine by any name then.
    """
    if find_base_url_problems(values["public_base_url"]):
        return ()
    public_name = urlsplit(values["public_base_url"]).hostname
    if values["app_env"] != "production" or public_name in (None, *LOOPBACK_NAMES):
        return ()
    return (public_name, *LOOPBACK_NAMES)


def _choose_log_format(app_env: str) -> str:
    if app_env == "production":
        return "json"
    return "text"


NUMBER_BOUNDS: dict[str, tuple[float, float]] = {
    "SEND_RATE": (0.01, 10_000),
    "SEND_CONCURRENCY": (1, 1_000),
    "UNDO_SECONDS": (0, 3_600),
    "SCHEDULED_MESSAGE_MAX_LAG": (1, 100_000),
    "TRUST_PROXY": (0, 10),
    "PORT": (1, 65_535),
    "USER_REQUEST_LIMIT": (0, 100_000),
    "SMTP_PORT": (1, 65_535),
    "SLOW_STATEMENT_MS": (1, 60_000),
}


def _read_setting(reader: _EnvironmentReader, name: str, default: Any) -> Any:
    if isinstance(default, bool):
        return reader.read_switch(name, default)
    if isinstance(default, int | float):
        return type(default)(reader.read_number(name, default, *NUMBER_BOUNDS[name]))
    if isinstance(default, tuple):
        return reader.read_list(name)
    return reader.read_text(name, default)


def _find_missing_twilio_variables(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the Twilio variables that are not set while at least one of them is.

    A messaging service replaces the from-number.
    """
    missing = [name for name in TWILIO_VARIABLES if not values[name.lower()]]
    if values["twilio_messaging_service_sid"] and "TWILIO_FROM_NUMBER" in missing:
        missing.remove("TWILIO_FROM_NUMBER")
    if len(missing) == len(TWILIO_VARIABLES):
        return ()
    return tuple(missing)


def _find_setting_problems(settings: Settings) -> list[str]:
    """Return a sentence for each setting that no environment may have."""
    problems = []
    if not settings.database_url.startswith("sqlite:///"):
        problems.append("DATABASE_URL must be a SQLite address such as sqlite:///instance/sms.db.")
    if settings.app_env not in {"production", "development", "test"}:
        problems.append("APP_ENV must be production or development.")
    if settings.app_timezone not in available_timezones():
        problems.append("APP_TIMEZONE must be a time zone name such as America/Denver.")
    if settings.default_region not in phonenumbers.SUPPORTED_REGIONS:
        problems.append("DEFAULT_REGION must be a two-letter country code such as US.")
    if settings.log_format not in {"text", "json"}:
        problems.append("LOG_FORMAT must be text or json.")
    for name in ("twilio_api_url", "alert_webhook_url", "ping_url"):
        url = getattr(settings, name)
        if url and not _is_http_url(url):
            problems.append(f"{name.upper()} must be an address such as https://sms.example.org.")
    problems += find_base_url_problems(settings.public_base_url)
    problems += find_sign_in_setting_problems(settings)
    problems += _find_header_problems(settings) + _find_api_key_problems(settings)
    return problems + _find_phone_problems(settings) + find_mail_problems(settings)


def _find_api_key_problems(settings: Settings) -> list[str]:
    key, secret = settings.twilio_api_key, settings.twilio_api_secret
    if bool(key) != bool(secret):
        return ["Set TWILIO_API_KEY and TWILIO_API_SECRET, or neither."]
    if key and not key.startswith("SK"):
        return ["TWILIO_API_KEY must be the SID of an API key, such as SK0123456789abcdef."]
    return []


def _find_header_problems(settings: Settings) -> list[str]:
    problems = []
    if not HSTS_PATTERN.fullmatch(settings.strict_transport_security):
        problems.append(
            "STRICT_TRANSPORT_SECURITY must be like max-age=31536000; includeSubDomains."
        )
    contact = settings.security_contact
    if contact and not contact.startswith(("mailto:", "https://", "tel:")):
        problems.append(
            "SECURITY_CONTACT must be an address with mailto:, https:// or tel: in front."
        )
    return problems


def _is_http_url(url: str) -> bool:
    split_url = urlsplit(url)
    return split_url.scheme in {"http", "https"} and bool(split_url.netloc)


def _find_phone_problems(settings: Settings) -> list[str]:
    problems = []
    sender = settings.twilio_from_number
    if sender and not (is_e164(sender) or SHORT_CODE_OR_SENDER_NAME.fullmatch(sender)):
        problems.append(
            "TWILIO_FROM_NUMBER must be a number such as +13035550100, "
            "a short code or a sender name."
        )
    if settings.admin_test_phone and not is_e164(settings.admin_test_phone):
        try:
            PhoneNumber.parse(settings.admin_test_phone, settings.default_region)
        except InvalidPhoneNumber as error:
            problems.append(f"ADMIN_TEST_PHONE cannot be used: {error.sentence}")
    return problems


def read_development_key(folder: Path) -> str:
    """Return the key that load_development_key() kept in this folder, or "" before there is one."""
    path = folder / "secret_key"
    return path.read_text().strip() if path.exists() else ""


def load_development_key(folder: Path) -> str:
    """Return the secret key of `make run`, which the first call writes to the instance folder.

    Only the file's owner can read it. Several processes may call this at once.
    """
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = folder / f".secret_key.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        # Linking a finished file: the first process wins, and none reads a half-written key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
