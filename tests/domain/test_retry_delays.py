"""How long we wait before asking the carrier again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.retry_delays import compute_retry_delay, parse_retry_after

NOW = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)


def test_the_wait_doubles_up_to_a_minute():
    assert [compute_retry_delay(attempt, None) for attempt in range(1, 9)] == [
        1,
        2,
        4,
        8,
        16,
        32,
        60,
        60,
    ]
    assert compute_retry_delay(51, None) == 60
    assert compute_retry_delay(10**9, None) == 60
    assert compute_retry_delay(0, None) == 1


def test_the_carriers_wish_is_never_shortened_and_at_most_an_hour():
    assert compute_retry_delay(1, 7) == 7
    assert compute_retry_delay(1, 7, jitter=-0.1) == 7
    assert compute_retry_delay(6, 7) == 32
    assert compute_retry_delay(1, 999_999) == 3600
    assert compute_retry_delay(3, None, jitter=0.1) == pytest.approx(4.4)
    assert compute_retry_delay(3, None, jitter=-0.1) == pytest.approx(3.6)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("999999", 999_999),
        ("Fri, 08 May 2026 12:00:07 GMT", 7),
        ("Fri, 08 May 2026 14:00:07 +0200", 7),
        ("Fri, 08 May 2026 11:00:00 GMT", None),
        ("banana", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("٧", None),
        ("", None),
        (None, None),
        ("9" * 5000, None),
        ("Fri, 99 May 99999 12:00:07 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(text, seconds):
    assert parse_retry_after(text, NOW) == seconds


@given(st.text(max_size=40))
def test_any_header_gives_a_wait_or_nothing(text):
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or seconds >= 0
    assert 0 < compute_retry_delay(1, seconds) <= 3600
