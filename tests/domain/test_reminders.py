"""When the steps of a plan are due, what is too late, and the texts that a plan begins with."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reminders import (
    SEEDS,
    Calendar,
    StepState,
    due_at,
    in_words,
    registered_by,
    timing,
    values_of,
)
from app.domain.segments import measure
from app.domain.wording import DEFAULT_FOOTER, fill, problems_with, with_footer

DENVER = "America/Denver"
PICNIC = Calendar(date(2026, 5, 8), "18:30", DENVER)
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
    assert due_at(days, time, PICNIC) == moment


def test_a_time_that_the_clocks_skip_is_as_much_later():
    spring = Calendar(date(2026, 3, 9), None, DENVER)
    assert due_at(-1, "02:30", spring) == at(2026, 3, 8, 9, 30)  # 03:30 there
    assert due_at(-2, "02:30", spring) == at(2026, 3, 7, 9, 30)


def test_of_a_time_that_comes_twice_the_first_is_meant():
    assert due_at(-1, "01:30", Calendar(date(2026, 11, 2), None, DENVER)) == at(
        2026, 11, 1, 7, 30
    )


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("days", [-365, 365])
def test_the_edge_of_the_calendar_is_no_moment_and_no_error(day, days):
    assert (
        timing(
            days, "10:00", True, Calendar(day, None, "Pacific/Kiritimati"), LONG_BEFORE
        ).state
        in StepState
    )


@pytest.mark.parametrize(
    ("days", "time", "now", "state"),
    [
        (-1, "10:00", at(2026, 5, 7, 15, 59), StepState.PLANNED),
        (-1, "10:00", at(2026, 5, 7, 16), StepState.TOO_LATE),
        (0, "18:29", LONG_BEFORE, StepState.PLANNED),
        (0, "18:30", LONG_BEFORE, StepState.AFTER_START),
        (0, "20:00", LONG_BEFORE, StepState.AFTER_START),
        (1, "10:00", LONG_BEFORE, StepState.PLANNED),
        (1, "10:00", at(2026, 5, 9, 17), StepState.TOO_LATE),
    ],
)
def test_what_becomes_of_a_step(days, time, now, state):
    assert timing(days, time, True, PICNIC, now).state == state


def test_a_step_that_is_off_is_off_and_without_a_date_none_is_due():
    assert timing(-1, "10:00", False, PICNIC, LONG_BEFORE).state == StepState.OFF
    someday = Calendar(None, None, DENVER)
    assert timing(-1, "10:00", True, someday, LONG_BEFORE).state == StepState.NO_DATE
    assert timing(-1, "10:00", False, someday, LONG_BEFORE).state == StepState.OFF


def test_what_is_for_before_the_event_ends_when_it_begins_and_a_follow_up_does_not():
    assert timing(-1, "10:00", True, PICNIC, LONG_BEFORE).not_after == at(
        2026, 5, 9, 0, 30
    )
    assert timing(1, "10:00", True, PICNIC, LONG_BEFORE).not_after is None
    whole_day = Calendar(date(2026, 5, 8), None, DENVER)
    assert timing(-1, "10:00", True, whole_day, LONG_BEFORE).not_after == at(
        2026, 5, 8, 6
    )


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
    found = timing(days, time, True, Calendar(day, start, zone), now)
    if found.state == StepState.PLANNED:
        assert found.due > now
        assert found.not_after is None or found.due < found.not_after
    assert (found.not_after is None) == (days > 0)


def test_steps_are_said_in_words():
    assert [in_words(days) for days in (-7, -1, 0, 1, 2)] == [
        "7 days before",
        "1 day before",
        "on the day",
        "1 day after",
        "2 days after",
    ]


def test_who_registers_in_the_last_hour_skips_the_step():
    assert registered_by(at(2026, 5, 7, 16)) == at(2026, 5, 7, 15)


def test_the_first_plan_is_a_week_and_a_day_before_and_a_follow_up_that_is_off():
    assert [(seed.days, seed.time_of_day, seed.is_on) for seed in SEEDS] == [
        (-7, "10:00", True),
        (-1, "10:00", True),
        (1, "10:00", False),
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("place", [None, "Riverside Community Center, 12 Main St"])
@pytest.mark.parametrize("start", [None, "18:30"])
def test_a_first_text_fits_one_part_with_the_footer_for_a_title_of_thirty(
    seed, place, start
):
    event = Calendar(
        date(2027, 9, 29), start, DENVER
    )  # Wed 29 Sep 2027: as long as days get
    filled = fill(
        seed.body, None, values_of("T" * 30, event, place, LONG_BEFORE)
    ).strip()
    weight = measure(with_footer(filled, DEFAULT_FOOTER))
    assert (weight.encoding, weight.segments) == ("GSM-7", 1)
    assert problems_with(seed.body, of_event=True) == []


def test_a_first_text_has_no_holes_without_a_time_and_place():
    filled = fill(
        SEEDS[1].body,
        None,
        values_of("Picnic", Calendar(PICNIC.day, None, DENVER), None, at(2026, 5, 1)),
    )
    assert filled.strip() == "See you tomorrow: Picnic.\nFri 8 May"


def test_the_day_is_said_with_its_year_when_that_is_another():
    assert values_of("Picnic", PICNIC, "Town hall", at(2026, 5, 1)) == {
        "event_title": "Picnic",
        "event_date": "Fri 8 May",
        "event_time": "18:30",
        "event_place": "Town hall",
    }
    assert (
        values_of("Picnic", PICNIC, None, at(2026, 1, 1))["event_date"]
        == "Fri 8 May 2026"
    )
