"""One commit for several: what comes while somebody is writing is written down together
afterwards.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from app.core import db as database
from app.core.db import WriteLockTimeout, write

Item = TypeVar("Item")
Result = TypeVar("Result")


class _QueuedItem(Generic[Item, Result]):
    """One caller in the queue.

    `woken` opens when there is a result, when there was trouble, or when it is their turn.

    A lock and no event: it costs a tenth, and every receipt needs one.
    """

    __slots__ = ("deadline", "error", "item", "result", "wake_lock")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.deadline = time.monotonic() + database.LOCK_WAIT_SECONDS
        self.wake_lock = threading.Lock()
        self.wake_lock.acquire()

    @property
    def remaining_seconds(self) -> float:
        """The seconds this caller will still wait."""
        return max(0.0, self.deadline - time.monotonic())


class BatchWriter(Generic[Item, Result]):
    """Calls `settle(items)` inside write(), for all who wait at that moment: one transaction, a
    result for each.

    A commit waits for the disk, so a commit for each receipt would make a slow disk the limit.
    Nobody waits for company: who comes alone writes at once. The threads of one process only;
    an item's result is never None.
    """

    def __init__(self, settle: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._process_batch = settle
        self._lock = threading.Lock()
        self._queue: list[_QueuedItem[Item, Result]] = []
        self._is_writing = False

    def submit(self, item: Item) -> Result:
        """The result for `item`, once it is committed.

        Raises what settling it raised, or Busy: it was not stored.
        """
        mine = _QueuedItem[Item, Result](item)
        with self._lock:
            self._queue.append(mine)
            first, self._is_writing = not self._is_writing, True
        if not first:
            self._wait_for_turn(mine)
        if mine.result is None and mine.error is None:
            self._write_batch(mine.remaining_seconds)
        if mine.result is not None:
            return mine.result
        if isinstance(mine.error, WriteLockTimeout):
            raise WriteLockTimeout
        with write(
            mine.remaining_seconds
        ):  # something in that transaction was bad: alone, each harms only itself
            return self._process_batch([item])[0]

    def _wait_for_turn(self, mine: _QueuedItem[Item, Result]) -> None:
        if mine.wake_lock.acquire(timeout=mine.remaining_seconds):
            return
        with self._lock:
            if mine.wake_lock.acquire(blocking=False):
                return
            if mine in self._queue:
                self._queue.remove(mine)
        raise WriteLockTimeout  # being written just now? Then the carrier's next try is a repeat

    def _write_batch(self, patience: float) -> None:
        taken: Sequence[_QueuedItem[Item, Result]] = ()
        try:
            with write(patience):
                taken = self._take_queue()
                results = self._process_batch([each.item for each in taken])
        except BaseException as trouble:
            taken = taken or self._take_queue()
            for each in taken:
                each.error = trouble
            if not isinstance(trouble, Exception):
                raise
        else:
            for each, result in zip(taken, results, strict=True):
                each.result = result
        finally:
            self._wake_callers(taken)

    def _take_queue(self) -> Sequence[_QueuedItem[Item, Result]]:
        with self._lock:
            taken, self._queue = self._queue, []
        return taken

    def _wake_callers(self, done: Sequence[_QueuedItem[Item, Result]]) -> None:
        """Wake those who have their answer; the first of those who came meanwhile writes next."""
        with self._lock:
            self._is_writing = bool(self._queue)
            if self._queue:
                self._queue[0].wake_lock.release()
        for each in done:
            each.wake_lock.release()
