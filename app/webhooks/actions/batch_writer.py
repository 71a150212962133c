"""Group commit: calls that wait for the write lock share one transaction."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from flask import current_app

from app.core import db as database
from app.core.db import WriteLockTimeout, write

Item = TypeVar("Item")
Result = TypeVar("Result")


class _QueuedItem(Generic[Item, Result]):
    """An item in the queue, and the caller that waits for its result.

    `wake_lock` is released when there is a result or an error, or when it is the caller's turn to
    write.
    """

    __slots__ = ("deadline", "error", "item", "result", "wake_lock")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.deadline = time.monotonic() + database.LOCK_WAIT_SECONDS
        # A lock and not an Event: it costs a tenth, and every receipt needs one.
        self.wake_lock = threading.Lock()
        self.wake_lock.acquire()

    @property
    def remaining_seconds(self) -> float:
        """The seconds this caller will still wait."""
        return max(0.0, self.deadline - time.monotonic())


class BatchWriter(Generic[Item, Result]):
    """Calls `process_batch(items)` inside write(), for all who wait at that moment.

    A commit waits for the disk, so a commit for each receipt would make a slow disk the limit.
    A caller that comes alone writes at once: nobody waits for others to come. Serves the threads
    of one process; `process_batch` returns a result for each item, never None.
    """

    def __init__(self, process_batch: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._process_batch = process_batch
        # Guards the queue and `_is_writing`; it is never held while writing.
        self._lock = threading.Lock()
        self._queue: list[_QueuedItem[Item, Result]] = []
        self._is_writing = False

    def submit(self, item: Item) -> Result:
        """Return the result for `item` once it is committed.

        Raises what processing it raised, or WriteLockTimeout: then it was not stored.
        """
        queued = _QueuedItem[Item, Result](item)
        with self._lock:
            self._queue.append(queued)
            is_first = not self._is_writing
            self._is_writing = True
        if not is_first:
            self._wait_for_turn(queued)
        if queued.result is None and queued.error is None:
            self._write_batch(queued.remaining_seconds)
        if queued.result is not None:
            return queued.result
        if isinstance(queued.error, WriteLockTimeout):
            raise WriteLockTimeout
        # Some item of the batch failed and all were rolled back. Alone, each fails only itself.
        with write(queued.remaining_seconds):
            return self._process_batch([item])[0]

    def _wait_for_turn(self, queued: _QueuedItem[Item, Result]) -> None:
        if queued.wake_lock.acquire(timeout=queued.remaining_seconds):
            return
        with self._lock:
            # The result may have come between the time-out and this lock.
            if queued.wake_lock.acquire(blocking=False):
                return
            if queued in self._queue:
                self._queue.remove(queued)
        # When it is just being written, the carrier's next call counts as a repeat.
        raise WriteLockTimeout

    def _write_batch(self, timeout_seconds: float) -> None:
        batch: Sequence[_QueuedItem[Item, Result]] = ()
        try:
            with write(timeout_seconds):
                # Taken with the write lock in hand: whoever came while we waited is in it.
                batch = self._take_queue()
                results = self._process_batch([queued.item for queued in batch])
        except BaseException as error:
            batch = batch or self._take_queue()
            for queued in batch:
                queued.error = error
            if not isinstance(error, Exception):
                raise
        else:
            for queued, result in zip(batch, results, strict=True):
                queued.result = result
        finally:
            self._wake_callers(batch)

    def _take_queue(self) -> Sequence[_QueuedItem[Item, Result]]:
        with self._lock:
            batch, self._queue = self._queue, []
        return batch

    def _wake_callers(self, batch: Sequence[_QueuedItem[Item, Result]]) -> None:
        """Wake the callers of a batch, and the first who came meanwhile: it writes next."""
        with self._lock:
            self._is_writing = bool(self._queue)
            if self._queue:
                self._queue[0].wake_lock.release()
        for queued in batch:
            queued.wake_lock.release()


def get_batch_writer(
    name: str, process_batch: Callable[[Sequence[Item]], Sequence[Result]]
) -> BatchWriter[Item, Result]:
    """Return the current app's batch writer of this name, created at its first use."""
    writer = current_app.extensions.get(name)
    if writer is None:
        # setdefault() is atomic: two threads that come first get the same writer.
        writer = current_app.extensions.setdefault(name, BatchWriter(process_batch))
    return cast("BatchWriter[Item, Result]", writer)
