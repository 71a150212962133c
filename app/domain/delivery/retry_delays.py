"""How long to wait before asking the carrier again."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_BACKOFF_SECONDS = 60.0
MAX_RETRY_AFTER_SECONDS = 3600.0


def compute_retry_delay(attempt: int, retry_after: float | None, *, jitter: float = 0.0) -> float:
    """Seconds to wait after the `attempt`-th refusal (from 1): 1, 2, 4 … 60, and never less
    than the carrier asked for.

    `jitter` is a share of the backoff (-0.1 to 0.1) that spreads several senders; it never
    shortens the carrier's wish.
    """
    backoff = min(MAX_BACKOFF_SECONDS, 2.0 ** min(max(attempt - 1, 0), 6)) * (1 + jitter)
    return max(backoff, min(retry_after or 0.0, MAX_RETRY_AFTER_SECONDS))


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for (seconds or an HTTP date); None when it says
    nothing usable.
    """
    value = (text or "").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else None
