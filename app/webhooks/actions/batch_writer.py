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

    __slots__ = ("item", "result", "trouble", "until", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.trouble: BaseException | None = None
        self.until = time.monotonic() + database.LOCK_WAIT_SECONDS
        self.woken = threading.Lock()
        self.woken.acquire()

    @property
    def patience(self) -> float:
        """The seconds this caller will still wait."""
        return max(0.0, self.until - time.monotonic())


class BatchWriter(Generic[Item, Result]):
    """Calls `settle(items)` inside write(), for all who wait at that moment: one transaction, a
    result for each.

    A commit waits for the disk, so a commit for each receipt would make a slow disk the limit.
    Nobody waits for company: who comes alone writes at once. The threads of one process only;
    an item's result is never None.
    """

    def __init__(self, settle: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._settle = settle
        self._gate = threading.Lock()
        self._queue: list[_QueuedItem[Item, Result]] = []
        self._somebody_writes = False

    def bring(self, item: Item) -> Result:
        """The result for `item`, once it is committed.

        Raises what settling it raised, or Busy: it was not stored.
        """
        mine = _QueuedItem[Item, Result](item)
        with self._gate:
            self._queue.append(mine)
            first, self._somebody_writes = not self._somebody_writes, True
        if not first:
            self._wait(mine)
        if mine.result is None and mine.trouble is None:
            self._write_for_all(mine.patience)
        if mine.result is not None:
            return mine.result
        if isinstance(mine.trouble, WriteLockTimeout):
            raise WriteLockTimeout
        with write(
            mine.patience
        ):  # something in that transaction was bad: alone, each harms only itself
            return self._settle([item])[0]

    def _wait(self, mine: _QueuedItem[Item, Result]) -> None:
        if mine.woken.acquire(timeout=mine.patience):
            return
        with self._gate:
            if mine.woken.acquire(blocking=False):
                return
            if mine in self._queue:
                self._queue.remove(mine)
        raise WriteLockTimeout  # being written just now? Then the carrier's next try is a repeat

    def _write_for_all(self, patience: float) -> None:
        taken: Sequence[_QueuedItem[Item, Result]] = ()
        try:
            with write(patience):
                taken = self._take_all()
                results = self._settle([each.item for each in taken])
        except BaseException as trouble:
            taken = taken or self._take_all()
            for each in taken:
                each.trouble = trouble
            if not isinstance(trouble, Exception):
                raise
        else:
            for each, result in zip(taken, results, strict=True):
                each.result = result
        finally:
            self._hand_on(taken)

    def _take_all(self) -> Sequence[_QueuedItem[Item, Result]]:
        with self._gate:
            taken, self._queue = self._queue, []
        return taken

    def _hand_on(self, done: Sequence[_QueuedItem[Item, Result]]) -> None:
        """Wake those who have their answer; the first of those who came meanwhile writes next."""
        with self._gate:
            self._somebody_writes = bool(self._queue)
            if self._queue:
                self._queue[0].woken.release()
        for each in done:
            each.woken.release()
