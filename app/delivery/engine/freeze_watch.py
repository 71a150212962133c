"""Notice that the whole process stood still: a laptop's lid, a paused machine, SIGSTOP.

Requests that were out meanwhile end in time-outs all at once. They say nothing about the carrier,
so they must not count as its faults: that held the sender back for another minute.
"""

import asyncio

BEAT_SECONDS = 1.0
# The loop is never busy for so long by itself.
FREEZE_SECONDS = 4.0


class FreezeWatch:
    """Ticks on the loop while it is asked to; moments are seconds of the loop's clock."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._beat_at = self._loop.time()
        self._woke_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Tick until stop(); does nothing while it ticks."""
        if self._timer is None:
            self._beat_at = self._loop.time()
            self._schedule()

    def stop(self) -> None:
        """Tick no more: nothing is out."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def was_frozen_since(self, moment: float) -> bool:
        """Whether the process stood still at some time after `moment`."""
        self._look()
        return self._woke_at is not None and self._woke_at > moment

    def _schedule(self) -> None:
        self._timer = self._loop.call_later(BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        self._look()
        self._schedule()

    def _look(self) -> None:
        # Called with each result too: after a freeze results may come before the timer.
        now = self._loop.time()
        if self._timer is not None and now - self._beat_at > FREEZE_SECONDS:
            self._woke_at = now
        self._beat_at = now
