"""A jump of the wall clock is noticed, and believed when it is confirmed (R20)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock_watch import MAX_STEP_SECONDS, SETTLING_SECONDS, ClockWatch

START = datetime(2026, 11, 28, 8, tzinfo=UTC)
HOUR = 3600.0


class Clocks:
    """Two clocks that a test turns: the wall's, and the one since the start of the machine."""

    def __init__(self):
        self.wall, self.boot = START, 1000.0
        self.watch = ClockWatch(lambda: self.wall, lambda: self.boot)

    def wait(self, seconds, *, wall=None):
        """Let time pass; `wall`: as much passes on the wall clock instead."""
        self.boot += seconds
        self.wall += timedelta(seconds=seconds if wall is None else wall)
        return self.watch


@pytest.fixture
def clocks():
    return Clocks()


@pytest.mark.parametrize(
    ("passed", "wall", "jump"),
    [
        pytest.param(1, 1, 0, id="a second"),
        pytest.param(8 * HOUR, 8 * HOUR, 0, id="a lid that was closed for the night"),
        pytest.param(1, 1 + MAX_STEP_SECONDS, 0, id="a step as NTP makes one"),
        pytest.param(1, 1 + 2 * MAX_STEP_SECONDS, 2 * MAX_STEP_SECONDS, id="two minutes ahead"),
        pytest.param(1, 1 + 3 * HOUR, 3 * HOUR, id="three hours ahead"),
        pytest.param(1, 1 - HOUR, -HOUR, id="an hour back"),
    ],
)
def test_what_is_a_jump(clocks, passed, wall, jump):
    watch = clocks.wait(passed, wall=wall)
    assert watch.jump_seconds == pytest.approx(jump)
    # Back, things seem due later, and nothing is done for good.
    assert watch.is_in_doubt is (jump > 0)
    assert (clocks.wall - watch.find_certain_moment(clocks.wall)).total_seconds() == pytest.approx(
        max(0, jump)
    )


def test_a_clock_that_drifts_is_followed(clocks):
    for _ in range(100):
        assert not clocks.wait(60, wall=90).is_in_doubt


def test_a_jump_for_six_seconds_is_over_with_it(clocks):
    assert clocks.wait(1, wall=3 * HOUR).is_in_doubt
    assert clocks.wait(6).is_in_doubt
    assert not clocks.wait(1, wall=1 - 3 * HOUR).jump_seconds


def test_what_has_stood_for_ten_minutes_is_believed(clocks):
    clocks.wait(1, wall=HOUR).look()
    assert clocks.wait(SETTLING_SECONDS - 1).is_in_doubt
    assert not clocks.wait(2).is_in_doubt
    assert clocks.watch.describe_jump() == ""


def test_a_second_jump_begins_the_ten_minutes_anew(clocks):
    clocks.wait(1, wall=HOUR).look()
    clocks.wait(SETTLING_SECONDS - 10, wall=2 * HOUR).look()
    assert clocks.wait(SETTLING_SECONDS - 10).is_in_doubt


def test_the_carrier_confirms_at_once(clocks):
    watch = clocks.wait(1, wall=HOUR)
    assert "jumped ahead by about 1 hour" in watch.describe_jump()
    assert "when Twilio's clock agrees" in watch.describe_jump()
    watch.compare_with_carrier(timedelta(seconds=2))
    assert not watch.is_in_doubt


def test_while_the_carrier_says_that_it_is_wrong_it_is_not_believed(clocks):
    watch = clocks.wait(1, wall=HOUR)
    watch.compare_with_carrier(timedelta(hours=-1))
    assert "Twilio's clock disagrees" in watch.describe_jump()
    assert clocks.wait(10 * SETTLING_SECONDS).is_in_doubt
    watch.compare_with_carrier(timedelta())
    assert not watch.is_in_doubt


def test_a_carrier_with_a_time_of_its_own_confirms_nothing(clocks):
    watch = clocks.wait(1, wall=HOUR)
    watch.compare_with_carrier(timedelta(days=3))
    assert watch.is_in_doubt
    assert not clocks.wait(SETTLING_SECONDS + 1).is_in_doubt


def test_put_right_after_a_wrong_time_that_went_back(clocks):
    """The battery is empty, then NTP comes: the right time is where it was."""
    assert "went back by about 1 hour" in clocks.wait(1, wall=1 - HOUR).describe_jump()
    assert not clocks.wait(5, wall=5 + HOUR).jump_seconds
