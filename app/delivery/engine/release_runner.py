"""Release due blasts on a thread of their own, beside the sending."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.core.clock import now
from app.core.database_errors import is_storage_error
from app.delivery.actions import row_inspection
from app.delivery.engine.timings import get_engine_timings

log = logging.getLogger(__name__)
# A trouble of a moment is over by then.
TRIES_BEFORE_NOTICE = 3


@dataclass(frozen=True)
class BlastReleases:
    """What the engine needs from the feature of blasts, called in an app context.

    `release_due` releases what is due; `release_gone` makes the rows of a blast that Reconcile
    found to be gone, all of them held, and returns whether it did.
    """

    release_due: Callable[[], Any]
    release_gone: Callable[[int], bool]


class ReleaseRunner:
    """Runs `release_due_blasts` in an app context, one run at a time. Make it on a running loop.

    Not on the engine's database thread: a release to 100,000 people takes 1.8 s, most of it before
    the write lock is taken, and the results of another blast must be stored meanwhile.
    """

    def __init__(
        self,
        app: Flask,
        release_due_blasts: Callable[[], Any],
        notify: Callable[[], object],
    ) -> None:
        self.app = app
        self.release_due_blasts = release_due_blasts
        self.notify = notify
        self.retry_seconds = get_engine_timings(app).release_retry
        self._loop = asyncio.get_running_loop()
        self._executor = ThreadPoolExecutor(1, "engine-release")
        self._future: asyncio.Future[None] | None = None
        self._next_start_at = 0.0
        self._failures: Counter[int] = Counter()

    def start(self) -> None:
        """Start a release unless one is running or the last one failed a moment ago."""
        if self._future is None and self._loop.time() >= self._next_start_at:
            self._future = self._loop.run_in_executor(self._executor, self._run_release)
            self._future.add_done_callback(self._handle_done)

    def close(self) -> None:
        """Start nothing more. A release that is running is not waited for: it is a transaction."""
        self._executor.shutdown(wait=False)

    def _run_release(self) -> None:
        with self.app.app_context():
            try:
                self.release_due_blasts()
            except Exception as error:
                if not is_storage_error(error):
                    self._handle_row_trouble(getattr(error, "ids", ()))
                raise

    def _handle_row_trouble(self, ids: Sequence[int]) -> None:
        """Set aside what cannot be read; tell of what could not be released several times."""
        # One row that cannot be read may be what kept all of them from leaving.
        row_inspection.set_aside_unreadable_schedules(now())
        self._failures.update(ids)
        for scheduled_id in ids:
            if self._failures[scheduled_id] == TRIES_BEFORE_NOTICE:
                row_inspection.tell_of_unreleased_blast(scheduled_id, now())

    def _handle_done(self, future: "asyncio.Future[None]") -> None:
        """Notify the loop that messages may be queued. Runs on the loop."""
        self._future = None
        if future.exception():
            self._next_start_at = self._loop.time() + self.retry_seconds
            log.error("a release failed; trying again", exc_info=future.exception())
        self.notify()
