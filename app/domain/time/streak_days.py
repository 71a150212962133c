"""Streaks: how many days in a row somebody did something."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Streak:
    """The last run of consecutive days: its last day, its length, and the longest run in days."""

    last_day: date
    run_days: int
    longest_days: int

    def count_days(self, today: date) -> int:
        """Return the days of the streak; 0 once a whole day has passed without one.

        Today is not over, so a streak that ends yesterday still counts.
        """
        return self.run_days if self.last_day >= today - ONE_DAY else 0


def extend_streak(streak: Streak | None, day: date) -> Streak | None:
    """Return the streak with one more day; None where an earlier day makes it unclear.

    Then all days have to be counted, with count_streak().
    """
    if streak is None:
        return Streak(day, 1, 1)
    if day < streak.last_day:
        return None
    if day == streak.last_day:
        return streak
    # Calendar days, so that a day of 23 or 25 hours breaks nothing.
    run = streak.run_days + 1 if day - streak.last_day == ONE_DAY else 1
    return Streak(day, run, max(streak.longest_days, run))


def count_streak(days: Iterable[date]) -> Streak | None:
    """Return the streak of these days, in any order and with repeats; None for no day."""
    streak: Streak | None = None
    for day in sorted(days):
        streak = extend_streak(streak, day)
    return streak
