"""When the steps of sequences are due: tables over changes of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.sequences.step_conditions import (
    InvalidStepCondition,
    StepCondition,
    StepConditionKind,
    parse_step_condition,
    write_step_condition,
)
from app.domain.sequences.step_times import compute_repeat_time, compute_step_time, is_too_late

DENVER, LORD_HOWE, APIA = "America/Denver", "Australia/Lord_Howe", "Pacific/Apia"


def utc(text):
    """Return the moment of a text such as "2026-11-28 19:00", which is in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "counts_from", "days", "clock", "due"),
    [
        # at once, and at the same time of a later day: over the change of 1 November too
        (DENVER, "2026-10-31 18:00", 0, None, "2026-10-31 18:00"),
        (DENVER, "2026-10-31 18:00", 1, None, "2026-11-01 19:00"),
        (DENVER, "2026-03-07 19:00", 1, None, "2026-03-08 18:00"),
        # later on the same day, or the next one where the time has passed
        (DENVER, "2026-11-28 14:00", 0, "09:00", "2026-11-28 16:00"),
        (DENVER, "2026-11-28 19:00", 0, "09:00", "2026-11-29 16:00"),
        (DENVER, "2026-11-28 19:00", 3, "09:00", "2026-12-01 16:00"),
        # the day is that of the zone, not of UTC
        (DENVER, "2026-11-29 05:00", 1, "09:00", "2026-11-29 16:00"),
        # 2:30 is skipped on 8 March, and comes twice on 1 November: the first one
        (DENVER, "2026-03-07 19:00", 1, "02:30", "2026-03-08 09:30"),
        (DENVER, "2026-10-31 18:00", 1, "01:30", "2026-11-01 07:30"),
        # half an hour, and the day that Samoa left out
        (LORD_HOWE, "2026-10-03 00:00", 1, "02:15", "2026-10-03 15:45"),
        (APIA, "2011-12-29 20:00", 1, "09:00", "2011-12-30 19:00"),
        # no such zone: as UTC
        ("Mars/Base", "2026-11-28 19:00", 1, "09:00", "2026-11-29 09:00"),
    ],
)
def test_a_step_is_due_on_the_clocks_of_the_organisation(zone, counts_from, days, clock, due):
    assert compute_step_time(utc(counts_from), days, clock, zone) == utc(due)


def test_a_step_that_repeats_passes_over_what_is_too_late():
    due = utc("2026-11-01 16:00")
    assert compute_repeat_time(due, 3, "09:00", DENVER, due) == utc("2026-11-04 16:00")
    late = compute_repeat_time(due, 3, "09:00", DENVER, utc("2026-11-30 12:00"))
    assert late == utc("2026-12-01 16:00")
    assert not is_too_late(late, utc("2026-11-30 12:00"))


def test_a_step_is_too_late_after_a_day():
    due = utc("2026-11-28 19:00")
    assert not is_too_late(due, due + timedelta(hours=24))
    assert is_too_late(due, due + timedelta(hours=24, seconds=1))


@pytest.mark.parametrize("kind", StepConditionKind)
def test_conditions_are_read_as_they_were_written(kind):
    condition = StepCondition(kind, None if kind.value.startswith("event") else 7)
    assert parse_step_condition(write_step_condition(condition)) == condition


@pytest.mark.parametrize(
    "text", ["{}", "[]", "no JSON", '{"kind": "in_group"}', '{"kind": "event_coming", "ref": 1}']
)
def test_a_condition_that_is_none_is_refused(text):
    with pytest.raises(InvalidStepCondition):
        parse_step_condition(text)
