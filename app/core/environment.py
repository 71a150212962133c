"""Reading the environment: once, checked at once, complaining about everything at once."""

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

from app.core.settings import Settings
from app.domain.phones.phone_number import InvalidPhoneNumber, PhoneNumber, is_e164

TWILIO_VARIABLES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER")
WEAK_SECRET_KEYS = {
    "dev",
    "development",
    "secret",
    "changeme",
    "change-me",
    "change-this",
    "please-change-me",
}
SHORT_CODE_OR_SENDER_NAME = re.compile(r"[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


class BadSettings(Exception):
    """The environment cannot be used. `lines` says each reason in one sentence."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class _EnvironmentReader:
    """Takes values out of the environment and remembers what was wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def read_text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def read_number(self, name: str, default: float, low: float, high: float) -> float:
        raw = self.read_text(name, "")
        try:
            value = float(raw) if raw else default
        except ValueError:
            value = -1.0
        if raw and not low <= value <= high:
            self.problems.append(f"{name} must be a number from {low:g} to {high:g}.")
            return default
        return value

    def read_switch(self, name: str, default: bool) -> bool:
        raw = self.read_text(name, "1" if default else "0").lower()
        if raw not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            self.problems.append(f"{name} must be 0 or 1.")
        return raw in {"1", "true", "yes", "on"}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises BadSettings with one line for each thing that is wrong.
    """
    reader = _EnvironmentReader(os.environ if environ is None else environ)
    values: dict[str, Any] = {}
    for each in fields(Settings):
        if not each.metadata.get("derived"):
            values[each.name] = _read_setting(reader, each.name.upper(), each.default)
    values["admin_password"] = reader.environ.get("ADMIN_PASSWORD", "")
    values["missing_twilio_variables"] = _find_missing_twilio_variables(values)
    values["public_base_url"] = _choose_public_base_url(values)
    values["log_format"] = values["log_format"] or (
        "json" if values["app_env"] == "production" else "text"
    )
    settings = Settings(**values)
    problems = reader.problems + _find_setting_problems(settings)
    if settings.is_production:
        problems += _find_production_problems(settings)
    if problems:
        raise BadSettings(problems)
    return settings


def _choose_public_base_url(values: Mapping[str, Any]) -> str:
    """Where callbacks come in. Without Twilio, or in development, this machine is near enough."""
    local = values["app_env"] != "production" or not values["twilio_auth_token"]
    return (
        values["public_base_url"] or (f"http://127.0.0.1:{values['port']}" if local else "")
    ).rstrip("/")


NUMBER_BOUNDS: dict[str, tuple[float, float]] = {
    "SEND_RATE": (0.01, 10_000),
    "SEND_CONCURRENCY": (1, 1_000),
    "UNDO_SECONDS": (0, 3_600),
    "SCHEDULED_MESSAGE_MAX_LAG": (1, 100_000),
    "TRUST_PROXY": (0, 10),
    "PORT": (1, 65_535),
}


def _read_setting(reader: _EnvironmentReader, name: str, default: Any) -> Any:
    if isinstance(default, bool):
        return reader.read_switch(name, default)
    if isinstance(default, int | float):
        return type(default)(reader.read_number(name, default, *NUMBER_BOUNDS[name]))
    text = reader.read_text(name, "" if default == () else default)
    return (
        tuple(part.strip() for part in text.split(",") if part.strip()) if default == () else text
    )


def _find_missing_twilio_variables(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The Twilio variables that are missing while others are set.

    A messaging service stands in for the number.
    """
    there = {name: bool(values[name.lower()]) for name in TWILIO_VARIABLES}
    there["TWILIO_FROM_NUMBER"] |= bool(values["twilio_messaging_service_sid"])
    missing = tuple(name for name in TWILIO_VARIABLES if not there[name])
    return missing if len(missing) < len(TWILIO_VARIABLES) else ()


def _find_setting_problems(settings: Settings) -> list[str]:
    """What no environment may have."""
    found = []
    if not settings.database_url.startswith("sqlite:///"):
        found.append("DATABASE_URL must be a SQLite address such as sqlite:///instance/sms.db.")
    if settings.app_env not in {"production", "development", "test"}:
        found.append("APP_ENV must be production or development.")
    if settings.app_timezone not in available_timezones():
        found.append("APP_TIMEZONE must be a zone name such as America/Denver.")
    if settings.default_region not in phonenumbers.SUPPORTED_REGIONS:
        found.append("DEFAULT_REGION must be a country's two letters such as US.")
    if settings.log_format not in {"text", "json"}:
        found.append("LOG_FORMAT must be text or json.")
    for name in ("public_base_url", "twilio_api_url", "alert_webhook_url"):
        address = getattr(settings, name)
        if address and (
            urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).netloc
        ):
            found.append(f"{name.upper()} must be an address such as https://sms.example.org.")
    return found + _find_phone_problems(settings)


def _find_phone_problems(settings: Settings) -> list[str]:
    found = []
    sender = settings.twilio_from_number
    if sender and not (is_e164(sender) or SHORT_CODE_OR_SENDER_NAME.fullmatch(sender)):
        found.append(
            "TWILIO_FROM_NUMBER must be written like +13035550100 (or be a short code or a sender name)."
        )
    if settings.admin_test_phone and not is_e164(settings.admin_test_phone):
        try:
            PhoneNumber.parse(settings.admin_test_phone, settings.default_region)
        except InvalidPhoneNumber as error:
            found.append(f"ADMIN_TEST_PHONE cannot be used: {error.sentence}")
    return found


def _find_production_problems(settings: Settings) -> list[str]:
    """What production refuses, each with its name."""
    found = []
    key = settings.secret_key
    if len(key) < 16 or key.lower() in WEAK_SECRET_KEYS or len(set(key)) < 6:
        found.append(
            "SECRET_KEY must be set to a long random text (at least 16 characters) in production."
        )
    if settings.missing_twilio_variables:
        found.append(
            f"Twilio is half set: {' and '.join(settings.missing_twilio_variables)} missing. Set all of them or none."
        )
    if settings.smsadmin_failpoint:
        found.append("SMSADMIN_FAILPOINT is for tests only and refused in production.")
    if settings.carrier == "twilio" and not settings.public_base_url:
        found.append("PUBLIC_BASE_URL must be set in production: Twilio reaches us there.")
    return found


def read_development_key(folder: Path) -> str:
    """Return the key that load_development_key() kept in this folder, or "" before there is one."""
    path = folder / "secret_key"
    return path.read_text().strip() if path.exists() else ""


def load_development_key(folder: Path) -> str:
    """The secret key of `make run`: made once, kept in the instance folder, readable by its
    owner only.
    """
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        mine = folder / f".secret_key.{secrets.token_hex(4)}"
        with open(os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)  # the first process to link wins; everybody reads a whole file
        mine.unlink()
    return path.read_text().strip()
