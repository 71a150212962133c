"""The days that rules speak of: "the last 7 days", "the next 7 days", on the organisation's clocks.

A rule that was saved in May means other days in June.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class RuleDays:
    """Today, and the zone whose midnight begins a day."""

    today: date
    zone: str = "UTC"

    def find_day(self, days: int) -> date:
        """Return the day so many days after today; before it, where `days` is negative."""
        try:
            return self.today + timedelta(days=days)
        except OverflowError:
            return date.max if days > 0 else date.min

    def begin(self, day: date) -> datetime:
        """Return the moment (UTC) at which a day begins.

        The first and the last day of the calendar have no midnight in every zone.
        """
        if not date(1, 1, 3) < day < date(9999, 12, 29):
            return datetime.combine(day, time(), UTC)
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def list_anniversaries(self, first: int, last: int) -> list[str]:
        """Return the days from `first` to `last` after today as MM-DD, each once, in order.

        Who was born on February 29 has an anniversary on the 28th of other years.
        """
        last = min(last, first + 366)
        anniversaries = set()
        for days in range(first, last + 1):
            day = self.find_day(days)
            anniversaries.add(f"{day:%m-%d}")
            is_last_of_february = (day.month, day.day) == (2, 28)
            if is_last_of_february and (day + timedelta(days=1)).month == 3:
                anniversaries.add("02-29")
        return sorted(anniversaries)
