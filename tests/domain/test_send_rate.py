"""How fast segments leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.send_rate import TokenBucket


def leaving(bucket: TokenBucket, segments: list[int], start: float = 0.0) -> list[float]:
    """Return when these texts leave, if each leaves as soon as it may."""
    now, moments = start, []
    for size in segments:
        now += bucket.seconds_until_token(now)
        assert bucket.has_token(now)
        bucket.take_tokens(size, now)
        moments.append(now)
    return moments


def test_one_segment_a_second_is_one_text_a_second():
    moments = leaving(TokenBucket(1), [1] * 61)
    assert moments == pytest.approx(range(61))


def test_a_text_of_three_parts_takes_three_seconds():
    assert leaving(TokenBucket(1), [3] * 11) == pytest.approx(range(0, 33, 3))


def test_a_fast_sender_may_send_one_seconds_worth_at_once():
    moments = leaving(TokenBucket(50), [1] * 150)
    assert moments[49] == 0
    assert moments[50] == pytest.approx(0.02)
    assert moments[149] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("rate", "burst"), [(0.25, 1), (1, 1), (3, 1), (4.9, 1), (5, 5), (100, 100)]
)
def test_a_slow_sender_has_no_burst(rate, burst):
    assert leaving(TokenBucket(rate), [1] * (burst + 1)).count(0) == burst


def test_a_long_idle_time_saves_up_no_more_than_the_burst():
    bucket = TokenBucket(10)
    bucket.take_tokens(10, 0)
    assert leaving(bucket, [1] * 11, start=3600).count(3600) == 10


def test_a_clock_that_stands_or_goes_back_gives_nothing_away():
    bucket = TokenBucket(1)
    bucket.take_tokens(1, 100.0)
    assert not bucket.has_token(100.0)
    assert not bucket.has_token(50.0)
    assert not bucket.has_token(100.5)
    assert bucket.seconds_until_token(100.5) == pytest.approx(0.5)
    assert bucket.has_token(101.0)


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_that_sends_nothing_is_refused(rate):
    with pytest.raises(ValueError):
        TokenBucket(rate)


@given(st.floats(0.1, 200), st.lists(st.integers(1, 11), min_size=1, max_size=80))
def test_never_more_than_the_rate_leaves_beyond_the_burst_and_the_last_text(rate, segments):
    bucket = TokenBucket(rate)
    moments = leaving(bucket, segments)
    assert moments == sorted(moments)
    before_last = sum(segments[:-1])
    assert before_last <= bucket.burst + rate * moments[-1] + 1e-6
