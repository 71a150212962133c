"""How many messages the engine may claim now, and how long it waits until it looks again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flask import Flask

from app.core.clock_watch import get_clock_watch
from app.core.settings import Settings
from app.delivery.actions.message_claiming import ClaimedMessage, SendCapacity
from app.delivery.engine.backoff import SenderBackoff
from app.domain.delivery.send_rate import SenderPace, TokenBucket

# A tick for every single message would cost more than the messages: results are gathered for about
# the time of one message, within these bounds.
MIN_BATCH_WAIT_SECONDS = 0.0005
MAX_BATCH_WAIT_SECONDS = 0.03
# More is claimed than may be out, so that slots stay busy while a tick is stored.
CLAIM_AHEAD_FACTOR = 1.25
# With this share of the slots answered a tick is worth its commit.
FULL_BATCH_SHARE = 0.25


class SendPacing:
    """The pace of one sender: its rate, its back-off, and the slots that are free.

    Used on the engine's loop only. Moments are seconds of the loop's clock.
    """

    def __init__(self, settings: Settings, backoff: SenderBackoff) -> None:
        self.backoff = backoff
        self.bucket = TokenBucket(settings.effective_send_rate)
        self.max_claimed = int(settings.send_concurrency * CLAIM_AHEAD_FACTOR)
        self.full_batch = settings.send_concurrency * FULL_BATCH_SHARE
        self.batch_wait_seconds = min(
            max(1 / settings.effective_send_rate, MIN_BATCH_WAIT_SECONDS), MAX_BATCH_WAIT_SECONDS
        )
        self.last_served_log_id = 0

    def compute_capacity(self, in_flight_count: int, moment: float) -> SendCapacity | None:
        """Return how much may be claimed now, None when nothing may."""
        max_in_flight = 1 if self.backoff.is_probing else self.max_claimed
        max_rows = max_in_flight - in_flight_count
        must_wait = self.backoff.get_wait_seconds(moment) or not self.bucket.has_token(moment)
        if max_rows < 1 or must_wait:
            return None
        return SendCapacity(
            max_rows,
            self.bucket,
            moment,
            self.backoff.pace.held_until,
            self.last_served_log_id,
        )

    def compute_pause(self, moment: float) -> float:
        """Return the seconds until something may be claimed, at least one batch's."""
        return max(
            self.bucket.seconds_until_token(moment),
            self.backoff.get_wait_seconds(moment),
            self.batch_wait_seconds,
        )

    def load_pace(self, pace: SenderPace, moment: float) -> None:
        """Take over what a tick has read about the sender."""
        self.backoff.load_pace(pace, moment)
        self.bucket.set_rate_share(pace.share, moment)

    def record_claims(self, messages: Sequence[ClaimedMessage]) -> None:
        """Remember which blast was served last: the next tick begins with the one after it."""
        for message in messages:
            if message.log_id:
                self.last_served_log_id = message.log_id


def add_certain_moment(app: Flask, capacity: SendCapacity, moment: datetime) -> SendCapacity:
    """Return the capacity with the moment that it is at least, when the clock says `moment`."""
    return replace(capacity, certain_moment=get_clock_watch(app).find_certain_moment(moment))
