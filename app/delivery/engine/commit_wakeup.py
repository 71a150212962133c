"""Wake the engine when this process has committed something, so that it need not look all the time.

Commits of other processes are noticed by the change watcher, once a second.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from app.core.db import add_commit_listener, remove_commit_listener

DATABASE_THREAD_NAME = "engine-database"


class CommitWakeup:
    """Calls `wake` on the loop soon after a commit, at most once in `min_interval` seconds.

    Make it on the engine's loop. The engine's own commits do not count: it knows of them.
    """

    def __init__(self, wake: Callable[[], object], min_interval: float) -> None:
        self.wake = wake
        self.min_interval = min_interval
        self._loop = asyncio.get_running_loop()
        self._woken_at = 0.0
        self._pending: asyncio.TimerHandle | None = None
        add_commit_listener(self._note_commit)

    def close(self) -> None:
        """Stop waking anybody: commits are no longer listened to."""
        remove_commit_listener(self._note_commit)
        if self._pending:
            self._pending.cancel()

    def _note_commit(self) -> None:
        """Runs on the thread that committed."""
        if threading.current_thread().name.startswith(DATABASE_THREAD_NAME):
            return
        # The loop may end at this very moment; then nobody is left to wake.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._schedule_wake)

    def _schedule_wake(self) -> None:
        if self._pending is None:
            wait = max(0.0, self._woken_at + self.min_interval - self._loop.time())
            self._pending = self._loop.call_later(wait, self._wake)

    def _wake(self) -> None:
        self._pending = None
        self._woken_at = self._loop.time()
        self.wake()
