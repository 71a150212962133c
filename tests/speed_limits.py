"""Limits of processor time that hold on machines of any speed."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

ADDITIONS = 500_000

# What the additions take on the machine for which the limits of the tests were written.
REFERENCE_SECONDS = 0.0125


def measure_slowness() -> float:
    """Return how many times longer this machine computes now than the one of reference, at least 1.

    The best of five: another process at the same core only makes it look slower.
    """
    return max(1.0, min(_add_numbers() for _ in range(5)) / REFERENCE_SECONDS)


@contextmanager
def limit_seconds(seconds: float) -> Iterator[None]:
    """Fail if the block uses more than these seconds of the processor, on the machine of reference.

    This process counts, and the children that ended meanwhile. The machine is measured right after
    a block that took longer, so that a quick block costs nothing.
    """
    started = _read_used_seconds()
    yield
    used = _read_used_seconds() - started
    if used > seconds:
        slowness = measure_slowness()
        assert used <= seconds * slowness, f"{used:.3f} s, on a machine {slowness:.1f} times slower"


def measure_page(browser, address: str, limit: float) -> float:
    """Return the processor seconds of a page, as on the machine of reference.

    The best of up to ten, as other processes share the machine; the first below `limit` is enough.
    """
    seconds = limit + 1
    for _ in range(10):
        started = time.process_time()
        assert browser.get(address).status_code == 200
        seconds = min(seconds, time.process_time() - started)
        if seconds < limit:
            return seconds
    return seconds / measure_slowness()


def _read_used_seconds() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _add_numbers() -> float:
    """Return the processor seconds that ADDITIONS additions take."""
    started = time.process_time()
    total = 0
    for number in range(ADDITIONS):
        total += number
    return time.process_time() - started
