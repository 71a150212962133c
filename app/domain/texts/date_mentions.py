"""Dates in a text, such as "Sat Dec 6": whether they have passed or name a wrong weekday."""

import re
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = (
    r"(mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)"
)
MENTION = re.compile(
    rf"\b(?:{_DAY}\.?,?\s+)?(?:the\s+)?{_MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:\d])"
    r"(?:,?\s+(\d{4})\b)?",
    re.IGNORECASE,
)


def list_date_problems(text: str, today: date) -> list[str]:
    """Return a sentence for each date in `text` that has passed or whose weekday is another.

    `today`: the day on which the text is sent. Without a year the nearest such day is meant.
    """
    problems = []
    for mention in MENTION.finditer(text):
        day = _find_day(mention, today)
        if day is None:
            continue
        named = mention.group(1)
        weekday = DAYS.index(named[:3].lower()) if named else day.weekday()
        label = f"{mention.group(2)} {mention.group(3)}"
        if weekday != day.weekday():
            problems.append(f"{label} is a {DAY_NAMES[day.weekday()]}, not a {DAY_NAMES[weekday]}.")
        elif day < today:
            problems.append(f"{label} has passed.")
    return list(dict.fromkeys(problems))


def _find_day(mention: re.Match[str], today: date) -> date | None:
    """Return the day that is meant; None for one that no calendar has, such as Feb 30."""
    month = MONTHS.index(mention.group(2)[:3].lower()) + 1
    number, year = int(mention.group(3)), mention.group(4)
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1]
    days = []
    for each in years:
        try:
            days.append(date(each, month, number))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - today), default=None)
