"""The texts that are on their way: sent side by side, their answers kept until a turn stores
them.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from app.core import failpoint
from app.delivery.actions.arm import Armed
from app.delivery.carriers.base import Ambiguous, Carrier, Outcome, Unprocessed
from app.delivery.engine.brakes import Brakes
from app.delivery.engine.lead import BEAT_SECONDS, FROZEN_SECONDS
from app.delivery.engine.turn import Returned

log = logging.getLogger(__name__)

STOPPING = Unprocessed("stopping before anything left us", retry_after=0.0)
SLEPT = Unprocessed("slept too long with it in hand", retry_after=0.0)
NOT_TRIED = (STOPPING, SLEPT)


def awake() -> float:
    """Seconds of a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Wire:
    """At most `most_open` requests at once, each asking `may_send` first.

    `news` is set whenever an answer has come.

    `broken`: a fault of ours that left a text without an outcome. Only a new lead makes it one
    that is in doubt.
    """

    def __init__(
        self,
        carrier: Carrier,
        most_open: int,
        brakes: Brakes,
        may_send: Callable[[], bool],
    ) -> None:
        self.carrier, self.brakes, self.may_send = carrier, brakes, may_send
        self.news = asyncio.Event()
        self.returned: list[Returned] = []
        self.broken: BaseException | None = None
        self._slots = asyncio.Semaphore(most_open)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    def __len__(self) -> int:
        return len(self._tasks)

    def send(self, texts: Sequence[Armed], armed_at: float) -> None:
        """Send these, armed at `armed_at` by the clock of `awake()`."""
        for armed in texts:
            failpoint.crash_if_armed("T2")
            task = self._loop.create_task(self._send(armed, armed_at))
            self._tasks.add(task)
            task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.broken = task.exception()
            self.news.set()

    async def _send(self, armed: Armed, armed_at: float) -> None:
        async with self._slots:
            outcome = self._too_late(armed_at) or await self._hand_over(armed)
        if outcome not in NOT_TRIED:
            self.brakes.note(outcome, self._loop.time())
        self.returned.append(Returned(armed, outcome))
        self.news.set()

    def _too_late(self, armed_at: float) -> Unprocessed | None:
        """Whether this text must stay: we stop, or we slept so long that somebody else may lead
        by now.
        """
        if not self.may_send():
            return STOPPING
        return SLEPT if awake() - armed_at > FROZEN_SECONDS - BEAT_SECONDS else None

    async def _hand_over(self, armed: Armed) -> Outcome:
        failpoint.crash_if_armed("T3a")
        try:
            return await self.carrier.send(
                armed.phone, armed.body, armed.ref, armed.valid_for
            )
        except Exception:  # a fault of ours must not leave a text on the wire for ever
            log.exception("handing text %s over failed", armed.message_id)
            return Ambiguous("a fault of SMS Admin while it was handed over")

    async def wait(self, seconds: float) -> None:
        """Wait for what is on its way, but not longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
