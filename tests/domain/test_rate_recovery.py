"""After a burst of refusals the pace is back in half a minute; near a known limit it creeps."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.delivery.retry_delays import compute_throttled_delay
from app.domain.delivery.send_rate import compute_rate_share, find_limit_share

BEGAN = datetime(2026, 11, 28, tzinfo=UTC)


def share_after(seconds, share=1 / 32, limit=None):
    return compute_rate_share(share, BEGAN, BEGAN + timedelta(seconds=seconds), limit)


@pytest.mark.parametrize(
    ("seconds", "share"),
    [(0, 1 / 32), (5, 1 / 16), (15, 1 / 4), (25, 1.0), (1e9, 1.0), (-60, 1 / 32)],
)
def test_it_doubles_every_five_seconds(seconds, share):
    """R15: from the smallest share back to the full rate in 25 s."""
    assert share_after(seconds) == pytest.approx(share)


def test_near_a_known_limit_it_grows_by_a_tenth_a_minute():
    assert share_after(5, 0.3, limit=0.8) == pytest.approx(0.6)
    reached = 5 * 1.0  # from 0.3 to 0.6 = three quarters of 0.8
    assert share_after(reached + 60, 0.3, limit=0.8) == pytest.approx(0.7)
    assert share_after(reached + 180, 0.3, limit=0.8) == pytest.approx(0.9)
    assert share_after(3600, 0.3, limit=0.8) == 1.0


def test_only_a_refusal_while_it_grows_shows_where_the_limit_is():
    assert find_limit_share(1.0, 1.0, None) is None
    assert find_limit_share(1 / 32, 1.0, None) is None  # at the full rate again: another burst
    assert find_limit_share(0.25, 0.7, None) == 0.7
    assert find_limit_share(0.25, 0.25, 0.7) == 0.7


def test_one_text_tries_every_eight_seconds_at_most_unless_asked_to_wait():
    assert [compute_throttled_delay(wave, None) for wave in (1, 2, 3, 4, 9)] == [1, 2, 4, 8, 8]
    assert compute_throttled_delay(9, 120.0) == 120.0
