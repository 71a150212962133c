"""What slows us down: the carrier's wish, silence on the line, and doubts, counted as answers
come in.

A wish of the carrier holds everybody back in this process at once. What lasts longer is stored
(a Wish, for the next turn), so that pages can tell it and a process that takes over keeps to
it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.delivery.actions import failure_reactions, sender_throttle
from app.delivery.carriers.carrier_interface import (
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
)
from app.domain.delivery import retry_delays
from app.domain.delivery.carrier_error_codes import (
    UNPROCESSED_HTTP_STATUS,
    CarrierErrorCode,
    get_missing_sid_error_code,
    get_tls_error_code,
)
from app.domain.delivery.message_statuses import UnknownReason
from app.domain.delivery.send_rate import SenderPace

PendingUpdate = Callable[[datetime], object]

AMBIGUOUS_LIMIT, NO_SID_LIMIT, THROTTLED_LIMIT, UNREACHABLE_LIMIT = (
    10,
    3,
    5,
    5,
)  # so many in a row
HOLD_SECONDS = 60.0
QUEUE_FULL_CODE, QUEUE_FULL_HOLD_SECONDS = 21611, 900.0
MIN_REPORTED_WAIT_SECONDS = 10.0  # a shorter wait is over before anybody has read about it
UNREACHABLE_TEXT = "Twilio cannot be reached. One text goes to try every minute; the others wait."
CARRIER_FAULTS_TEXT = "Twilio answers with faults of its own, or not at all. One text goes to try every minute; the others wait."
QUEUE_FULL_TEXT = "The sender's queue at Twilio is full. The others wait a quarter of an hour."
RETRY_AFTER_TEXT = "Twilio asked us to wait."


@dataclass
class SenderBackoff:
    """Of one sender.

    Moments are seconds of the loop's clock. `note()` each outcome; ask `wait()` before arming.
    """

    sender: str
    carrier: str
    pending_updates: list[PendingUpdate] = field(default_factory=list)
    pace: SenderPace = field(default_factory=SenderPace)
    rejected_waves: int = 0
    _backoff_until: float = 0.0
    _hold_until: float = 0.0
    _streaks: dict[str, int] = field(default_factory=dict)

    def get_wait_seconds(self, moment: float) -> float:
        """Seconds until something may leave; 0 when it may now."""
        return max(0.0, self._backoff_until - moment, self._hold_until - moment)

    @property
    def is_probing(self) -> bool:
        """Whether the next text goes alone, to try."""
        return bool(self.rejected_waves) or self.pace.is_on_trial

    def load_pace(self, pace: SenderPace, moment: float) -> None:
        """What is stored now.

        A hold is counted on our own clock from when it was first seen: no wall clock ends it.
        """
        if pace.held_until != self.pace.held_until:
            self._hold_until = (
                moment + min(pace.held_seconds, retry_delays.MAX_RETRY_AFTER_SECONDS)
                if pace.held_until
                else 0.0
            )
        self.pace = pace

    def record_outcome(self, outcome: SendOutcome, moment: float) -> None:
        """Count one answer."""
        if isinstance(outcome, SendNotProcessed):
            self._record_unprocessed(outcome, moment)
        elif isinstance(outcome, SendAmbiguous):
            self._record_ambiguous(outcome)
        else:
            self.rejected_waves = 0
            self._streaks.clear()
            if self.pace.is_on_trial:
                self.pending_updates.append(
                    lambda _moment: sender_throttle.release_sender_hold(self.sender, self.carrier)
                )

    def _record_ambiguous(self, outcome: SendAmbiguous) -> None:
        if self._count_streak("doubts", AMBIGUOUS_LIMIT):
            self._queue_hold(HOLD_SECONDS, CARRIER_FAULTS_TEXT)
        if outcome.cause is not UnknownReason.NO_NAME:
            self._streaks.pop("nameless", None)
        elif self._count_streak("nameless", NO_SID_LIMIT):
            self._queue_pause(get_missing_sid_error_code)

    def _record_unprocessed(self, outcome: SendNotProcessed, moment: float) -> None:
        """The others that were on the wire together say the same: a wave counts once."""
        new_wave = moment >= self._backoff_until
        self.rejected_waves += new_wave
        wait = retry_delays.compute_retry_delay(self.rejected_waves, outcome.retry_after)
        self._backoff_until = max(self._backoff_until, moment + wait)
        if outcome.is_certificate_error:
            self._queue_pause(get_tls_error_code)
        elif outcome.code == QUEUE_FULL_CODE:
            self._queue_hold(QUEUE_FULL_HOLD_SECONDS, QUEUE_FULL_TEXT, QUEUE_FULL_CODE)
        elif outcome.http_status is None:
            if self._count_streak("unreachable", UNREACHABLE_LIMIT):
                self._queue_hold(HOLD_SECONDS, UNREACHABLE_TEXT)
        else:
            self._record_throttled(outcome, wait, new_wave)

    def _record_throttled(self, outcome: SendNotProcessed, wait: float, new_wave: bool) -> None:
        if outcome.http_status == UNPROCESSED_HTTP_STATUS and self._count_streak(
            "throttled", THROTTLED_LIMIT, again=new_wave
        ):
            self.pending_updates.append(
                partial(sender_throttle.slow_sender, self.sender, self.carrier)
            )
        if wait >= MIN_REPORTED_WAIT_SECONDS:
            self._queue_hold(wait, RETRY_AFTER_TEXT, outcome.code)

    def _count_streak(self, what: str, most: int, *, again: bool = False) -> bool:
        """Whether this makes `most` in a row; while one text at a time goes to try, every
        single one does.
        """
        self._streaks[what] = self._streaks.get(what, 0) + 1
        count = self._streaks[what]
        return count == most or self.pace.is_on_trial or (again and count > most)

    def _queue_hold(self, seconds: float, words: str, code: int | None = None) -> None:
        def hold(moment: datetime) -> None:
            sender_throttle.hold_sender(
                self.sender,
                self.carrier,
                moment + timedelta(seconds=seconds),
                code,
                words,
            )

        self.pending_updates.append(hold)

    def _queue_pause(self, receipt: Callable[[], CarrierErrorCode]) -> None:
        self.pending_updates.append(
            lambda _moment: failure_reactions.pause_blasts_of_sender(
                self.sender, self.carrier, receipt()
            )
        )
