"""Messages in flight: sent side by side, their results kept until a tick stores them."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from app.core import failpoint
from app.core.clock_watch import read_boot_clock
from app.delivery.actions.message_claiming import ClaimedMessage
from app.delivery.carriers.carrier_interface import (
    Carrier,
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
)
from app.delivery.engine.backoff import SenderBackoff
from app.delivery.engine.freeze_watch import FreezeWatch
from app.delivery.engine.tick_values import SendResult

log = logging.getLogger(__name__)

STOPPING_OUTCOME = SendNotProcessed("stopping before anything left us", retry_after=0.0)
SLEPT_OUTCOME = SendNotProcessed("slept too long with it in hand", retry_after=0.0)
NOT_TRIED_OUTCOMES = (STOPPING_OUTCOME, SLEPT_OUTCOME)


class InFlightMessages:
    """At most `max_requests` requests at once, each asking `may_send` first.

    Used on the engine's loop only. `result_arrived` is set with each result. `error`: a fault of
    ours that left a message without a result; the loop must end, since only the next lead marks
    that message as unknown.
    """

    def __init__(
        self,
        carrier: Carrier,
        max_requests: int,
        backoff: SenderBackoff,
        may_send: Callable[[], bool],
    ) -> None:
        self.carrier = carrier
        self.backoff = backoff
        self.may_send = may_send
        self.result_arrived = asyncio.Event()
        self.results: list[SendResult] = []
        self.error: BaseException | None = None
        self._slots = asyncio.Semaphore(max_requests)
        # The loop holds tasks only weakly; without this set a task could be collected half-way.
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._freeze_watch = FreezeWatch()

    def __len__(self) -> int:
        return len(self._tasks)

    def send_messages(self, messages: Sequence[ClaimedMessage], claimed_at: float) -> None:
        """Send messages that were claimed at `claimed_at`, by read_boot_clock()."""
        if messages:
            self._freeze_watch.start()
        for message in messages:
            failpoint.crash_if_armed("T2")
            task = self._loop.create_task(self._send_message(message, claimed_at))
            self._tasks.add(task)
            task.add_done_callback(self._handle_task_done)

    def _handle_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._freeze_watch.stop()
        if not task.cancelled() and task.exception():
            self.error = task.exception()
            self.result_arrived.set()

    async def _send_message(self, message: ClaimedMessage, claimed_at: float) -> None:
        # More is claimed than may be out: while a tick is stored, the slots stay busy.
        async with self._slots:
            began_at = self._loop.time()
            latest_start = claimed_at + self.backoff.timings.max_claim_age
            stop = self._find_stop_outcome(latest_start)
            outcome = stop or await self._call_carrier(message, latest_start)
        if outcome not in NOT_TRIED_OUTCOMES and not self._was_cut_off(outcome, began_at):
            self.backoff.record_outcome(outcome, self._loop.time())
        self.results.append(SendResult(message, outcome))
        self.result_arrived.set()

    def _find_stop_outcome(self, latest_start: float) -> SendNotProcessed | None:
        """Return why a claimed message must not be sent after all, None when it may.

        Not while the engine stops. Not after a sleep so long that another process may have taken
        the lead meanwhile: that one marked this message as unknown.
        """
        if not self.may_send():
            return STOPPING_OUTCOME
        if read_boot_clock() > latest_start:
            return SLEPT_OUTCOME
        return None

    def _was_cut_off(self, outcome: SendOutcome, began_at: float) -> bool:
        """Whether there is no answer because this process stood still, not because of the carrier.

        Then the pace must not suffer: the text itself is in doubt all the same.
        """
        has_no_answer = (
            isinstance(outcome, SendAmbiguous | SendNotProcessed) and outcome.http_status is None
        )
        return has_no_answer and self._freeze_watch.was_frozen_since(began_at)

    async def _call_carrier(self, message: ClaimedMessage, latest_start: float) -> SendOutcome:
        failpoint.crash_if_armed("T3a")
        try:
            return await self.carrier.send(
                message.phone, message.body, message.ref, message.validity_seconds, latest_start
            )
        # A fault of ours must not leave a message in flight for ever.
        except Exception:
            log.exception("handing text %s over failed", message.message_id)
            return SendAmbiguous("a fault of SMS Admin while it was handed over")

    async def wait_for_results(self, seconds: float) -> None:
        """Wait until everything in flight has its result, but not longer than `seconds`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
