"""Logs: ids only. A phone number or a secret that slips in is masked on its way out."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from app.kit.settings import Settings

PHONE = re.compile(r"\+[1-9]\d{6,14}")
NOISY = ("apscheduler", "twilio", "aiohttp", "asyncio")


class Masked(logging.Formatter):
    """One line a record, with phones and the process's secrets masked."""

    def __init__(self, form: str, secrets: tuple[str, ...]) -> None:
        super().__init__("%(message)s")
        self.form = form
        self.secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        text = PHONE.sub("+…", super().format(record))
        for secret in self.secrets:
            text = text.replace(secret, "…")
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if self.form == "json":
            return json.dumps({"at": at, "level": record.levelname, "from": record.name, "text": text})
        return f"{at} {record.levelname.lower()} {record.name}: {text}"


def install(settings: Settings) -> None:
    """Send every logger of this process through one masking handler on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    secrets = (settings.secret_key, settings.twilio_auth_token, settings.twilio_auth_token_previous)
    others = (settings.admin_password, settings.alert_webhook_url)  # a chat room's address lets anybody write there
    handler.setFormatter(Masked(settings.log_format, (*secrets, *others)))
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each.formatter, Masked)] + [handler]
    root.setLevel(logging.INFO)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
