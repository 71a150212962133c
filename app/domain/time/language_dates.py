"""Dates and times in the language of whoever reads a text; language_dates.txt has the words."""

from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Protocol

from app.domain.time.date_styles import get_date_style

TABLE_FILE = "language_dates.txt"


class TextDateStyle(Protocol):
    """How dates and times are written in a text."""

    def format_day(self, day: date, *, today: date) -> str:
        """Return the weekday and the date; the year when it is not the year of `today`."""

    def format_clock(self, clock: time) -> str:
        """Return a time of day."""


@dataclass(frozen=True)
class LanguageDateStyle:
    """How a language writes short dates and times.

    The words are from Monday and from January; `half_days` are those for a.m. and p.m. The others
    are patterns. The country says whether 12 hours are counted, as people there read clocks so.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day_pattern: str
    day_with_year_pattern: str
    clock_pattern: str
    twelve_hours_pattern: str
    half_days: tuple[str, str]
    has_twelve_hours: bool

    def format_day(self, day: date, *, today: date) -> str:
        """Return "sab, 5 dic"; the year is added when it is not the year of `today`."""
        is_this_year = day.year == today.year
        pattern = self.day_pattern if is_this_year else self.day_with_year_pattern
        return pattern.format(
            weekday=self.weekdays[day.weekday()],
            day=day.day,
            month=self.months[day.month - 1],
            month_number=day.month,
            year=day.year,
        )

    def format_clock(self, clock: time) -> str:
        """Return "6:30 p.m." or "18:30"."""
        if not self.has_twelve_hours:
            return self.clock_pattern.format(hour=clock.hour, minute=clock.minute)
        half_day = self.half_days[clock.hour >= 12]
        hour = (clock.hour - 1) % 12 + 1
        return self.twelve_hours_pattern.format(hour=hour, minute=clock.minute, half=half_day)


# One style a language and country; a blast asks for each of its languages.
@cache
def get_text_date_style(language: str, region: str) -> TextDateStyle:
    """Return how a text in a language (BCP 47) writes dates and times for people of a country.

    English, and a language that is not in the table, is written as the country writes English.
    """
    table = _load_table()
    row = table.get(language) or table.get(language.partition("-")[0])
    english = get_date_style(region)
    if row is None:
        return english
    weekdays, months, day, day_with_year, clock, twelve_hours, morning, afternoon = row
    return LanguageDateStyle(
        tuple(weekdays.split("/")),
        tuple(months.split("/")),
        day,
        day_with_year,
        clock,
        twelve_hours,
        (morning, afternoon),
        english.has_twelve_hours,
    )


# Read when a text in another language is written first: many organisations never do.
@cache
def _load_table() -> dict[str, tuple[str, ...]]:
    """Return the columns after the first of each line by the language of the line."""
    lines = files(__package__).joinpath(TABLE_FILE).read_text("utf-8").splitlines()
    rows = [line.split("; ") for line in lines if not line.startswith("#")]
    return {language: tuple(columns) for language, *columns in rows}
