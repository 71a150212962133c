"""Lengths of time in words."""

import math
from datetime import datetime

from app.domain.texts.plurals import format_two_units, pluralize


def format_time_until(moment: datetime, now: datetime) -> str:
    """Return "in 2 days 4 hours", "in 9 seconds", or "now" for a moment that has passed."""
    if moment <= now:
        return "now"
    return f"in {format_time_between(now, moment)}"


def format_time_between(earlier: datetime, later: datetime) -> str:
    """Return "2 days 4 hours" or "9 seconds": two units at most, the seconds rounded up."""
    seconds = math.ceil((later - earlier).total_seconds())
    if seconds < 60:
        return pluralize(seconds, "second")
    minutes = seconds // 60
    if minutes < 10:
        return format_two_units(minutes, "minute", seconds % 60, "second")
    if minutes < 60:
        return pluralize(minutes, "minute")
    if minutes < 24 * 60:
        return format_two_units(minutes // 60, "hour", minutes % 60, "minute")
    return format_two_units(minutes // (24 * 60), "day", minutes // 60 % 24, "hour")


def format_approximate_duration(seconds: float) -> str:
    """Return a rounded duration.

    "a few seconds", "about 40 seconds", "about 2 hours 10 minutes", "about 3 days 4 hours".
    """
    if seconds < 20:
        return "a few seconds"
    if seconds < 55:
        return f"about {math.ceil(seconds / 10) * 10} seconds"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {pluralize(minutes, 'minute')}"
    if minutes < 48 * 60:
        hours, minutes_left = divmod(round(minutes / 5) * 5, 60)
        return f"about {format_two_units(hours, 'hour', minutes_left, 'minute')}"
    days, hours = divmod(round(minutes / 60), 24)
    return f"about {format_two_units(days, 'day', hours, 'hour')}"


def format_rounded_duration(seconds: float) -> str:
    """Return "40 seconds", "5 minutes", "3 hours" or "2 days": one unit, rounded."""
    for unit_seconds, noun, limit in ((1, "second", 90), (60, "minute", 90), (3600, "hour", 48)):
        count = round(seconds / unit_seconds)
        if count < limit:
            return pluralize(max(1, count), noun)
    return pluralize(round(seconds / 86400), "day")
