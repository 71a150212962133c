"""The tests' stopwatch: standing in line for the processor does not count, waiting does."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stopwatch import MOST_SLOWDOWN, Stopwatch

BUSY = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
# They are no children of the test: its own processes are the ones that are measured.
START_TWO = f"""
import subprocess, sys
for _ in range(2):
    quiet = {{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}}
    print(subprocess.Popen([sys.executable, "-c", {BUSY!r}], **quiet).pid)
"""


@pytest.fixture
def busy_neighbours():
    """Two other programs that want the one core to which the test is bound."""
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("this system does not tell how long a thread stood in line")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    started = subprocess.run([sys.executable, "-c", START_TWO], capture_output=True, check=True)
    yield
    for pid in started.stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    os.sched_setaffinity(0, cores)


def test_a_wait_that_was_chosen_counts():
    watch = Stopwatch()
    time.sleep(0.2)
    assert watch.seconds <= watch.elapsed_seconds
    assert not watch.has_passed(60)
    while not watch.has_passed(0.15):
        time.sleep(0.01)
    assert watch.elapsed_seconds < 0.15 * MOST_SLOWDOWN + 1


def test_standing_in_line_for_the_processor_does_not(busy_neighbours):
    watch = Stopwatch()
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert watch.seconds < watch.elapsed_seconds * 0.75
