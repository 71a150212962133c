"""At which moment a reminder is planned when its own time is outside the texting hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.quiet_hours.reminder_hours import find_reminder_time
from app.domain.quiet_hours.texting_hours import (
    DEFAULT_WEEK,
    TextingHours,
    build_default_windows,
)
from app.domain.time.reminder_timing import (
    EventSchedule,
    ReminderStepState,
    compute_reminder_timing,
)

DENVER = "America/Denver"
DENVER_CLOCKS = ZoneInfo(DENVER)
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
DINNER = EventSchedule(date(2026, 5, 8), "18:30", DENVER)
BREAKFAST = EventSchedule(date(2026, 5, 8), "08:30", DENVER)
HOURS = TextingHours(True, DENVER, "US", build_default_windows())
NO_SUNDAY = dict.fromkeys(build_default_windows(), (*DEFAULT_WEEK[:6], None))


def make_hours(**changes):
    """Return hours from 8 AM to 9 PM in Denver, with changes."""
    return TextingHours(
        **(
            {"is_on": True, "zone": DENVER, "region": "US", "windows": build_default_windows()}
            | changes
        )
    )


def plan(days, clock, event=DINNER, hours=HOURS, now=LONG_BEFORE):
    """Return when a step is sent, on the clocks of Denver: "05-07 20:30"."""
    due = compute_reminder_timing(days, clock, True, event, now, hours).due_at
    return f"{due.astimezone(DENVER_CLOCKS):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("days", "clock", "event", "expected"),
    [
        (-1, "10:00", DINNER, "05-07 10:00"),
        (-1, "20:59", DINNER, "05-07 20:59"),
        # late in the evening: earlier, with half an hour to spare
        (-1, "21:00", DINNER, "05-07 20:30"),
        (-1, "23:59", DINNER, "05-07 20:30"),
        # early in the morning: when the hours of that day begin, for its text may say "today"
        (0, "06:00", DINNER, "05-08 08:00"),
        (-1, "00:00", DINNER, "05-07 08:00"),
        # never so late that the event has nearly begun: the evening before
        (0, "06:00", BREAKFAST, "05-07 20:30"),
        # one that follows the event waits
        (1, "23:00", DINNER, "05-10 08:00"),
        (1, "05:00", DINNER, "05-09 08:00"),
    ],
)
def test_a_reminder_moves_to_an_hour_before_its_event(days, clock, event, expected):
    assert plan(days, clock, event) == expected


def test_a_day_without_texts_moves_it_to_the_evening_before():
    retreat = make_hours(blackout_days=frozenset({date(2026, 5, 7), date(2026, 5, 6)}))
    assert plan(-1, "10:00", hours=retreat) == "05-05 20:30"
    assert plan(-5, "10:00", hours=make_hours(windows=NO_SUNDAY)) == "05-02 20:30"
    # without any open hour in two weeks it keeps its time
    closed = frozenset(date(2026, 4, 1) + timedelta(days=day) for day in range(90))
    assert plan(-1, "10:00", hours=make_hours(blackout_days=closed)) == "05-07 10:00"


def test_while_hours_are_off_or_the_better_time_has_passed_it_keeps_its_own():
    assert plan(-1, "22:00", hours=make_hours(is_on=False)) == "05-07 22:00"
    late = datetime(2026, 5, 8, 2, 45, tzinfo=UTC)  # 20:45
    timing = compute_reminder_timing(-1, "22:00", True, DINNER, late, HOURS)
    assert timing.state == ReminderStepState.PLANNED
    assert not timing.is_moved
    assert timing.due_moments == (timing.due_at, timing.due_at, late - timedelta(minutes=15))


def test_no_moved_reminder_is_due_when_its_event_has_begun():
    for minute in range(0, 24 * 60, 35):
        starts = DINNER.starts_at + timedelta(minutes=minute)
        for hour in range(0, 48):
            due = starts - timedelta(hours=hour, minutes=1)
            moved = find_reminder_time(HOURS, due, starts)
            assert moved < starts
            local = moved.astimezone(DENVER_CLOCKS)
            assert 8 <= local.hour < 21
