"""How long to wait before sending a request to the carrier again."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_BACKOFF_SECONDS = 60.0
# After "too many requests" one text goes to try, which costs nothing: it may go soon again.
MAX_THROTTLED_BACKOFF_SECONDS = 8.0
MAX_RETRY_AFTER_SECONDS = 3600.0
# 2 ** 6 seconds are more than MAX_BACKOFF_SECONDS; a larger power would overflow some day.
MAX_BACKOFF_EXPONENT = 6
# A header with more digits asks for no wait that could be meant.
SECONDS_PATTERN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


def compute_retry_delay(attempt: int, retry_after: float | None, *, jitter: float = 0.0) -> float:
    """Return the seconds to wait after refusal number `attempt` (from 1): 1, 2, 4 … 60.

    Never less than `retry_after`, which the carrier asked for. `jitter` is a share of the back-off
    (-0.1 to 0.1) that spreads several senders; it never shortens `retry_after`.
    """
    exponent = min(max(attempt - 1, 0), MAX_BACKOFF_EXPONENT)
    backoff = min(MAX_BACKOFF_SECONDS, 2.0**exponent) * (1 + jitter)
    return max(backoff, min(retry_after or 0.0, MAX_RETRY_AFTER_SECONDS))


def compute_throttled_delay(wave: int, retry_after: float | None) -> float:
    """Return the seconds to wait after wave number `wave` of "too many requests": 1, 2, 4, 8, 8."""
    backoff = min(compute_retry_delay(wave, None), MAX_THROTTLED_BACKOFF_SECONDS)
    return max(backoff, min(retry_after or 0.0, MAX_RETRY_AFTER_SECONDS))


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, given as seconds or as an HTTP date.

    None when the header is missing, malformed, or names a moment that has passed.
    """
    value = (header or "").strip()
    if SECONDS_PATTERN.fullmatch(value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else None
