"""Notice that somebody set the clock of this machine, and hold what a wrong time would do for good.

The decision: docs/decisions/0024-clock-jumps.md.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from app.core.clock import now
from app.domain.time.durations import format_approximate_duration

# NTP turns a clock slowly, or sets it by less; a person or a wrong battery sets it by more.
MAX_STEP_SECONDS = 60.0
# A new time that nobody has put right for so long is believed.
SETTLING_SECONDS = 600.0
_APP_KEY = "clock_watch"


def read_boot_clock() -> float:
    """Return the seconds since the machine started.

    CLOCK_BOOTTIME, which nobody sets and which goes on while the machine sleeps; CLOCK_MONOTONIC
    stands still then.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockWatch:
    """Compares the wall clock with the one that nobody sets, at each look. For any thread.

    `_trusted` and `_latest` are the wall clock minus the boot clock in seconds: what is believed,
    and what was seen last. They differ while a jump is not confirmed.
    """

    def __init__(
        self,
        read_wall_clock: Callable[[], datetime] = now,
        read_boot_seconds: Callable[[], float] = read_boot_clock,
    ) -> None:
        self._read_wall_clock = read_wall_clock
        self._read_boot_seconds = read_boot_seconds
        self._lock = threading.Lock()
        self._trusted = self._latest = self._measure_offset()
        self._jumped_at: float | None = None
        self._is_contradicted = False

    def _measure_offset(self) -> float:
        return self._read_wall_clock().timestamp() - self._read_boot_seconds()

    def look(self) -> None:
        """Compare the clocks now. Between two looks only what is left of several jumps is seen."""
        with self._lock:
            self._look()

    @property
    def jump_seconds(self) -> float:
        """How far the clock jumped, and nobody knows yet whether it is right now; else 0."""
        with self._lock:
            self._look()
            return 0.0 if self._jumped_at is None else self._latest - self._trusted

    @property
    def is_in_doubt(self) -> bool:
        """Whether things only seem to be due: the clock jumped ahead, and that is not confirmed."""
        return self.jump_seconds > 0

    def find_certain_moment(self, moment: datetime) -> datetime:
        """Return which moment it is at least, when the clock says `moment`."""
        return moment - timedelta(seconds=max(0.0, self.jump_seconds))

    def compare_with_carrier(self, skew: timedelta) -> None:
        """Take into account how far the carrier's clock is ahead of ours."""
        with self._lock:
            self._look()
            if self._jumped_at is None:
                return
            difference = skew.total_seconds()
            if abs(difference) <= MAX_STEP_SECONDS:
                self._believe()
            else:
                former = self._trusted - self._latest
                self._is_contradicted = abs(difference - former) <= MAX_STEP_SECONDS

    def describe_jump(self) -> str:
        """Return what happened and what it means, in sentences; "" when the clock is believed."""
        seconds = self.jump_seconds
        if not seconds:
            return ""
        length = format_approximate_duration(abs(seconds))
        if seconds < 0:
            return (
                f"This machine's clock went back by {length}. Scheduled blasts follow the new "
                "time. Correct the clock if it is wrong."
            )
        if self._is_contradicted:
            end = "Twilio's clock disagrees. Correct this machine's clock."
        else:
            end = "They continue when Twilio's clock agrees, or after ten minutes. Check the clock."
        return (
            f"This machine's clock jumped ahead by {length}. Scheduled blasts wait, and none "
            f"counts as overdue. {end}"
        )

    def _look(self) -> None:
        offset, moment = self._measure_offset(), self._read_boot_seconds()
        if abs(offset - self._latest) > MAX_STEP_SECONDS:
            self._jumped_at, self._is_contradicted = moment, False
        self._latest = offset
        is_back = abs(offset - self._trusted) <= MAX_STEP_SECONDS
        if self._jumped_at is None or is_back or self._has_settled(self._jumped_at, moment):
            self._believe()

    def _has_settled(self, jumped_at: float, moment: float) -> bool:
        return not self._is_contradicted and moment - jumped_at >= SETTLING_SECONDS

    def _believe(self) -> None:
        self._trusted = self._latest
        self._jumped_at, self._is_contradicted = None, False


def get_clock_watch(app: Flask) -> ClockWatch:
    """Return the one watch of this process."""
    watch: ClockWatch = app.extensions.setdefault(_APP_KEY, ClockWatch())
    return watch
