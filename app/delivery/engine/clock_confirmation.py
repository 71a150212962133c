"""Ask the carrier what time it is after the clock of this machine jumped, while this leads."""

import asyncio
import logging

from flask import Flask

from app.core.clock_watch import get_clock_watch
from app.delivery.carriers.carrier_interface import Carrier
from app.delivery.queries.installation import REAL_CARRIER

log = logging.getLogger(__name__)
QUESTION_INTERVAL_SECONDS = 15.0


class ClockConfirmation:
    """Asks at once after a jump, and again until it is clear. Make and use it on the loop.

    The sandbox lives by our own clock, so it is not asked.
    """

    def __init__(self, app: Flask, carrier: Carrier) -> None:
        self.clock = get_clock_watch(app)
        self.carrier = carrier
        self._question: asyncio.Task[None] | None = None
        self._next_question_at = 0.0

    def tick(self, monotonic: float) -> None:
        """Ask when the clock has jumped and no question is out."""
        if not self.clock.jump_seconds or self.carrier.name != REAL_CARRIER:
            return
        if monotonic < self._next_question_at or (self._question and not self._question.done()):
            return
        self._next_question_at = monotonic + QUESTION_INTERVAL_SECONDS
        log.warning("%s", self.clock.describe_jump())
        # Kept in an attribute: the loop itself holds tasks only weakly.
        self._question = asyncio.get_running_loop().create_task(self._ask())

    async def close(self) -> None:
        """Cancel the question that is out."""
        if self._question:
            self._question.cancel()
            await asyncio.wait([self._question])

    async def _ask(self) -> None:
        skew = await self.carrier.measure_clock_skew()
        if skew is not None:
            self.clock.compare_with_carrier(skew)
