"""How many texts one person gets: a day and a week, over everything that is sent to them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.domain.delivery.skip_reasons import SkipReason
from app.domain.time.local_times import zone_or_utc

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class PersonLimits:
    """The texts for one person; None: no such limit.

    `day_start`, `week_start`: since when (UTC) they count; a week is seven days with today.
    """

    texts_a_day: int | None
    texts_a_week: int | None
    day_start: datetime
    week_start: datetime

    def find_skip_reason(self, today: int, week: int) -> SkipReason | None:
        """Return why a person with so many texts gets no blast; None when they may."""
        if self.texts_a_day is not None and today >= self.texts_a_day:
            return SkipReason.DAY_LIMIT
        if self.texts_a_week is not None and week >= self.texts_a_week:
            return SkipReason.WEEK_LIMIT
        return None


def build_person_limits(
    texts_a_day: int | None, texts_a_week: int | None, day: date, zone: str
) -> PersonLimits:
    """Return the limits on a day of the calendar of a zone."""
    week_start = day - timedelta(days=DAYS_OF_A_WEEK - 1)
    return PersonLimits(
        texts_a_day, texts_a_week, find_midnight(day, zone), find_midnight(week_start, zone)
    )


def find_midnight(day: date, zone: str) -> datetime:
    """Return the moment (UTC) at which a day begins on the clocks of a zone."""
    return datetime.combine(day, time.min, zone_or_utc(zone)).astimezone(UTC)
