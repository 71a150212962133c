"""Limits of waiting that hold while other programs have the processor.

`make test` runs eight workers on two cores: a thread that is ready may stand in line for a second.
"""

import os
import time
from collections.abc import Iterator

# Seconds by which every test acts too late after it waited for something; none in `make test`. With
# 3, a test fails that hopes to act before the program goes on: TESTS_ACT_LATE=3 make test
LATE_SECONDS = float(os.environ.get("TESTS_ACT_LATE", "0"))
# A thread that never sleeps stands in line for most of the time: it may not wait for ever.
MOST_SLOWDOWN = 5


class Stopwatch:
    """Measures seconds without those in which a thread of ours was ready and had no processor.

    Threads of this process and of its descendants count. Waiting that the program has chosen (a
    timer, a lock, a poll) stays in, so that a program which is late by itself is late here too.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._waits = _read_waits()

    @property
    def elapsed_seconds(self) -> float:
        """Return the seconds since the start by the clock."""
        return time.monotonic() - self._started

    @property
    def starved_seconds(self) -> float:
        """Return the seconds in line since the start, at most four fifths of those elapsed.

        Those of all threads together: some may have waited for one another.
        """
        waited = sum(
            seconds - self._waits.get(thread, 0.0) for thread, seconds in _read_waits().items()
        )
        return min(waited, self.elapsed_seconds * (1 - 1 / MOST_SLOWDOWN))

    @property
    def seconds(self) -> float:
        """Return the seconds since the start that our threads had or chose to wait."""
        return self.elapsed_seconds - self.starved_seconds

    def has_passed(self, seconds: float) -> bool:
        """Whether so many seconds are over; cheap until they are over by the clock."""
        return self.elapsed_seconds >= seconds and self.seconds >= seconds


def act_late() -> None:
    """Sleep for LATE_SECONDS, as a test does whose machine is slow."""
    time.sleep(LATE_SECONDS)


def _read_waits() -> dict[tuple[int, int], float]:
    """Return of each thread the seconds that it stood in line, by process and thread id.

    The second figure of https://docs.kernel.org/scheduler/sched-stats.html. Empty where the system
    does not tell.
    """
    waits = {}
    for process, thread in _list_threads(os.getpid()):
        figures = _read_figures(f"/proc/{process}/task/{thread}/schedstat")
        if figures:
            waits[process, thread] = figures[1] / 1e9
    return waits


def _list_threads(process: int) -> Iterator[tuple[int, int]]:
    """Yield the threads of a process and of its descendants, each with its process."""
    try:
        threads = [int(name) for name in os.listdir(f"/proc/{process}/task")]
    except OSError:
        return
    for thread in threads:
        yield process, thread
        for child in _read_figures(f"/proc/{process}/task/{thread}/children"):
            yield from _list_threads(child)


def _read_figures(path: str) -> list[int]:
    """Return the numbers in a file of the kernel; none when its thread has ended."""
    try:
        with open(path, "rb") as file:
            return [int(figure) for figure in file.read().split()]
    except OSError:
        return []
