"""The holidays of the United States (5 U.S.C. 6103), to be added as days without texts.

On the days themselves, not on the days on which offices close instead.
"""

from datetime import date, timedelta

MONDAY, THURSDAY = 0, 3
LAST = -1
FIXED_DAYS = {
    (1, 1): "New Year’s Day",
    (6, 19): "Juneteenth",
    (7, 4): "Independence Day",
    (11, 11): "Veterans Day",
    (12, 25): "Christmas Day",
}
# (month, which, weekday): "the third Monday of January".
WEEKDAYS = {
    (1, 3, MONDAY): "Martin Luther King Jr. Day",
    (2, 3, MONDAY): "Presidents’ Day",
    (5, LAST, MONDAY): "Memorial Day",
    (9, 1, MONDAY): "Labor Day",
    (10, 2, MONDAY): "Columbus Day",
    (11, 4, THURSDAY): "Thanksgiving Day",
}
DAYS_PER_WEEK = 7


def list_us_holidays(first: date) -> dict[date, str]:
    """Return the names of the holidays from a day on, for one year, in order."""
    end = first.replace(year=first.year + 1, day=min(first.day, 28))
    days = _build_year(first.year) | _build_year(first.year + 1)
    return {day: days[day] for day in sorted(days) if first <= day < end}


def _build_year(year: int) -> dict[date, str]:
    days = {date(year, month, day): name for (month, day), name in FIXED_DAYS.items()}
    for (month, number, weekday), name in WEEKDAYS.items():
        days[_find_weekday(year, month, number, weekday)] = name
    return days


def _find_weekday(year: int, month: int, number: int, weekday: int) -> date:
    """Return the nth weekday of a month; number LAST: the last one of a month of 31 days."""
    if number == LAST:
        last = date(year, month, 31)
        return last - timedelta(days=(last.weekday() - weekday) % DAYS_PER_WEEK)
    first = date(year, month, 1)
    days = (weekday - first.weekday()) % DAYS_PER_WEEK + DAYS_PER_WEEK * (number - 1)
    return first + timedelta(days=days)
