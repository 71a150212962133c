"""Loads the settings from the environment; one error names every problem."""

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from app.core.base_url import find_base_url_problems, normalize_base_url
from app.core.environment_reader import EnvironmentReader
from app.core.production_settings import (
    LOOPBACK_NAMES,
    find_production_problems,
)
from app.core.setting_problems import find_setting_problems
from app.core.settings import Settings

TWILIO_VARIABLES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER")
MIN_TOKEN_LENGTH = 16


class BadSettings(Exception):
    """The environment has unusable settings. `lines` has a sentence for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process (default: from os.environ).

    Raises BadSettings with one line for each problem.
    """
    if environ is None:
        environ = os.environ
    reader = EnvironmentReader(environ)
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
    problems = reader.problems + find_setting_problems(settings)
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


def _read_setting(reader: EnvironmentReader, name: str, default: Any) -> Any:
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
