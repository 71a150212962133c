"""Logging never makes a page wait, and says the same only once a minute."""

import io
import logging
import os
import threading
import time

import pytest

from app.core.log_writer import MAX_WAITING_LINES, NonBlockingHandler, RepeatFilter
from tests.gunicorn_server import wait_until
from tests.stopwatch import Stopwatch


@pytest.fixture
def logger():
    """Return a logger of this test's own, which passes nothing on."""
    logger = logging.Logger("log.writer.test", logging.INFO)
    yield logger
    for handler in logger.handlers:
        handler.flush()


def test_a_pipe_that_nobody_reads_makes_nobody_wait(logger):
    """R22: 64 KB fit into a pipe; 5,000 lines of 100 characters are half a megabyte."""
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "w") as pipe:
        handler = NonBlockingHandler(pipe)
        logger.addHandler(handler)
        stopwatch = Stopwatch()
        for number in range(5_000):
            logger.info("%s%s", "x" * 100, number)
        assert stopwatch.seconds < 2
        assert handler._dropped_count > MAX_WAITING_LINES
        # Somebody reads again: what waited comes, and the next line says how many were lost.
        received = []
        reader = threading.Thread(target=lambda: _read_all(read_end, received), daemon=True)
        reader.start()
        handler.flush()
        logger.info("room again")
        handler.flush()
        wait_until(lambda: b"".join(received).endswith(b"room again\n"), "the last line")
        assert b"lines of this log were dropped" in b"".join(received)


def _read_all(descriptor, received):
    while data := os.read(descriptor, 65536):
        received.append(data)


def test_a_disk_that_refuses_lines_loses_them_and_goes_on(logger):
    with open("/dev/full", "w") as full:
        handler = NonBlockingHandler(full)
        logger.addHandler(handler)
        logger.error("first")
        handler.flush()
        assert handler._dropped_count == 1


def test_the_same_line_is_written_once_a_minute_and_counted(logger):
    stream = io.StringIO()
    handler = NonBlockingHandler(stream)
    repeats = RepeatFilter(seconds=0.3, max_of_kind=3)
    handler.addFilter(repeats)
    logger.addHandler(handler)
    for _ in range(50):
        logger.warning("the database could not be written (%s)", "disk I/O error")
    for number in range(50):
        logger.error("request %s failed", number)
    time.sleep(0.4)
    logger.warning("the database could not be written (%s)", "disk I/O error")
    handler.flush()
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if line.startswith("the database")] == [
        "the database could not be written (disk I/O error)",
        "the database could not be written (disk I/O error) (49 more lines like this before)",
    ]
    assert len([line for line in lines if line.startswith("request")]) == 3
