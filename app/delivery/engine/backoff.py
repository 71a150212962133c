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
MIN_REPORTED_WAIT_SECONDS = (
    10.0  # a shorter wait is over before anybody has read about it
)
UNREACHABLE_TEXT = (
    "Twilio cannot be reached. One text goes to try every minute; the others wait."
)
CARRIER_FAULTS_TEXT = "Twilio answers with faults of its own, or not at all. One text goes to try every minute; the others wait."
QUEUE_FULL_TEXT = (
    "The sender's queue at Twilio is full. The others wait a quarter of an hour."
)
RETRY_AFTER_TEXT = "Twilio asked us to wait."


@dataclass
class SenderBackoff:
    """Of one sender.

    Moments are seconds of the loop's clock. `note()` each outcome; ask `wait()` before arming.
    """

    sender: str
    carrier: str
    wishes: list[PendingUpdate] = field(default_factory=list)
    pace: SenderPace = field(default_factory=SenderPace)
    turned_away: int = 0
    _until: float = 0.0
    _held: float = 0.0
    _in_a_row: dict[str, int] = field(default_factory=dict)

    def wait(self, moment: float) -> float:
        """Seconds until something may leave; 0 when it may now."""
        return max(0.0, self._until - moment, self._held - moment)

    @property
    def careful(self) -> bool:
        """Whether the next text goes alone, to try."""
        return bool(self.turned_away) or self.pace.on_trial

    def see(self, pace: SenderPace, moment: float) -> None:
        """What is stored now.

        A hold is counted on our own clock from when it was first seen: no wall clock ends it.
        """
        if pace.until != self.pace.until:
            self._held = (
                moment + min(pace.held, retry_delays.MAX_RETRY_AFTER_SECONDS)
                if pace.until
                else 0.0
            )
        self.pace = pace

    def note(self, outcome: SendOutcome, moment: float) -> None:
        """Count one answer."""
        if isinstance(outcome, SendNotProcessed):
            self._turned(outcome, moment)
        elif isinstance(outcome, SendAmbiguous):
            self._doubt(outcome)
        else:
            self.turned_away = 0
            self._in_a_row.clear()
            if self.pace.on_trial:
                self.wishes.append(
                    lambda _moment: sender_throttle.release_sender_hold(
                        self.sender, self.carrier
                    )
                )

    def _doubt(self, outcome: SendAmbiguous) -> None:
        if self._count("doubts", AMBIGUOUS_LIMIT):
            self._hold(HOLD_SECONDS, CARRIER_FAULTS_TEXT)
        if outcome.cause is not UnknownReason.NO_NAME:
            self._in_a_row.pop("nameless", None)
        elif self._count("nameless", NO_SID_LIMIT):
            self._pause(get_missing_sid_error_code)

    def _turned(self, outcome: SendNotProcessed, moment: float) -> None:
        """The others that were on the wire together say the same: a wave counts once."""
        new_wave = moment >= self._until
        self.turned_away += new_wave
        wait = retry_delays.compute_retry_delay(self.turned_away, outcome.retry_after)
        self._until = max(self._until, moment + wait)
        if outcome.unsafe:
            self._pause(get_tls_error_code)
        elif outcome.code == QUEUE_FULL_CODE:
            self._hold(QUEUE_FULL_HOLD_SECONDS, QUEUE_FULL_TEXT, QUEUE_FULL_CODE)
        elif outcome.http_status is None:
            if self._count("unreachable", UNREACHABLE_LIMIT):
                self._hold(HOLD_SECONDS, UNREACHABLE_TEXT)
        else:
            self._throttled(outcome, wait, new_wave)

    def _throttled(
        self, outcome: SendNotProcessed, wait: float, new_wave: bool
    ) -> None:
        if outcome.http_status == UNPROCESSED_HTTP_STATUS and self._count(
            "throttled", THROTTLED_LIMIT, again=new_wave
        ):
            self.wishes.append(
                partial(sender_throttle.slow_sender, self.sender, self.carrier)
            )
        if wait >= MIN_REPORTED_WAIT_SECONDS:
            self._hold(wait, RETRY_AFTER_TEXT, outcome.code)

    def _count(self, what: str, most: int, *, again: bool = False) -> bool:
        """Whether this makes `most` in a row; while one text at a time goes to try, every
        single one does.
        """
        self._in_a_row[what] = self._in_a_row.get(what, 0) + 1
        count = self._in_a_row[what]
        return count == most or self.pace.on_trial or (again and count > most)

    def _hold(self, seconds: float, words: str, code: int | None = None) -> None:
        def hold(moment: datetime) -> None:
            sender_throttle.hold_sender(
                self.sender,
                self.carrier,
                moment + timedelta(seconds=seconds),
                code,
                words,
            )

        self.wishes.append(hold)

    def _pause(self, receipt: Callable[[], CarrierErrorCode]) -> None:
        self.wishes.append(
            lambda _moment: failure_reactions.pause_blasts_of_sender(
                self.sender, self.carrier, receipt()
            )
        )
