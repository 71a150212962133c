"""What a list of conversations says of days and times."""

from datetime import UTC, date, datetime

import pytest

from app.domain.time.business_days import count_business_days
from app.domain.time.inbox_labels import (
    format_decision_time_left,
    format_relative_day,
    format_short_time,
)

NOW = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)  # a Friday, 10:00 in Denver
DENVER = "America/Denver"


@pytest.mark.parametrize(
    ("moment", "short", "day"),
    [
        (datetime(2026, 12, 4, 16, 12, tzinfo=UTC), "09:12", "Today"),
        (datetime(2026, 12, 4, 6, 59, tzinfo=UTC), "Thu", "Yesterday"),
        (datetime(2026, 11, 28, 17, 0, tzinfo=UTC), "Sat", "Sat 28 Nov"),
        (datetime(2026, 11, 27, 17, 0, tzinfo=UTC), "27 Nov", "Fri 27 Nov"),
        (datetime(2025, 5, 3, 17, 0, tzinfo=UTC), "3 May 2025", "Sat 3 May 2025"),
    ],
)
def test_moments_are_short_in_lists_and_days_stand_between_texts(moment, short, day):
    assert (
        format_short_time(moment, DENVER, NOW),
        format_relative_day(moment, DENVER, NOW),
    ) == (
        short,
        day,
    )


@pytest.mark.parametrize(
    ("until", "left"),
    [
        ("2026-12-04", 0),
        ("2026-12-05", 0),
        ("2026-12-07", 1),
        ("2026-12-11", 5),
        ("2026-12-18", 10),
        ("2026-12-01", 0),
    ],
)
def test_weekends_are_no_working_days(until, left):
    assert count_business_days(date(2026, 12, 4), date.fromisoformat(until)) == left


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (18, "Decide by Fri 18 Dec: 10 business days left."),
        (7, "Decide by Mon 7 Dec: 1 business day left."),
        (4, "Decide by Fri 4 Dec: today is the last day."),
        (3, "Decide by Thu 3 Dec: the deadline has passed."),
    ],
)
def test_the_time_to_decide_is_counted_down(day, words):
    assert (
        format_decision_time_left(datetime(2026, 12, day, 20, 0, tzinfo=UTC), DENVER, NOW) == words
    )
