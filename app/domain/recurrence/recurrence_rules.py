"""The rule by which a blast repeats, and the days it falls on."""

import json
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count, islice

# `month_day` and `nth` of the last day, and of the last such weekday, of a month.
LAST = -1
DAYS_PER_WEEK = 7
MONTHS_PER_YEAR = 12
MAX_WEEKS_BETWEEN = 52
MAX_MONTHS_BETWEEN = 12
MAX_NTH = 4
MAX_OCCURRENCES = 500
# The last year in which zone arithmetic is safe (domain/time/local_times.py).
LAST_YEAR = 2199


class RecurrenceKind(StrEnum):
    """How the days of a rule are found. The values are stored."""

    WEEKLY = "weekly"
    MONTH_DAY = "month_day"
    MONTH_WEEKDAY = "month_weekday"


@dataclass(frozen=True)
class RecurrenceRule:
    """When something repeats: every `every` weeks or months, on these days.

    `weekdays` (0 is Monday): of WEEKLY all of them, of MONTH_WEEKDAY the one. `month_day`: 1 to
    31 or LAST; where a month is shorter, its last day. `nth`: 1 to MAX_NTH or LAST. It ends after
    `until` (that day counts) or after `max_count` days; both None: never.
    """

    kind: RecurrenceKind
    every: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int = 1
    nth: int = 1
    until: date | None = None
    max_count: int | None = None

    def to_json(self) -> str:
        """Return the rule as it is stored: equal rules are equal texts."""
        values: dict[str, object] = {"kind": self.kind.value, "every": self.every}
        if self.kind is not RecurrenceKind.MONTH_DAY:
            values["weekdays"] = sorted(set(self.weekdays))
        if self.kind is RecurrenceKind.MONTH_DAY:
            values["month_day"] = self.month_day
        if self.kind is RecurrenceKind.MONTH_WEEKDAY:
            values["nth"] = self.nth
        if self.until:
            values["until"] = self.until.isoformat()
        if self.max_count:
            values["max_count"] = self.max_count
        return json.dumps(values, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "RecurrenceRule":
        """Read a stored rule. Raises ValueError for what is none."""
        values = json.loads(text)
        until = values.get("until")
        return cls(
            kind=RecurrenceKind(values["kind"]),
            every=int(values["every"]),
            weekdays=tuple(values.get("weekdays", ())),
            month_day=int(values.get("month_day", 1)),
            nth=int(values.get("nth", 1)),
            until=date.fromisoformat(until) if until else None,
            max_count=values.get("max_count"),
        )


def iterate_days(rule: RecurrenceRule, starts_on: date) -> Iterator[date]:
    """Yield the days of a rule from `starts_on` on, in order, until the rule or LAST_YEAR ends."""
    days = (day for day in _iterate_all_days(rule, starts_on) if day >= starts_on)
    for day in islice(days, rule.max_count):
        if rule.until and day > rule.until:
            return
        yield day


def list_days(rule: RecurrenceRule, starts_on: date, earliest: date, limit: int) -> list[date]:
    """Return the first `limit` days of a rule that are not before `earliest`."""
    days = (day for day in iterate_days(rule, starts_on) if day >= earliest)
    return list(islice(days, limit))


def _iterate_all_days(rule: RecurrenceRule, starts_on: date) -> Iterator[date]:
    """Yield the days of the week or month of `starts_on`, and of those that follow by the rule."""
    if rule.kind is RecurrenceKind.WEEKLY:
        yield from _iterate_weekly_days(rule, starts_on)
        return
    first_month = starts_on.year * MONTHS_PER_YEAR + starts_on.month - 1
    for number in count(first_month, rule.every):
        year, month = divmod(number, MONTHS_PER_YEAR)
        if year > LAST_YEAR:
            return
        yield _find_day_of_month(rule, year, month + 1)


def _iterate_weekly_days(rule: RecurrenceRule, starts_on: date) -> Iterator[date]:
    weekdays = sorted(set(rule.weekdays))
    monday = starts_on - timedelta(days=starts_on.weekday())
    while weekdays and monday.year <= LAST_YEAR:
        for weekday in weekdays:
            yield monday + timedelta(days=weekday)
        monday += timedelta(days=DAYS_PER_WEEK * rule.every)


def _find_day_of_month(rule: RecurrenceRule, year: int, month: int) -> date:
    first_weekday, days_in_month = monthrange(year, month)
    if rule.kind is RecurrenceKind.MONTH_DAY:
        is_last = rule.month_day == LAST
        return date(year, month, days_in_month if is_last else min(rule.month_day, days_in_month))
    (weekday,) = rule.weekdays
    first = 1 + (weekday - first_weekday) % DAYS_PER_WEEK
    last_week = (days_in_month - first) // DAYS_PER_WEEK
    weeks = last_week if rule.nth == LAST else rule.nth - 1
    return date(year, month, first + DAYS_PER_WEEK * weeks)
