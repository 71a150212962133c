"""When a pause of some days is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from app.domain.time.local_times import get_local_date, zone_or_utc


@dataclass(frozen=True)
class PauseEnd:
    """The moment (UTC) when a pause is over, and its day as a text says it: "December 28"."""

    moment: datetime
    day_in_words: str


def compute_pause_end(moment: datetime, days: int, zone: str) -> PauseEnd:
    """Return the end of a pause of so many days from `moment`: the beginning of a day there."""
    today = get_local_date(zone, moment)
    day = today + timedelta(days=days)
    ends_at = datetime.combine(day, time.min, zone_or_utc(zone)).astimezone(UTC)
    return PauseEnd(ends_at, describe_pause_end(ends_at, zone, moment))


def describe_pause_end(ends_at: datetime, zone: str, moment: datetime) -> str:
    """Return the day when a pause is over, with the year unless it is this one."""
    day = ends_at.astimezone(zone_or_utc(zone)).date()
    year = f", {day.year}" if day.year != get_local_date(zone, moment).year else ""
    return f"{day:%B} {day.day}{year}"
