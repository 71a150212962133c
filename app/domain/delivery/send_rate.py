"""How fast segments may leave: a token bucket, and what slows it down.

Clocks come in as arguments: `now` is seconds of a monotonic clock, `moment` is UTC.
"""

import math
from dataclasses import dataclass
from datetime import datetime

# Not 1, because 0.1 added ten times is less than 1.
ONE_TOKEN_THRESHOLD = 1 - 1e-9
SHARE_RECOVERY_PER_MINUTE = 0.1
SHARE_DOUBLING_SECONDS = 5.0
# From the smallest share, 1/32, five doublings make the full rate.
MAX_DOUBLINGS = 40.0
NEAR_LIMIT = 0.75
# At less than 5 segments a second the bucket holds one segment, not one second's worth.
MIN_RATE_FOR_BURST = 5
# Twilio's own clock and queue get this much time before a text's end.
VALIDITY_MARGIN_SECONDS = 30
# Twilio's limit: a text may wait ten hours at most.
MAX_VALIDITY_SECONDS = 36_000


@dataclass(frozen=True)
class SenderPace:
    """What a sender may do now: `share` of its rate, nothing for `held_seconds` from now.

    `held_until` (UTC) is the end of the hold, None without one.
    """

    share: float = 1.0
    held_seconds: float = 0.0
    held_until: datetime | None = None

    @property
    def is_on_trial(self) -> bool:
        """Whether, after the hold, one text goes out alone to test the sender."""
        return self.held_until is not None


def compute_rate_share(
    share: float,
    slowed_at: datetime | None,
    moment: datetime,
    limit_share: float | None = None,
) -> float:
    """Return what has become of a share since `slowed_at`, at most the full rate.

    It doubles every five seconds without a refusal: a burst of refusals is mostly over soon. From
    three quarters of `limit_share`, at which it was refused again while it grew, it grows by a
    tenth of the full rate a minute.
    """
    if slowed_at is None:
        return 1.0
    seconds = max(0.0, (moment - slowed_at).total_seconds())
    doublings = min(seconds / SHARE_DOUBLING_SECONDS, MAX_DOUBLINGS)
    doubled: float = min(1.0, share * 2.0**doublings)
    threshold = 1.0 if limit_share is None else max(share, limit_share * NEAR_LIMIT)
    if doubled <= threshold:
        return doubled
    seconds_to_threshold = SHARE_DOUBLING_SECONDS * math.log2(threshold / share)
    minutes = (seconds - seconds_to_threshold) / 60
    grown: float = threshold + SHARE_RECOVERY_PER_MINUTE * minutes
    return min(1.0, grown)


def find_limit_share(
    stored_share: float, current_share: float, known_limit: float | None
) -> float | None:
    """Return the share near which a sender is refused, None while it is not known.

    A refusal at the full rate may be a burst. One while the share was growing again says where the
    limit lies.
    """
    if stored_share < current_share < 1.0:
        return current_share
    return known_limit


def compute_validity_seconds(end: datetime, moment: datetime) -> int | None:
    """Return how many seconds the carrier may keep a text that must leave before `end`.

    None when it is too late.
    """
    seconds = int((end - moment).total_seconds()) - VALIDITY_MARGIN_SECONDS
    return min(seconds, MAX_VALIDITY_SECONDS) if seconds >= 1 else None


class TokenBucket:
    """A token bucket; a token is a segment. It is full at the start. Not thread-safe."""

    def __init__(self, rate: float) -> None:
        """Fill the bucket. `rate` is in segments a second; raises ValueError unless above 0."""
        if not rate > 0:
            raise ValueError("the rate must be above 0")
        self.full_rate = rate
        self.rate = rate
        self.burst = _compute_burst(rate)
        self._tokens = self.burst
        self._refilled_at: float | None = None

    def set_rate_share(self, share: float, now: float) -> None:
        """Slow the bucket down to this share (above 0, at most 1) of the full rate."""
        rate = self.full_rate * share
        if rate == self.rate:
            return
        # What was earned until now was earned at the old rate.
        self._refill(now)
        self.rate = rate
        self.burst = _compute_burst(rate)
        self._tokens = min(self._tokens, self.burst)

    def has_token(self, now: float) -> bool:
        """Whether a text may leave now."""
        self._refill(now)
        return self._tokens >= ONE_TOKEN_THRESHOLD

    def take_tokens(self, segments: int, now: float) -> None:
        """Count a text that leaves now.

        A long one may leave a debt; the next one then waits until the debt is earned.
        """
        self._refill(now)
        self._tokens -= segments

    def seconds_until_token(self, now: float) -> float:
        """Return the seconds until a text may leave, 0 when it may leave now."""
        self._refill(now)
        if self._tokens >= ONE_TOKEN_THRESHOLD:
            return 0.0
        return (1 - self._tokens) / self.rate

    def _refill(self, now: float) -> None:
        if self._refilled_at is None:
            self._refilled_at = now
        # A clock that goes back earns nothing and takes nothing.
        if now > self._refilled_at:
            earned = (now - self._refilled_at) * self.rate
            self._tokens = min(self.burst, self._tokens + earned)
            self._refilled_at = now


def _compute_burst(rate: float) -> float:
    """Return how many tokens a bucket of this rate holds: one second's worth, or one."""
    return rate if rate >= MIN_RATE_FOR_BURST else 1.0
