"""The texts that are on their way: sent side by side, their answers kept until a turn stores
them.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from app.core import failpoint
from app.delivery.actions.message_claiming import ClaimedMessage
from app.delivery.carriers.carrier_interface import (
    Carrier,
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
)
from app.delivery.engine.backoff import SenderBackoff
from app.delivery.engine.leader_election import (
    HEARTBEAT_SECONDS,
    LEADER_TIMEOUT_SECONDS,
)
from app.delivery.engine.tick import SendResult

log = logging.getLogger(__name__)

STOPPING_OUTCOME = SendNotProcessed("stopping before anything left us", retry_after=0.0)
SLEPT_OUTCOME = SendNotProcessed("slept too long with it in hand", retry_after=0.0)
NOT_TRIED_OUTCOMES = (STOPPING_OUTCOME, SLEPT_OUTCOME)


def read_boot_clock() -> float:
    """Seconds of a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class InFlightMessages:
    """At most `most_open` requests at once, each asking `may_send` first.

    `news` is set whenever an answer has come.

    `broken`: a fault of ours that left a text without an outcome. Only a new lead makes it one
    that is in doubt.
    """

    def __init__(
        self,
        carrier: Carrier,
        most_open: int,
        brakes: SenderBackoff,
        may_send: Callable[[], bool],
    ) -> None:
        self.carrier, self.backoff, self.may_send = carrier, brakes, may_send
        self.result_arrived = asyncio.Event()
        self.results: list[SendResult] = []
        self.error: BaseException | None = None
        self._slots = asyncio.Semaphore(most_open)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    def __len__(self) -> int:
        return len(self._tasks)

    def send_messages(self, texts: Sequence[ClaimedMessage], armed_at: float) -> None:
        """Send these, armed at `armed_at` by the clock of `awake()`."""
        for armed in texts:
            failpoint.crash_if_armed("T2")
            task = self._loop.create_task(self._send_message(armed, armed_at))
            self._tasks.add(task)
            task.add_done_callback(self._handle_task_done)

    def _handle_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.error = task.exception()
            self.result_arrived.set()

    async def _send_message(self, armed: ClaimedMessage, armed_at: float) -> None:
        async with self._slots:
            outcome = self._find_stop_outcome(armed_at) or await self._call_carrier(armed)
        if outcome not in NOT_TRIED_OUTCOMES:
            self.backoff.record_outcome(outcome, self._loop.time())
        self.results.append(SendResult(armed, outcome))
        self.result_arrived.set()

    def _find_stop_outcome(self, armed_at: float) -> SendNotProcessed | None:
        """Whether this text must stay: we stop, or we slept so long that somebody else may lead
        by now.
        """
        if not self.may_send():
            return STOPPING_OUTCOME
        return (
            SLEPT_OUTCOME
            if read_boot_clock() - armed_at > LEADER_TIMEOUT_SECONDS - HEARTBEAT_SECONDS
            else None
        )

    async def _call_carrier(self, armed: ClaimedMessage) -> SendOutcome:
        failpoint.crash_if_armed("T3a")
        try:
            return await self.carrier.send(
                armed.phone, armed.body, armed.ref, armed.validity_seconds
            )
        except Exception:  # a fault of ours must not leave a text on the wire for ever
            log.exception("handing text %s over failed", armed.message_id)
            return SendAmbiguous("a fault of SMS Admin while it was handed over")

    async def wait_for_results(self, seconds: float) -> None:
        """Wait for what is on its way, but not longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
