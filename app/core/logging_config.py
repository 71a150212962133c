"""Logs: ids only. A phone number or a secret that slips in is masked on its way out."""

import json
import logging
import math
import re
import sys
import threading
import time
from datetime import UTC, datetime

from app.core.settings import Settings

PHONE_PATTERN = re.compile(r"\+[1-9]\d{6,14}")
NOISY_LOGGERS = ("apscheduler", "twilio", "aiohttp", "asyncio")


class MaskingFormatter(logging.Formatter):
    """One line a record, with phones and the process's secrets masked."""

    def __init__(self, form: str, secrets: tuple[str, ...]) -> None:
        super().__init__("%(message)s")
        self.log_format = form
        self.secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        text = PHONE_PATTERN.sub("+…", super().format(record))
        for secret in self.secrets:
            text = text.replace(secret, "…")
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if self.log_format == "json":
            return json.dumps(
                {"at": at, "level": record.levelname, "from": record.name, "text": text}
            )
        return f"{at} {record.levelname.lower()} {record.name}: {text}"


def configure_logging(settings: Settings) -> None:
    """Send every logger of this process through one masking handler on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    secrets = (
        settings.secret_key,
        settings.twilio_auth_token,
        settings.twilio_auth_token_previous,
    )
    others = (
        settings.admin_password,
        settings.alert_webhook_url,
    )  # a chat room's address lets anybody write there
    handler.setFormatter(MaskingFormatter(settings.log_format, (*secrets, *others)))
    root = logging.getLogger()
    root.handlers = [
        each for each in root.handlers if not isinstance(each.formatter, MaskingFormatter)
    ] + [handler]
    root.setLevel(logging.INFO)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


class ThrottledWarning:
    """Says what happens again and again: the first time at once, then at most once a minute how
    often it was.

    `first` is the line for the first time; `more` the one for the others, with their number and
    the seconds (`%s`).
    """

    def __init__(self, name: str, first: str, more: str, seconds: float = 60.0) -> None:
        self.logger = logging.getLogger(name)
        self.first_message, self.repeat_message, self.interval_seconds = (
            first,
            more,
            seconds,
        )
        self._lock = threading.Lock()
        self._count, self._since = 0, -math.inf

    def record_occurrence(self) -> None:
        """Count one, and say it if it is time."""
        with self._lock:
            self._count += 1
            count, passed = self._count, time.monotonic() - self._since
            if passed < self.interval_seconds:
                return
            self._count, self._since = 0, time.monotonic()
        if count == 1:
            self.logger.warning(self.first_message)
        else:
            self.logger.warning(self.repeat_message, count, round(passed))
