"""When a pause of some days is over."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.domain.time.local_times import get_local_date, zone_or_utc


@dataclass(frozen=True)
class PauseEnd:
    """When a pause is over: the moment (UTC), and its day there. `today`: the day it was asked."""

    moment: datetime
    day: date
    today: date

    @property
    def is_other_year(self) -> bool:
        """Whether the day is said with its year."""
        return self.day.year != self.today.year

    @property
    def day_in_words(self) -> str:
        """The day in English, with the year unless it is this one: "December 28"."""
        year = f", {self.day.year}" if self.is_other_year else ""
        return f"{self.day:%B} {self.day.day}{year}"


def compute_pause_end(moment: datetime, days: int, zone: str) -> PauseEnd:
    """Return the end of a pause of so many days from `moment`: the beginning of a day there."""
    today = get_local_date(zone, moment)
    day = today + timedelta(days=days)
    ends_at = datetime.combine(day, time.min, zone_or_utc(zone)).astimezone(UTC)
    return PauseEnd(ends_at, day, today)


def describe_pause_end(ends_at: datetime, zone: str, moment: datetime) -> str:
    """Return the day when a pause is over in words, as seen at `moment`."""
    day = ends_at.astimezone(zone_or_utc(zone)).date()
    return PauseEnd(ends_at, day, get_local_date(zone, moment)).day_in_words
