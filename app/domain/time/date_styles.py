"""Dates and times in English, as the people of each country write them.

Two facts of Unicode CLDR 48 ("en_<country>") are all that differ in short dates: whether the month
comes before the day, and whether people count 12 or 24 hours. docs/decisions/ has the figures.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EXAMPLE_DATE = date(2026, 12, 21)
EXAMPLE_CLOCK = time(18, 30)
# Nov 27, not 27 Nov.
MONTH_NAME_FIRST_REGIONS = frozenset(
    {"US", "CA", "PH", "PR", "GU", "VI", "AS", "MP", "MH", "UM", "JP", "BI"}
)
_TWELVE_HOUR_REGIONS = """
    US CA PR GU VI AS MP MH UM PW FM AU NZ PG WS TO VU SB KI FJ HK MO SG MY PH IN PK BD LK NP
    EG SA AE JO KW QA BH OM YE IQ LY SD SS SY KR CY CO VE DO PA SV HN NI GT MX BM KY TC VG
    JM BS BB TT GY BZ AG DM GD KN LC VC KE GH ZW ZM MW BW NA LS SZ LR SL GM ET ER SO
"""
# Where people read 6:30 PM more easily than 18:30.
TWELVE_HOUR_REGIONS = frozenset(_TWELVE_HOUR_REGIONS.split())


@dataclass(frozen=True)
class DateStyle:
    """How a country writes short dates and times."""

    is_month_first: bool
    has_twelve_hours: bool

    @property
    def date_error(self) -> str:
        """What to say beside a field in which no day can be read."""
        return f"Enter a date, such as {self.format_date(EXAMPLE_DATE, today=date.min)}."

    @property
    def clock_error(self) -> str:
        """What to say beside a field in which no time can be read."""
        return f"Enter a time, such as {self.format_clock(EXAMPLE_CLOCK)}."

    def format_clock(self, clock: time, *, with_seconds: bool = False) -> str:
        """Return "6:30 PM" or "18:30"; with seconds "6:30:05 PM"."""
        seconds = f":{clock.second:02}" if with_seconds else ""
        if not self.has_twelve_hours:
            return f"{clock.hour:02}:{clock.minute:02}{seconds}"
        half = "PM" if clock.hour >= 12 else "AM"
        return f"{(clock.hour - 1) % 12 + 1}:{clock.minute:02}{seconds} {half}"

    def format_date(self, day: date, *, today: date) -> str:
        """Return "Nov 27" or "27 Nov"; the year is added when it is not the year of `today`."""
        month = MONTH_NAMES[day.month - 1]
        text = f"{month} {day.day}" if self.is_month_first else f"{day.day} {month}"
        if day.year == today.year:
            return text
        return f"{text}, {day.year}" if self.is_month_first else f"{text} {day.year}"

    def format_day(self, day: date, *, today: date) -> str:
        """Return "Fri, Nov 27" or "Fri 27 Nov"; the year when it is not the year of `today`."""
        separator = ", " if self.is_month_first else " "
        return f"{DAY_NAMES[day.weekday()]}{separator}{self.format_date(day, today=today)}"

    def format_moment(self, local: datetime, *, today: date) -> str:
        """Return "Fri, Nov 27, 6:30 PM" or "Fri 27 Nov, 18:30" for a moment in its own zone."""
        return f"{self.format_day(local, today=today)}, {self.format_clock(local.time())}"


# One style a country, and lists format a hundred times a page.
@cache
def get_date_style(region: str) -> DateStyle:
    """Return the style of a country in two letters; without one, 27 Nov and 18:30."""
    return DateStyle(region in MONTH_NAME_FIRST_REGIONS, region in TWELVE_HOUR_REGIONS)
