"""Dates in a text, such as "Sat Dec 6": whether they have passed or name a wrong weekday."""

import re
from datetime import date

from app.domain.texts.date_names import (
    MONTH_PATTERN,
    WEEKDAY_PATTERN,
    find_month,
    find_weekday,
)

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMED_DAY = rf"(?:\b(?P<weekday>{WEEKDAY_PATTERN})\.?,?\s+)?"
_END = (
    r"(?:,?(?:\s+de)?\s+(?P<year>\d{4})\b)?(?:\s*\((?P<later_weekday>"
    + WEEKDAY_PATTERN
    + r")\.?\))?"
)
# "Sat, Dec 6", "December 6th, 2026", "Dec 6 (Sat)"; "Sunday 6 December", "Sun the 6th of Dec",
# "sábado, 5 de diciembre de 2026", "samedi 1er décembre".
MENTIONS = (
    re.compile(
        rf"{_NAMED_DAY}(?:the\s+)?\b(?P<month>{MONTH_PATTERN})\.?\s+"
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:\d]){_END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_NAMED_DAY}(?:(?:the|el|le)\s+)?(?<![\d/.:])\b(?P<day>\d{{1,2}})"
        rf"(?:st|nd|rd|th|er)?\s+(?:(?:of|de)\s+)?"
        rf"(?P<month>{MONTH_PATTERN})\b\.?(?!\s+\d{{1,2}}\b){_END}",
        re.IGNORECASE,
    ),
)
# "Sat 12/6", "Sat 6.12.": read only after a weekday, as other such numbers may be fractions.
NUMERIC_MENTION = re.compile(
    rf"\b(?P<weekday>{WEEKDAY_PATTERN})\.?,?\s+(?P<first>\d{{1,2}})[/.](?P<second>\d{{1,2}})\b"
    r"(?:[/.](?P<year>\d{4}|\d{2})\b)?(?![:\d])",
    re.IGNORECASE,
)


def list_date_problems(text: str, today: date) -> list[str]:
    """Return a sentence for each date in `text` that has passed or whose weekday is another.

    `today`: the day on which the text is sent. Without a year the nearest such day is meant.
    """
    problems = []
    for pattern in MENTIONS:
        for mention in pattern.finditer(text):
            problem = _find_problem(mention, today)
            if problem:
                problems.append(problem)
    for mention in NUMERIC_MENTION.finditer(text):
        problem = _find_numeric_problem(mention, today)
        if problem:
            problems.append(problem)
    return list(dict.fromkeys(problems))


def _find_problem(mention: re.Match[str], today: date) -> str | None:
    month_name, number = mention["month"], int(mention["day"])
    month = find_month(month_name)
    day = _find_day(month, number, mention["year"], today)
    if day is None:
        return None
    label = f"{month_name} {number}"
    named = mention["weekday"] or mention["later_weekday"]
    if named and find_weekday(named) != day.weekday():
        return _describe_wrong_weekday(label, day, named)
    return f"{label} has passed." if day < today else None


def _find_numeric_problem(mention: re.Match[str], today: date) -> str | None:
    """Return what is wrong with "Sat 12/6": the day of neither order is a Saturday."""
    first, second = int(mention["first"]), int(mention["second"])
    year = mention["year"]
    if year and len(year) == 2:
        year = f"20{year}"
    pairs = ((first, second), (second, first))
    days = []
    for pair in pairs:
        day = _find_day(*pair, year, today)
        if day is not None:
            days.append(day)
    named = mention["weekday"]
    if not days or any(find_weekday(named) == day.weekday() for day in days):
        return None
    written = mention[0][mention.start("first") - mention.start() :]
    # Where both orders give a day, which of them is meant is not known.
    if len(set(days)) > 1:
        return f"{written} is not a {DAY_NAMES[find_weekday(named)]}."
    return _describe_wrong_weekday(written, days[0], named)


def _describe_wrong_weekday(label: str, day: date, named: str) -> str:
    meant = DAY_NAMES[find_weekday(named)]
    return f"{label} is a {DAY_NAMES[day.weekday()]}, not a {meant}."


def _find_day(
    month: int,
    number: int,
    year: str | None,
    today: date,
) -> date | None:
    """Return the day that is meant; None for one that no calendar has, such as Feb 30."""
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1]
    days = []
    for likely_year in years:
        try:
            days.append(date(likely_year, month, number))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - today), default=None)
