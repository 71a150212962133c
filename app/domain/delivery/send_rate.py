"""How fast segments may leave: a token bucket on a monotonic clock that comes in as seconds,
and what slows it.
"""

from dataclasses import dataclass
from datetime import datetime

ONE_TOKEN_THRESHOLD = 1 - 1e-9  # 0.1 added ten times is not 1


SHARE_RECOVERY_PER_MINUTE = 0.1


@dataclass(frozen=True)
class SenderPace:
    """What a sender may do now: `share` of its rate; silence until `until` (UTC), `held`
    seconds from now.
    """

    share: float = 1.0
    held_seconds: float = 0.0
    held_until: datetime | None = None

    @property
    def is_on_trial(self) -> bool:
        """Whether, after the silence, one text goes alone to try."""
        return self.held_until is not None


def compute_rate_share(share: float, slowed_at: datetime | None, moment: datetime) -> float:
    """What has become of a share since it was set: it grows back by a tenth a minute, up to the
    whole rate.
    """
    if slowed_at is None:
        return 1.0
    minutes = max(0.0, (moment - slowed_at).total_seconds() / 60)
    return min(1.0, share + SHARE_RECOVERY_PER_MINUTE * minutes)


VALIDITY_MARGIN_SECONDS = 30  # Twilio's own clock and queue get this much before a text's end
MAX_VALIDITY_SECONDS = 36_000  # Twilio: a text may wait ten hours at most


def compute_validity_seconds(end: datetime, moment: datetime) -> int | None:
    """How many seconds the carrier may keep a text that must not leave after `end`; None when
    it is too late.
    """
    seconds = int((end - moment).total_seconds()) - VALIDITY_MARGIN_SECONDS
    return min(seconds, MAX_VALIDITY_SECONDS) if seconds >= 1 else None


class TokenBucket:
    """Tokens are segments.

    Full at the start; holds one second's worth, or one segment below 5 a second.
    """

    def __init__(self, rate: float) -> None:
        """`rate` is in segments a second. Raises ValueError unless it is above 0."""
        if not rate > 0:
            raise ValueError("the rate must be above 0")
        self.rate = self.full_rate = rate
        self.burst = max(1.0, rate) if rate >= 5 else 1.0
        self._tokens = self.burst
        self._seen: float | None = None

    def set_rate_share(self, share: float, now: float) -> None:
        """From now on this share (above 0, at most 1) of the full rate."""
        rate = self.full_rate * share
        if rate != self.rate:
            self._refill(now)
            self.rate, self.burst = rate, max(1.0, rate) if rate >= 5 else 1.0
            self._tokens = min(self._tokens, self.burst)

    def has_token(self, now: float) -> bool:
        """Whether a text may go now."""
        self._refill(now)
        return self._tokens >= ONE_TOKEN_THRESHOLD

    def take_tokens(self, segments: int, now: float) -> None:
        """Count a text that goes now.

        A long one may leave a debt; the next then waits until that is earned.
        """
        self._refill(now)
        self._tokens -= segments

    def seconds_until_token(self, now: float) -> float:
        """Seconds until something may go, 0 when it may go now."""
        self._refill(now)
        return 0.0 if self._tokens >= ONE_TOKEN_THRESHOLD else (1 - self._tokens) / self.rate

    def _refill(self, now: float) -> None:
        if self._seen is not None and now > self._seen:
            self._tokens = min(self.burst, self._tokens + (now - self._seen) * self.rate)
        self._seen = now if self._seen is None else max(now, self._seen)
