"""A rule in words: "Every second Sunday at 10:00 AM, until Jun 1"."""

from datetime import date, time

from app.domain.recurrence.recurrence_rules import (
    DAYS_PER_WEEK,
    LAST,
    MONTHS_PER_YEAR,
    RecurrenceKind,
    RecurrenceRule,
)
from app.domain.texts.plurals import pluralize
from app.domain.time.date_styles import get_date_style

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NTH_WORDS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
WORKING_DAYS = (0, 1, 2, 3, 4)
_LAST_UNCOMMON_DAY = 28


def describe_rule(
    rule: RecurrenceRule, clock: str, starts_on: date, *, today: date, region: str = ""
) -> str:
    """Return a rule as one sentence without its full stop; `clock`: HH:MM on local clocks."""
    style = get_date_style(region)
    words = f"{describe_days(rule, starts_on)} at {style.format_clock(time.fromisoformat(clock))}"
    if rule.until:
        return f"{words}, until {style.format_date(rule.until, today=today)}"
    if rule.max_count:
        return f"{words}, {pluralize(rule.max_count, 'time')}"
    return words


def describe_days(rule: RecurrenceRule, starts_on: date) -> str:
    """Return on which days a rule falls: "Every Sunday", "The last day of every month"."""
    if rule.kind is RecurrenceKind.WEEKLY:
        return _describe_weeks(rule)
    if rule.every == MONTHS_PER_YEAR:
        return f"{_describe_day_of_month(rule)} of {starts_on:%B} every year"
    months = "every month"
    if rule.every == 2:
        months = "every second month"
    elif rule.every > 2:
        months = f"every {rule.every} months"
    if rule.every > 2:
        return f"{_describe_day_of_month(rule)} of the month, {months}"
    return f"{_describe_day_of_month(rule)} of {months}"


def _describe_weeks(rule: RecurrenceRule) -> str:
    weekdays = tuple(sorted(set(rule.weekdays)))
    names = _join_names([WEEKDAY_NAMES[weekday] for weekday in weekdays])
    if rule.every == 1 and len(weekdays) == DAYS_PER_WEEK:
        return "Every day"
    if rule.every == 1 and weekdays == WORKING_DAYS:
        return "Monday to Friday"
    if rule.every == 1:
        return f"Every {names}"
    if len(weekdays) == 1 and rule.every == 2:
        return f"Every second {names}"
    return f"Every {rule.every} weeks on {names}"


def _describe_day_of_month(rule: RecurrenceRule) -> str:
    if rule.kind is RecurrenceKind.MONTH_WEEKDAY:
        return f"The {NTH_WORDS[rule.nth]} {WEEKDAY_NAMES[rule.weekdays[0]]}"
    if rule.month_day == LAST:
        return "The last day"
    words = f"Day {rule.month_day}"
    if rule.month_day > _LAST_UNCOMMON_DAY:
        words += " (or the last day)"
    return words


def _join_names(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
