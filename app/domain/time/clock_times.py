"""Times of day as people write them: read into HH:MM, and written as a country writes them."""

import re
import unicodedata
from datetime import time

from app.domain.time.date_styles import get_date_style

# 18:30, 18.30, 18h30, 18 h, 6 PM, 6:30 p.m., 6:30 p. m., 1830, 18:30 Uhr, 18:30:00
CLOCK_PATTERN = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:\s*(?P<sign>[:.,h]|hrs?|uhr)\s*(?P<minute>[0-9]{2})?(?::[0-9]{2})?)?"
    r"\s*(?P<half>[ap]\s*\.?\s*m\.?|[ap])?\s*(?:uhr|h|hrs?|o'clock)?\.?",
)
FOUR_DIGITS_PATTERN = re.compile(r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})\s*(?:h|hrs?|uhr)?")
NAMED_TIMES = {
    "noon": "12:00",
    "midday": "12:00",
    "12 noon": "12:00",
    "midnight": "00:00",
    "mediodía": "12:00",
    "mediodia": "12:00",
    "midi": "12:00",
    "mittag": "12:00",
    "mittags": "12:00",
}


def parse_clock_time(text: str) -> str | None:
    """Return the time that somebody wrote as HH:MM of 24 hours, or None when it is none.

    A time without a.m. or p.m. is of 24 hours, as the browsers' own field has it.
    """
    written = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if written in NAMED_TIMES:
        return NAMED_TIMES[written]
    match = FOUR_DIGITS_PATTERN.fullmatch(written) or CLOCK_PATTERN.fullmatch(written)
    if match is None:
        return None
    groups = match.groupdict()
    # "18" alone is a number; "6 pm" and "18h" are times.
    if not (groups["minute"] or groups.get("sign") or groups.get("half")):
        return None
    if groups.get("sign") in (":", ".", ",") and not groups["minute"]:
        return None
    hour = _to_24_hours(int(groups["hour"]), groups.get("half") or "")
    minute = int(groups["minute"] or 0)
    if hour is None or hour > 23 or minute > 59:
        return None
    return f"{hour:02}:{minute:02}"


def format_clock_time(clock: str, region: str) -> str:
    """Return HH:MM as people of a country write it: "6:30 PM" in the United States."""
    return get_date_style(region).format_clock(time.fromisoformat(clock))


def _to_24_hours(hour: int, half: str) -> int | None:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half.startswith("p") else 0)
