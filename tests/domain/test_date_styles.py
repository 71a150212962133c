"""Dates and times as countries write them."""

from datetime import UTC, date, datetime, time

import pytest

from app.domain.time.date_styles import get_date_style
from app.domain.time.local_times import (
    InvalidLocalTime,
    format_moment,
    format_relative_moment,
    parse_future_local_time,
)

TODAY = date(2026, 1, 1)
EVENING = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("region", "day", "clock", "moment"),
    [
        ("US", "Fri, Nov 27", "6:30 PM", "Fri, Nov 27, 6:30 PM"),
        ("CA", "Fri, Nov 27", "6:30 PM", "Fri, Nov 27, 6:30 PM"),
        ("GB", "Fri 27 Nov", "18:30", "Fri 27 Nov, 18:30"),
        ("DE", "Fri 27 Nov", "18:30", "Fri 27 Nov, 18:30"),
        ("AU", "Fri 27 Nov", "6:30 PM", "Fri 27 Nov, 6:30 PM"),
        ("IN", "Fri 27 Nov", "6:30 PM", "Fri 27 Nov, 6:30 PM"),
        ("", "Fri 27 Nov", "18:30", "Fri 27 Nov, 18:30"),
    ],
)
def test_each_country_reads_dates_in_its_own_style(region, day, clock, moment):
    style = get_date_style(region)
    assert style.format_day(EVENING, today=TODAY) == day
    assert style.format_clock(EVENING.time()) == clock
    assert format_moment(EVENING, "UTC", region=region) == moment


def test_the_year_is_written_only_when_it_is_another():
    before = date(2025, 1, 1)
    assert get_date_style("US").format_day(EVENING, today=before) == "Fri, Nov 27, 2026"
    assert get_date_style("GB").format_day(EVENING, today=before) == "Fri 27 Nov 2026"
    assert get_date_style("US").format_date(EVENING, today=TODAY) == "Nov 27"


@pytest.mark.parametrize(
    ("clock", "written"),
    [
        (time(0, 5, 9), "12:05:09 AM"),
        (time(12, 0, 0), "12:00:00 PM"),
        (time(23, 59, 59), "11:59:59 PM"),
    ],
)
def test_noon_and_midnight_are_twelve(clock, written):
    assert get_date_style("US").format_clock(clock, with_seconds=True) == written


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (26, "yesterday, 6:30 PM"),
        (27, "today, 6:30 PM"),
        (28, "tomorrow, 6:30 PM"),
        (29, "Sun, Nov 29, 6:30 PM"),
    ],
)
def test_the_days_around_today_have_names(day, words):
    moment = EVENING.replace(day=day)
    assert format_relative_moment(moment, "UTC", now=EVENING, region="US") == words


@pytest.mark.parametrize(
    ("day", "clock", "region", "example"),
    [
        ("soon", "18:30", "US", "Dec 21, 2026"),
        ("soon", "18:30", "GB", "21 Dec 2026"),
        ("2026-12-21", "late", "US", "6:30 PM"),
        ("2026-12-21", "late", "DE", "18:30"),
    ],
)
def test_a_refusal_shows_an_example_in_the_countrys_style(day, clock, region, example):
    with pytest.raises(InvalidLocalTime) as refused:
        parse_future_local_time(day, clock, "UTC", now=EVENING, region=region)
    assert example in refused.value.sentence
