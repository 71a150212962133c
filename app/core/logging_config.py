"""Logging. Log texts hold ids only; the formatter masks phone numbers and secrets all the same."""

import json
import logging
import math
import re
import sys
import threading
import time
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler

from app.core.log_writer import NonBlockingHandler, RepeatFilter
from app.core.settings import Settings

PHONE_PATTERN = re.compile(r"\+[1-9]\d{6,14}")
# Flask-WTF's writes a line for each form without a token, which anybody can send by the hundred
# a second; error_pages.py counts them.
NOISY_LOGGERS = ("apscheduler", "twilio", "aiohttp", "asyncio", "flask_wtf.csrf")
# The log of a start in a terminal: instance/sms.log beside instance/sms.db.
LOG_FILE_SUFFIX = ".log"
MAX_LOG_FILE_BYTES = 2 * 1024 * 1024
KEPT_LOG_FILES = 3
# A shorter secret is part of ordinary words: masking "a" would tell which letter it is.
MIN_SECRET_LENGTH = 8


class MaskingFormatter(logging.Formatter):
    """Formats a record as one line, with phone numbers and the process's secrets masked."""

    def __init__(self, log_format: str, secrets: tuple[str, ...]) -> None:
        super().__init__("%(message)s")
        self.log_format = log_format
        self.secrets = tuple(secret for secret in secrets if len(secret) >= MIN_SECRET_LENGTH)

    def format(self, record: logging.LogRecord) -> str:
        text = PHONE_PATTERN.sub("+…", super().format(record))
        for secret in self.secrets:
            text = text.replace(secret, "…")
        time_text = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if self.log_format == "json":
            entry = {
                "at": time_text,
                "level": record.levelname,
                "from": record.name,
                "text": text,
            }
            return json.dumps(entry)
        return f"{time_text} {record.levelname.lower()} {record.name}: {text}"


def configure_logging(settings: Settings) -> None:
    """Send every logger of this process to one place, through one MaskingFormatter.

    That is standard error, where journald and containers collect it; but a file while a person
    looks at the terminal of a development start, which prints the one address to open.
    """
    secrets = (
        settings.secret_key,
        *settings.secret_key_fallbacks,
        settings.twilio_auth_token,
        settings.twilio_auth_token_previous,
        settings.twilio_api_secret,
        settings.erased_numbers_key,
        settings.admin_password,
        # Whoever knows the webhook URL of a chat channel can post there.
        settings.alert_webhook_url,
        settings.smtp_password,
        # Whoever knows it can say that all is well.
        settings.ping_url,
        settings.metrics_token,
    )
    handler = _build_handler(settings)
    handler.addFilter(RepeatFilter())
    handler.setFormatter(MaskingFormatter(settings.log_format, secrets))
    root = logging.getLogger()
    # Replace the handler of an earlier call; pytest's own handlers stay.
    for old_handler in list(root.handlers):
        if isinstance(old_handler.formatter, MaskingFormatter):
            root.removeHandler(old_handler)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def _build_handler(settings: Settings) -> logging.Handler:
    """Return the handler for the log file, or for standard error."""
    if settings.app_env == "development" and sys.stderr.isatty():
        path = settings.database_path.with_suffix(LOG_FILE_SUFFIX)
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(
            path, maxBytes=MAX_LOG_FILE_BYTES, backupCount=KEPT_LOG_FILES, encoding="utf-8"
        )
    return NonBlockingHandler(sys.stderr)


class ThrottledWarning:
    """Logs a repeated event: the first time at once, then its count at most once a minute.

    `first_message` is logged for the first time; `repeat_message` has two `%s`, for the count
    and for the seconds it is about. Safe to use from several threads.
    """

    def __init__(
        self, logger_name: str, first_message: str, repeat_message: str, seconds: float = 60.0
    ) -> None:
        self.logger = logging.getLogger(logger_name)
        self.first_message = first_message
        self.repeat_message = repeat_message
        self.interval_seconds = seconds
        self._lock = threading.Lock()
        self._count = 0
        self._logged_at = -math.inf

    def record_occurrence(self, address: str = "") -> None:
        """Count one occurrence, and log when the last line is `seconds` old.

        `address`: the network address of who caused it. A line about an attack names the last
        one, so that somebody can do something about it; logs hold no other address.
        """
        with self._lock:
            self._count += 1
            count = self._count
            seconds = time.monotonic() - self._logged_at
            if seconds < self.interval_seconds:
                return
            self._count = 0
            self._logged_at = time.monotonic()
        source = ""
        if address:
            source = f" (the last from {address})"
        if count == 1:
            self.logger.warning(self.first_message + "%s", source)
        else:
            self.logger.warning(self.repeat_message + "%s", count, round(seconds), source)
