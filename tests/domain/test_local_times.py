"""From a date, a time and a zone to a moment, and back to words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.time.durations import format_time_until
from app.domain.time.local_times import (
    InvalidLocalTime,
    build_local_time_input,
    format_moment,
    is_time_zone,
    list_time_zones,
    parse_future_local_time,
)

NOW = datetime(2026, 1, 15, 12, 0, 30, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_time_in_a_zone_is_one_moment():
    local = parse_future_local_time("2026-05-08", "20:45", "America/Denver", now=NOW)
    assert (local.utc, local.zone, local.is_ambiguous, local.fold) == (
        utc(2026, 5, 9, 2, 45),
        "America/Denver",
        False,
        "first",
    )


@pytest.mark.parametrize(
    ("day", "clock", "zone", "suggestion"),
    [
        ("2026-03-08", "02:30", "America/New_York", "03:30"),
        ("2026-03-29", "01:30", "Europe/London", "02:30"),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "02:45"),
        ("2026-09-06", "00:30", "America/Santiago", "01:30"),
        ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-31 12:00"),
    ],
)
def test_a_time_the_clocks_skip_is_refused_with_one_that_exists(day, clock, zone, suggestion):
    """Cover case S1 of docs/cases.md."""
    now = utc(2011, 1, 1) if day.startswith("2011") else NOW
    with pytest.raises(InvalidLocalTime) as refused:
        parse_future_local_time(day, clock, zone, now=now)
    assert refused.value.field == "schedule_time"
    assert "does not exist" in refused.value.sentence
    assert refused.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("fold", "moment", "fold_stored"),
    [
        ("", utc(2026, 11, 1, 5, 30), "first"),
        ("first", utc(2026, 11, 1, 5, 30), "first"),
        ("second", utc(2026, 11, 1, 6, 30), "second"),
        ("third", utc(2026, 11, 1, 5, 30), "first"),
    ],
)
def test_a_repeated_time_is_asked_about_and_is_the_first_one_meanwhile(fold, moment, fold_stored):
    """Cover case S2 of docs/cases.md."""
    local = parse_future_local_time("2026-11-01", "01:30", "America/New_York", fold=fold, now=NOW)
    assert (local.utc, local.is_ambiguous, local.fold) == (moment, True, fold_stored)


def test_a_repeated_time_whose_first_half_has_passed_is_the_second_one():
    local = parse_future_local_time(
        "2026-11-01", "01:30", "America/New_York", now=utc(2026, 11, 1, 6, 10)
    )
    assert (local.utc, local.is_ambiguous, local.fold) == (
        utc(2026, 11, 1, 6, 30),
        False,
        "second",
    )


def test_a_fold_says_nothing_about_a_time_that_comes_once():
    local = parse_future_local_time("2026-05-08", "20:45", "UTC", fold="second", now=NOW)
    assert (local.is_ambiguous, local.fold) == (False, "first")


def test_the_running_minute_still_counts_and_the_one_before_has_passed():
    """Cover case S4 of docs/cases.md."""
    assert parse_future_local_time("2026-01-15", "12:00", "UTC", now=NOW).utc == utc(
        2026, 1, 15, 12, 0
    )
    with pytest.raises(InvalidLocalTime) as refused:
        parse_future_local_time("2026-01-15", "11:59", "UTC", now=NOW)
    assert (refused.value.field, refused.value.suggestion) == ("schedule_time", None)
    assert "12:00" in refused.value.sentence


def test_a_day_that_has_passed_is_said_beside_the_day():
    with pytest.raises(InvalidLocalTime) as refused:
        parse_future_local_time("2026-01-14", "23:00", "America/Denver", now=NOW)
    assert refused.value.field == "schedule_date"


@pytest.mark.parametrize(
    ("day", "clock", "field"),
    [
        ("", "12:00", "schedule_date"),
        ("2026-02-30", "12:00", "schedule_date"),
        ("2026-W23-1", "12:00", "schedule_date"),
        ("20260601", "12:00", "schedule_date"),
        ("2026-6-1", "12:00", "schedule_date"),
        ("٢٠٢٦-٠٦-٠١", "12:00", "schedule_date"),
        ("2026-06-01T10:00Z", "12:00", "schedule_date"),
        ("2026-06-01\n", "12:00", "schedule_date"),
        ("0000-00-00", "12:00", "schedule_date"),
        ("0001-01-01", "00:00", "schedule_date"),
        ("9999-12-31", "23:59", "schedule_date"),
        ("10000-01-01", "12:00", "schedule_date"),
        ("2032-01-01", "12:00", "schedule_date"),
        ("2026-06-01", "", "schedule_time"),
        ("2026-06-01", "24:00", "schedule_time"),
        ("2026-06-01", "12:60", "schedule_time"),
        ("2026-06-01", "9:00", "schedule_time"),
        ("2026-06-01", "12:00:00", "schedule_time"),
        ("2026-06-01", "12:00Z", "schedule_time"),
        ("2026-06-01", "1٢:00", "schedule_time"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue"])
def test_what_is_no_day_or_time_is_said_beside_its_field(day, clock, field, zone):
    """Cover case S4 of docs/cases.md."""
    with pytest.raises(InvalidLocalTime) as refused:
        parse_future_local_time(day, clock, zone, now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "zone",
    [
        "Mars/Phobos",
        "../../etc/passwd",
        "America",
        "x" * 5000,
        "UTC\0",
        "",
        "/etc/localtime",
    ],
)
def test_only_zones_of_the_list_are_taken(zone):
    """Cover case S5 of docs/cases.md."""
    assert not is_time_zone(zone)
    with pytest.raises(InvalidLocalTime) as refused:
        parse_future_local_time("2026-05-08", "20:45", zone, now=NOW)
    assert refused.value.field == "timezone"
    assert format_moment(NOW, zone) == "Thu 15 Jan, 12:00"


@given(
    st.text(max_size=12),
    st.text(max_size=8),
    st.sampled_from(["UTC", "Europe/London", "nowhere"]),
)
def test_any_text_is_a_moment_or_refused(day, clock, zone):
    with pytest.raises(InvalidLocalTime):
        parse_future_local_time(day, clock, zone, now=utc(9000, 1, 1))


@given(
    st.integers(30 * 24 * 60, 4 * 365 * 24 * 60).map(
        lambda minutes: NOW + timedelta(minutes=minutes)
    ),
    st.sampled_from(list_time_zones()),
    st.sampled_from(["", "second"]),
)
def test_a_moment_read_is_the_moment_shown(typed, zone, fold):
    day, clock = f"{typed:%Y-%m-%d}", f"{typed:%H:%M}"
    try:
        local = parse_future_local_time(day, clock, zone, fold=fold, now=NOW)
    except InvalidLocalTime as refused:
        local = parse_future_local_time(day, str(refused.suggestion), zone, now=NOW)
        clock = str(refused.suggestion)
    assert format_moment(local.utc, zone).endswith(f"{typed.day} {typed:%b}, {clock}")


def test_a_moment_is_said_with_its_year_only_when_it_is_another():
    moment = utc(2026, 5, 8, 20, 45)
    assert format_moment(moment, "UTC") == "Fri 8 May, 20:45"
    assert format_moment(moment, "UTC", now=NOW) == "Fri 8 May, 20:45"
    assert format_moment(moment, "Asia/Tokyo") == "Sat 9 May, 05:45"
    assert format_moment(moment, "UTC", now=utc(2025, 5, 8)) == "Fri 8 May 2026, 20:45"
    assert (
        format_moment(utc(2026, 12, 31, 23), "Asia/Tokyo", now=utc(2026, 12, 31, 22))
        == "Fri 1 Jan, 08:00"
    )


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(0), "now"),
        (timedelta(seconds=0.2), "in 1 second"),
        (timedelta(seconds=9), "in 9 seconds"),
        (timedelta(seconds=90), "in 1 minute 30 seconds"),
        (timedelta(minutes=2), "in 2 minutes"),
        (timedelta(minutes=12, seconds=40), "in 12 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=3, minutes=5), "in 3 hours 5 minutes"),
        (timedelta(days=2, hours=4, minutes=59), "in 2 days 4 hours"),
        (timedelta(days=1), "in 1 day"),
    ],
)
def test_the_time_until_then_is_said_in_two_units(wait, words):
    assert format_time_until(NOW + wait, NOW) == words


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "UTC"])
def test_a_moment_as_somebody_would_type_it_is_read_back(zone):
    for hours in range(0, 24 * 365, 7):
        moment = utc(2026, 1, 16) + timedelta(hours=hours)
        typed = build_local_time_input(moment, zone)
        assert (
            parse_future_local_time(typed.date, typed.time, zone, fold=typed.fold, now=NOW).utc
            == moment
        )


def test_the_zones_to_choose_from_are_places():
    offered = list_time_zones()
    assert offered[0] == "UTC"
    assert offered[1:] == sorted(offered[1:])
    assert {"America/Denver", "Europe/Berlin", "Australia/Lord_Howe"} <= set(offered)
    assert not {"Etc/GMT+5", "US/Eastern", "EST", "Factory"} & set(offered)
