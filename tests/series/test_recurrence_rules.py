"""On which days a rule falls, what it is called, and which dates of a text have passed."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recurrence.recurrence_rules import (
    LAST,
    RecurrenceKind,
    RecurrenceRule,
    iterate_days,
    list_days,
)
from app.domain.recurrence.recurrence_sentences import describe_rule
from app.domain.recurrence.stale_dates import list_stale_dates
from app.domain.time.local_times import find_moment_on_day

WEEKLY, MONTH_DAY, MONTH_WEEKDAY = RecurrenceKind
FRIDAY, SUNDAY = 4, 6

# rule, first day, the days that follow (month and day), the sentence
CASES = [
    (
        RecurrenceRule(WEEKLY, weekdays=(SUNDAY,)),
        date(2026, 11, 29),
        "11-29 12-06 12-13",
        "Every Sunday at 10:00 AM",
    ),
    (
        RecurrenceRule(WEEKLY, 2, (SUNDAY,), until=date(2027, 6, 1)),
        date(2026, 11, 29),
        "11-29 12-13 12-27",
        "Every second Sunday at 10:00 AM, until Jun 1, 2027",
    ),
    (
        RecurrenceRule(WEEKLY, 3, (0, FRIDAY), max_count=3),
        date(2026, 12, 2),
        "12-04 12-21 12-25",
        "Every 3 weeks on Monday and Friday at 10:00 AM, 3 times",
    ),
    (
        RecurrenceRule(WEEKLY, weekdays=(0, 1, 2, 3, 4)),
        date(2026, 12, 5),
        "12-07 12-08 12-09 12-10 12-11 12-14",
        "Monday to Friday at 10:00 AM",
    ),
    (
        RecurrenceRule(MONTH_DAY, month_day=31),
        date(2027, 1, 5),
        "01-31 02-28 03-31 04-30",
        "Day 31 (or the last day) of every month at 10:00 AM",
    ),
    (
        RecurrenceRule(MONTH_DAY, 2, month_day=LAST),
        date(2027, 12, 31),
        "12-31 02-29 04-30",
        "The last day of every second month at 10:00 AM",
    ),
    (
        RecurrenceRule(MONTH_DAY, 12, month_day=29),
        date(2028, 2, 29),
        "02-29 02-28 02-28 02-28 02-29",
        "Day 29 (or the last day) of February every year at 10:00 AM",
    ),
    (
        RecurrenceRule(MONTH_WEEKDAY, weekdays=(SUNDAY,), nth=2),
        date(2026, 11, 29),
        "12-13 01-10 02-14",
        "The second Sunday of every month at 10:00 AM",
    ),
    (
        RecurrenceRule(MONTH_WEEKDAY, 3, weekdays=(FRIDAY,), nth=LAST),
        date(2026, 11, 1),
        "11-27 02-26 05-28",
        "The last Friday of the month, every 3 months at 10:00 AM",
    ),
]


@pytest.mark.parametrize(("rule", "first", "days", "sentence"), CASES)
def test_a_rule_has_its_days_and_reads_back(rule, first, days, sentence):
    found = list_days(rule, first, first, len(days.split()))
    assert [f"{day:%m-%d}" for day in found] == days.split()
    assert describe_rule(rule, "10:00", first, today=date(2026, 11, 28), region="US") == sentence
    assert RecurrenceRule.from_json(rule.to_json()) == rule


def test_a_rule_ends_with_its_last_day_or_its_count():
    by_day = RecurrenceRule(WEEKLY, weekdays=(SUNDAY,), until=date(2026, 12, 6))
    assert list(iterate_days(by_day, date(2026, 11, 29))) == [date(2026, 11, 29), date(2026, 12, 6)]
    by_count = RecurrenceRule(MONTH_DAY, month_day=1, max_count=2)
    # The first of November is before the series, so it is none of the two.
    assert list(iterate_days(by_count, date(2026, 11, 29))) == [
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]


def is_day_of_rule(rule, first, day):
    """Read a rule for one day, the plain way."""
    days_in_month = monthrange(day.year, day.month)[1]
    if rule.kind is WEEKLY:
        mondays = [each - timedelta(days=each.weekday()) for each in (first, day)]
        weeks = (mondays[1] - mondays[0]).days // 7
        return weeks % rule.every == 0 and day.weekday() in rule.weekdays
    months = (day.year - first.year) * 12 + day.month - first.month
    if months % rule.every:
        return False
    if rule.kind is MONTH_DAY:
        wanted = days_in_month if rule.month_day == LAST else min(rule.month_day, days_in_month)
        return day.day == wanted
    if day.weekday() != rule.weekdays[0]:
        return False
    return day.day + 7 > days_in_month if rule.nth == LAST else (day.day - 1) // 7 + 1 == rule.nth


weekly_rules = st.builds(
    RecurrenceRule,
    st.just(WEEKLY),
    st.integers(1, 6),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)
month_day_rules = st.builds(
    RecurrenceRule,
    st.just(MONTH_DAY),
    st.integers(1, 12),
    month_day=st.sampled_from([LAST, *range(1, 32)]),
)
weekday_rules = st.builds(
    RecurrenceRule,
    st.just(MONTH_WEEKDAY),
    st.integers(1, 12),
    st.integers(0, 6).map(lambda day: (day,)),
    nth=st.sampled_from([1, 2, 3, 4, LAST]),
)


@given(weekly_rules | month_day_rules | weekday_rules, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_days_are_those_of_reading_day_by_day(rule, first):
    span = [first + timedelta(days=number) for number in range(400)]
    read = [day for day in span if is_day_of_rule(rule, first, day)]
    assert list_days(rule, first, first, len(read)) == read


@pytest.mark.parametrize(
    ("zone", "day", "clock", "moment"),
    [
        # Ten o'clock stays ten o'clock on both sides of each change of the clocks.
        ("America/Denver", date(2026, 10, 25), "10:00", "2026-10-25 16:00"),
        ("America/Denver", date(2026, 11, 1), "10:00", "2026-11-01 17:00"),
        ("Europe/Madrid", date(2027, 3, 21), "10:00", "2027-03-21 09:00"),
        ("Europe/Madrid", date(2027, 3, 28), "10:00", "2027-03-28 08:00"),
        ("Australia/Lord_Howe", date(2027, 4, 4), "10:00", "2027-04-03 23:30"),
        # 2:30 is skipped: 3:30, as for reminders. 1:30 comes twice: the first.
        ("America/Denver", date(2027, 3, 14), "02:30", "2027-03-14 09:30"),
        ("America/Denver", date(2026, 11, 1), "01:30", "2026-11-01 07:30"),
        ("Asia/Kathmandu", date(2027, 1, 31), "10:00", "2027-01-31 04:15"),
    ],
)
def test_a_day_is_a_moment_on_the_clocks_of_its_zone(zone, day, clock, moment):
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert find_moment_on_day(day, clock, zone) == expected


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Potluck on Sunday, Dec 13 at noon", []),
        ("Potluck on Saturday, Dec 5 at noon", ["Dec 5 has passed."]),
        ("Potluck on 12/5/2026, or 2026-12-13", ["12/5/2026 has passed."]),
        ("Am 5.12.2026 um 10.30", ["5.12.2026 has passed."]),
        ("Give 1/2, call 303-555-0142, room 12/5", []),
        # Without a year the nearest such day is meant: in the next year its weekday is wrong.
        ("Sunday, Dec 27", []),
        ("See you on {event_date}", []),
    ],
)
def test_dates_that_have_passed_are_found(text, problems):
    assert list_stale_dates(text, date(2026, 12, 6), "US") == problems
