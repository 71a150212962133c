"""When the steps of a plan are due, what is too late, and the texts that a plan begins with."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.texts.message_templates import (
    DEFAULT_OPT_OUT_FOOTER,
    append_footer,
    fill_template,
    list_template_problems,
)
from app.domain.texts.segments import measure_segments
from app.domain.time.reminder_timing import (
    DEFAULT_REMINDER_STEPS,
    EventSchedule,
    ReminderStepState,
    build_event_values,
    compute_registration_cutoff,
    compute_reminder_due_at,
    compute_reminder_timing,
    format_day_offset,
)

DENVER = "America/Denver"
PICNIC = EventSchedule(date(2026, 5, 8), "18:30", DENVER)
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def at(*moment):
    return datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "time", "moment"),
    [
        (-7, "10:00", at(2026, 5, 1, 16)),
        (-1, "10:00", at(2026, 5, 7, 16)),
        (0, "00:00", at(2026, 5, 8, 6)),
        (1, "10:00", at(2026, 5, 9, 16)),
        (-90, "10:00", at(2026, 2, 7, 17)),  # winter: an hour further from UTC
    ],
)
def test_a_step_is_due_by_the_clocks_of_the_organisation(days, time, moment):
    assert compute_reminder_due_at(days, time, PICNIC) == moment


def test_a_time_that_the_clocks_skip_is_as_much_later():
    spring = EventSchedule(date(2026, 3, 9), None, DENVER)
    assert compute_reminder_due_at(-1, "02:30", spring) == at(2026, 3, 8, 9, 30)  # 03:30 there
    assert compute_reminder_due_at(-2, "02:30", spring) == at(2026, 3, 7, 9, 30)


def test_of_a_time_that_comes_twice_the_first_is_meant():
    assert compute_reminder_due_at(
        -1, "01:30", EventSchedule(date(2026, 11, 2), None, DENVER)
    ) == at(2026, 11, 1, 7, 30)


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("days", [-365, 365])
def test_the_edge_of_the_calendar_is_no_moment_and_no_error(day, days):
    assert (
        compute_reminder_timing(
            days,
            "10:00",
            True,
            EventSchedule(day, None, "Pacific/Kiritimati"),
            LONG_BEFORE,
        ).state
        in ReminderStepState
    )


@pytest.mark.parametrize(
    ("days", "time", "now", "state"),
    [
        (-1, "10:00", at(2026, 5, 7, 15, 59), ReminderStepState.PLANNED),
        (-1, "10:00", at(2026, 5, 7, 16), ReminderStepState.TOO_LATE),
        (0, "18:29", LONG_BEFORE, ReminderStepState.PLANNED),
        (0, "18:30", LONG_BEFORE, ReminderStepState.AFTER_START),
        (0, "20:00", LONG_BEFORE, ReminderStepState.AFTER_START),
        (1, "10:00", LONG_BEFORE, ReminderStepState.PLANNED),
        (1, "10:00", at(2026, 5, 9, 17), ReminderStepState.TOO_LATE),
    ],
)
def test_what_becomes_of_a_step(days, time, now, state):
    assert compute_reminder_timing(days, time, True, PICNIC, now).state == state


def test_a_step_that_is_off_is_off_and_without_a_date_none_is_due():
    assert (
        compute_reminder_timing(-1, "10:00", False, PICNIC, LONG_BEFORE).state
        == ReminderStepState.OFF
    )
    someday = EventSchedule(None, None, DENVER)
    assert (
        compute_reminder_timing(-1, "10:00", True, someday, LONG_BEFORE).state
        == ReminderStepState.NO_DATE
    )
    assert (
        compute_reminder_timing(-1, "10:00", False, someday, LONG_BEFORE).state
        == ReminderStepState.OFF
    )


def test_what_is_for_before_the_event_ends_when_it_begins_and_a_follow_up_does_not():
    assert compute_reminder_timing(-1, "10:00", True, PICNIC, LONG_BEFORE).not_after == at(
        2026, 5, 9, 0, 30
    )
    assert compute_reminder_timing(1, "10:00", True, PICNIC, LONG_BEFORE).not_after is None
    whole_day = EventSchedule(date(2026, 5, 8), None, DENVER)
    assert compute_reminder_timing(-1, "10:00", True, whole_day, LONG_BEFORE).not_after == at(
        2026, 5, 8, 6
    )


@settings(max_examples=40)
@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(-365, 365),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.none() | st.times().map(lambda time: f"{time:%H:%M}"),
    st.sampled_from(["UTC", DENVER, "Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu"]),
    st.integers(0, 36500).map(
        lambda days: at(2000, 1, 1) + timedelta(days=days, minutes=37 * days % 1440)
    ),
)
def test_what_is_planned_is_ahead_and_before_its_end(day, days, time, start, zone, now):
    timing = compute_reminder_timing(days, time, True, EventSchedule(day, start, zone), now)
    if timing.state == ReminderStepState.PLANNED:
        assert timing.due_at > now
        assert timing.not_after is None or timing.due_at < timing.not_after
    assert (timing.not_after is None) == (days > 0)


def test_steps_are_said_in_words():
    assert [format_day_offset(days) for days in (-7, -1, 0, 1, 2)] == [
        "7 days before",
        "1 day before",
        "on the day",
        "1 day after",
        "2 days after",
    ]


def test_who_registers_in_the_last_hour_skips_the_step():
    assert compute_registration_cutoff(at(2026, 5, 7, 16)) == at(2026, 5, 7, 15)


def test_the_first_plan_is_a_week_and_a_day_before_and_a_follow_up_that_is_off():
    assert [(seed.days, seed.time_of_day, seed.is_on) for seed in DEFAULT_REMINDER_STEPS] == [
        (-7, "10:00", True),
        (-1, "10:00", True),
        (1, "10:00", False),
    ]


@pytest.mark.parametrize("seed", DEFAULT_REMINDER_STEPS)
@pytest.mark.parametrize("place", [None, "Riverside Community Center, 12 Main St"])
@pytest.mark.parametrize("start", [None, "18:30"])
def test_a_first_text_fits_one_part_with_the_footer_for_a_title_of_thirty(seed, place, start):
    event = EventSchedule(date(2027, 9, 29), start, DENVER)  # Wed 29 Sep 2027: as long as days get
    filled = fill_template(
        seed.body, None, build_event_values("T" * 30, event, place, LONG_BEFORE)
    ).strip()
    weight = measure_segments(append_footer(filled, DEFAULT_OPT_OUT_FOOTER))
    assert (weight.encoding, weight.segments) == ("GSM-7", 1)
    assert list_template_problems(seed.body, of_event=True) == []


def test_a_first_text_has_no_holes_without_a_time_and_place():
    filled = fill_template(
        DEFAULT_REMINDER_STEPS[1].body,
        None,
        build_event_values("Picnic", EventSchedule(PICNIC.day, None, DENVER), None, at(2026, 5, 1)),
    )
    assert filled.strip() == "See you tomorrow: Picnic.\nFri 8 May"


def test_the_day_is_said_with_its_year_when_that_is_another():
    assert build_event_values("Picnic", PICNIC, "Town hall", at(2026, 5, 1)) == {
        "event_title": "Picnic",
        "event_date": "Fri 8 May",
        "event_time": "18:30",
        "event_place": "Town hall",
        "due_date": "Fri 8 May",
        "days_until": "8",
    }
    assert (
        build_event_values("Picnic", PICNIC, None, at(2026, 1, 1))["event_date"] == "Fri 8 May 2026"
    )


@pytest.mark.parametrize(
    ("days", "time", "not_after"),
    [
        (0, "00:00", at(2026, 5, 9, 6)),
        (0, "09:00", at(2026, 5, 9, 6)),
        (0, "23:59", at(2026, 5, 9, 6)),
        (-1, "10:00", at(2026, 5, 8, 6)),
        (1, "10:00", None),
    ],
)
def test_an_event_without_a_time_is_the_whole_day(days, time, not_after):
    """E01: the reminder of that morning is sent."""
    all_day = EventSchedule(PICNIC.day, None, DENVER)
    timing = compute_reminder_timing(days, time, True, all_day, LONG_BEFORE)
    assert (timing.state, timing.not_after) == (ReminderStepState.PLANNED, not_after)


def test_a_day_of_25_hours_is_a_whole_day_too():
    all_day = EventSchedule(date(2026, 11, 1), None, DENVER)
    timing = compute_reminder_timing(0, "23:30", True, all_day, LONG_BEFORE)
    assert (timing.state, timing.not_after) == (ReminderStepState.PLANNED, at(2026, 11, 2, 7))


def test_the_time_is_written_as_the_country_writes_it():
    values = build_event_values("Picnic", PICNIC, None, at(2026, 5, 1), "US")
    assert values["event_time"] == "6:30 PM"
