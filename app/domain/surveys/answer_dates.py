"""The day that somebody's text names, in the order and the languages people write days in."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.surveys.answer_words import map_numbered_words

MONTH_WORDS, WEEKDAY_WORDS, RELATIVE_DAY_WORDS = (
    map_numbered_words("month"),
    map_numbered_words("weekday"),
    map_numbered_words("near"),
)
ANSWER_YEAR_BOUNDS = (1900, 2199)


@dataclass(frozen=True)
class DateContext:
    """How days are read: the day it is, and whether the month stands first in 5/8 (as in the
    United States).
    """

    today: date
    month_first: bool = True


def parse_day(text: str, key: str, calendar: DateContext) -> date | None:
    """The day that a whole text names; None when it names none, or could mean two.

    `key` is the text in capitals, without accents and punctuation. A day without its year is
    the next such day.
    """
    day = _parse_any_form(_extract_numeric_date(text) or key, calendar)
    return day if day and ANSWER_YEAR_BOUNDS[0] <= day.year <= ANSWER_YEAR_BOUNDS[1] else None


def _extract_numeric_date(text: str) -> str | None:
    """A date in digits, with the slashes, dots or hyphens between them."""
    said = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{1,4}\s*[-./]\s*\d{1,2}(\s*[-./]\s*\d{1,4})?\.?", said):
        return re.sub(r"\s", "", said).rstrip(".")
    return None


def _parse_any_form(key: str, calendar: DateContext) -> date | None:
    if key in RELATIVE_DAY_WORDS:
        return calendar.today + timedelta(days=RELATIVE_DAY_WORDS[key])
    if key in WEEKDAY_WORDS:  # on that very weekday it could be today or in a week
        ahead = (WEEKDAY_WORDS[key] - calendar.today.weekday()) % 7
        return calendar.today + timedelta(days=ahead) if ahead else None
    for form in (_parse_iso_date, _parse_numeric_date, _parse_worded_date):
        day = form(key, calendar)
        if day:
            return day
    return None


def _parse_iso_date(key: str, calendar: DateContext) -> date | None:
    match = re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", key)
    return _build_date(int(match[1]), int(match[2]), int(match[3])) if match else None


def _parse_numeric_date(key: str, calendar: DateContext) -> date | None:
    match = re.fullmatch(r"(\d{1,2})([-./])(\d{1,2})(?:[-./](\d{4}|\d{2}))?", key)
    if not match:
        return None
    first, second = int(match[1]), int(match[3])
    month_first = (
        calendar.month_first and match[2] != "."
    )  # where the month comes first nobody writes dots
    month, day = (first, second) if month_first else (second, first)
    if month > 12:
        month, day = day, month
    return _complete_year(match[4], month, day, calendar)


def _parse_worded_date(key: str, calendar: DateContext) -> date | None:
    words = [
        word for word in key.split() if word not in {"THE", "OF", "DE", "DEL", "EL", "LE", "ON"}
    ]
    words = [word for word in words if word not in WEEKDAY_WORDS or word in MONTH_WORDS]
    months = [word for word in words if word in MONTH_WORDS]
    figures = [
        re.sub(r"(?<=\d)(ST|ND|RD|TH|ER)$", "", word) for word in words if word not in MONTH_WORDS
    ]
    if (
        len(months) != 1
        or not 1 <= len(figures) <= 2
        or not all(re.fullmatch(r"\d{1,4}", each) for each in figures)
    ):
        return None
    day, year = (figures[0], figures[1] if len(figures) == 2 else None)
    if len(day) > 2 or (year is not None and len(year) not in (2, 4)):
        return None
    return _complete_year(year, MONTH_WORDS[months[0]], int(day), calendar)


def _complete_year(year: str | None, month: int, day: int, calendar: DateContext) -> date | None:
    """Two digits are the century's that is nearest; without a year it is the next such day."""
    today = calendar.today
    if year is None:
        this = _build_date(today.year, month, day)
        return this if this is None or this >= today else _build_date(today.year + 1, month, day)
    whole = int(year)
    if len(year) == 2:
        whole += today.year // 100 * 100
        whole -= 100 if whole > today.year + 20 else 0
    return _build_date(whole, month, day)


def _build_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
