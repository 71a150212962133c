"""Times of day as people type them, and as countries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.time.clock_times import format_clock_time, parse_clock_time

READ = [
    ("18:30", "18:30"),
    ("6:30", "06:30"),
    ("6:30 PM", "18:30"),
    ("6:30pm", "18:30"),
    ("6:30 p.m.", "18:30"),
    ("6:30 p. m.", "18:30"),
    ("6.30 pm", "18:30"),
    ("6 PM", "18:00"),
    ("6pm", "18:00"),
    ("6p", "18:00"),
    ("12 am", "00:00"),
    ("12:15 AM", "00:15"),
    ("12 pm", "12:00"),
    ("6:30\u202fPM", "18:30"),
    ("18.30", "18:30"),
    ("18,30", "18:30"),
    ("18h30", "18:30"),
    ("18 h 30", "18:30"),
    ("18h", "18:00"),
    ("18 Uhr", "18:00"),
    ("18:30 Uhr", "18:30"),
    ("18.30 Uhr", "18:30"),
    ("18:30:00", "18:30"),
    ("1830", "18:30"),
    ("１８:３０", "18:30"),
    ("noon", "12:00"),
    ("24:00", None),
    ("18:60", None),
    ("13 pm", None),
    ("0 am", None),
    ("18", None),
    ("18:", None),
    ("18:3", None),
    ("2460", None),
    ("-1:00", None),
    ("soon", None),
    ("", None),
    ("18:30 or 19:00", None),
]


@pytest.mark.parametrize(("text", "clock"), READ)
def test_a_time_is_read_however_it_is_written(text, clock):
    assert parse_clock_time(text) == clock


@given(st.text(max_size=20))
def test_any_text_is_a_time_or_none(text):
    clock = parse_clock_time(text)
    assert clock is None or parse_clock_time(clock) == clock


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["US", "DE", "IN", ""]))
def test_a_written_time_is_read_as_itself(hour, minute, region):
    clock = f"{hour:02}:{minute:02}"
    assert parse_clock_time(format_clock_time(clock, region)) == clock


@pytest.mark.parametrize(
    ("clock", "region", "written"),
    [
        ("18:30", "US", "6:30 PM"),
        ("00:05", "US", "12:05 AM"),
        ("12:00", "IN", "12:00 PM"),
        ("18:30", "DE", "18:30"),
        ("18:30", "GB", "18:30"),
        ("18:30", "", "18:30"),
    ],
)
def test_a_time_is_written_as_the_country_does(clock, region, written):
    assert format_clock_time(clock, region) == written
