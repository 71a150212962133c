"""How fast segments may leave: a token bucket, and what slows it down.

Clocks come in as arguments: `now` is seconds of a monotonic clock, `moment` is UTC.
"""

from dataclasses import dataclass
from datetime import datetime

# Not 1, because 0.1 added ten times is less than 1.
ONE_TOKEN_THRESHOLD = 1 - 1e-9
SHARE_RECOVERY_PER_MINUTE = 0.1
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


def compute_rate_share(share: float, slowed_at: datetime | None, moment: datetime) -> float:
    """Return what has become of a share since `slowed_at`.

    It grows back by a tenth a minute, up to the full rate.
    """
    if slowed_at is None:
        return 1.0
    minutes = max(0.0, (moment - slowed_at).total_seconds() / 60)
    return min(1.0, share + SHARE_RECOVERY_PER_MINUTE * minutes)


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
