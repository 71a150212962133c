"""What slows a sender down: the carrier's wish, an unreachable network, and unclear answers.

A wait that the carrier asks for holds back everything in this process at once. What lasts longer is
stored with the next tick, so that pages can show it and a process that takes over keeps to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.delivery.actions import failure_reactions, sender_throttle
from app.delivery.carriers.carrier_interface import SendAmbiguous, SendNotProcessed, SendOutcome
from app.delivery.engine.timings import EngineTimings
from app.domain.delivery import retry_delays
from app.domain.delivery.carrier_error_codes import (
    UNPROCESSED_HTTP_STATUS,
    CarrierErrorCode,
    get_missing_sid_error_code,
    get_tls_error_code,
)
from app.domain.delivery.message_statuses import UnknownReason
from app.domain.delivery.send_rate import SenderPace

# A change to store with the next tick, called inside write() with the tick's moment.
PendingUpdate = Callable[[datetime], object]

# So many in a row, the same as in carrier_codes.csv for the codes that mean this.
AMBIGUOUS_LIMIT = 10
NO_SID_LIMIT = 3
THROTTLED_LIMIT = 5
UNREACHABLE_LIMIT = 5
# Twilio's code for a sender whose queue is full; what waits there takes a while to leave.
QUEUE_FULL_CODE = 21611
QUEUE_FULL_HOLD_SECONDS = 900.0
# A shorter wait is over before anybody has read about it.
MIN_REPORTED_WAIT_SECONDS = 10.0
UNREACHABLE_TEXT = "Twilio can't be reached. One text is tried every minute; the others wait."
CARRIER_FAULTS_TEXT = (
    "Twilio is having problems or not responding. One text is tried every minute; the others wait."
)
QUEUE_FULL_TEXT = "The sender's queue at Twilio is full. Sending continues in 15 minutes."
RETRY_AFTER_TEXT = "Twilio asked us to wait."


@dataclass
class SenderBackoff:
    """The back-off of one sender. Used on the engine's loop only, so it needs no lock.

    Moments are seconds of the loop's clock. Call record_outcome() with each outcome and
    get_wait_seconds() before claiming.
    """

    sender: str
    carrier: str
    timings: EngineTimings = field(default_factory=EngineTimings)
    pending_updates: list[PendingUpdate] = field(default_factory=list)
    pace: SenderPace = field(default_factory=SenderPace)
    rejected_waves: int = 0
    _backoff_until: float = 0.0
    _hold_until: float = 0.0
    _streaks: dict[str, int] = field(default_factory=dict)

    def get_wait_seconds(self, moment: float) -> float:
        """Return the seconds until something may leave; 0 when it may now."""
        return max(0.0, self._backoff_until - moment, self._hold_until - moment)

    @property
    def is_probing(self) -> bool:
        """Whether the next text goes alone, to try."""
        return bool(self.rejected_waves) or self.pace.is_on_trial

    def load_pace(self, pace: SenderPace, moment: float) -> None:
        """Take over what is stored about the sender.

        A hold is counted on the loop's clock from when this process first read it: setting the wall
        clock neither ends nor prolongs it.
        """
        if pace.held_until != self.pace.held_until:
            self._hold_until = 0.0
            if pace.held_until:
                held_seconds = min(pace.held_seconds, retry_delays.MAX_RETRY_AFTER_SECONDS)
                self._hold_until = moment + held_seconds
        self.pace = pace

    def record_outcome(self, outcome: SendOutcome, moment: float) -> None:
        """Count one answer of the carrier."""
        if isinstance(outcome, SendNotProcessed):
            self._record_unprocessed(outcome, moment)
        elif isinstance(outcome, SendAmbiguous):
            self._record_ambiguous(outcome)
        else:
            self._record_answer()

    def _record_answer(self) -> None:
        """Accepted or refused, the carrier works: the hold is over."""
        self.rejected_waves = 0
        self._streaks.clear()
        if self.pace.is_on_trial:
            self.pending_updates.append(
                lambda _moment: sender_throttle.release_sender_hold(self.sender, self.carrier)
            )

    def _record_ambiguous(self, outcome: SendAmbiguous) -> None:
        if self._count_streak("doubts", AMBIGUOUS_LIMIT):
            self._queue_hold(self.timings.hold, CARRIER_FAULTS_TEXT)
        if outcome.cause is not UnknownReason.NO_NAME:
            self._streaks.pop("nameless", None)
        elif self._count_streak("nameless", NO_SID_LIMIT):
            self._queue_pause(get_missing_sid_error_code)

    def _record_unprocessed(self, outcome: SendNotProcessed, moment: float) -> None:
        """Wait longer with each wave of rejections.

        Requests that were out together are rejected together: all of them count as one wave.
        """
        is_new_wave = moment >= self._backoff_until
        self.rejected_waves += is_new_wave
        wave, retry_after = self.rejected_waves, outcome.retry_after
        if outcome.http_status == UNPROCESSED_HTTP_STATUS:
            wait = retry_delays.compute_throttled_delay(wave, retry_after)
        else:
            wait = retry_delays.compute_retry_delay(wave, retry_after)
        self._backoff_until = max(self._backoff_until, moment + wait)
        if outcome.is_certificate_error:
            self._queue_pause(get_tls_error_code)
        elif outcome.code == QUEUE_FULL_CODE:
            self._queue_hold(QUEUE_FULL_HOLD_SECONDS, QUEUE_FULL_TEXT, QUEUE_FULL_CODE)
        elif outcome.http_status is None:
            if self._count_streak("unreachable", UNREACHABLE_LIMIT):
                self._queue_hold(self.timings.hold, UNREACHABLE_TEXT)
        else:
            self._record_throttled(outcome, wait, is_new_wave)

    def _record_throttled(
        self,
        outcome: SendNotProcessed,
        wait: float,
        is_new_wave: bool,
    ) -> None:
        if outcome.http_status == UNPROCESSED_HTTP_STATUS and self._count_streak(
            "throttled", THROTTLED_LIMIT, repeats=is_new_wave
        ):
            self.pending_updates.append(
                partial(sender_throttle.slow_sender, self.sender, self.carrier)
            )
        if wait >= MIN_REPORTED_WAIT_SECONDS:
            self._queue_hold(wait, RETRY_AFTER_TEXT, outcome.code)

    def _count_streak(
        self,
        name: str,
        limit: int,
        *,
        repeats: bool = False,
    ) -> bool:
        """Count one more of its kind; return whether that makes `limit` in a row.

        While one text at a time goes to try, every single one does. `repeats`: those after the
        limit do too.
        """
        count = self._streaks.get(name, 0) + 1
        self._streaks[name] = count
        return count == limit or self.pace.is_on_trial or (repeats and count > limit)

    def _queue_hold(
        self,
        seconds: float,
        words: str,
        code: int | None = None,
    ) -> None:
        def hold(moment: datetime) -> None:
            until = moment + timedelta(seconds=seconds)
            sender_throttle.hold_sender(self.sender, self.carrier, until, code, words)

        self.pending_updates.append(hold)

    def _queue_pause(self, get_error_code: Callable[[], CarrierErrorCode]) -> None:
        self.pending_updates.append(
            lambda _moment: failure_reactions.pause_blasts_of_sender(
                self.sender, self.carrier, get_error_code()
            )
        )
