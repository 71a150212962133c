"""Starts gunicorn as a fork of a process that has already imported it and the program.

Importing takes 1 s of a processor for each server. A fork server (multiprocessing) imports once for
each worker of pytest. Its forks get the environment, the arguments and the output that a started
program would have. Tests of the start itself run the real command: tests/whole/test_starting.py
(`run_real`), tests/browser/test_newcomer.py (`make run`).
"""

import atexit
import gc
import os
import sys
import threading
from multiprocessing import get_context
from pathlib import Path

import gunicorn.app.wsgiapp

# What every server imports. It makes no app: each server does that with its own settings.
from app import blueprints, cli, scheduler, startup  # noqa: F401 -- forks find them imported
from server import threaded_worker  # noqa: F401 -- forks find them imported

FORK_SERVER = get_context("forkserver")


class ForkedGunicorn:
    """A running gunicorn, with the methods of subprocess.Popen that tests use."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        FORK_SERVER.set_forkserver_preload(["tests.gunicorn_preload"])
        self._process = FORK_SERVER.Process(target=_run, args=(command, environment, log))
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """Wait until the process has ended and return its exit code."""
        self._process.join(seconds)
        code = self.poll()
        if code is None:
            raise TimeoutError(f"gunicorn still runs after {seconds} s")
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)


def _run(command: list[str], environment: dict[str, str], log: Path) -> None:
    gc.freeze()  # as a started gunicorn, it does not scan what was loaded before
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    _write_output_to(log)
    try:
        gunicorn.app.wsgiapp.run()
    finally:
        # A process of multiprocessing ends without these, which write the last lines of the log.
        threading._shutdown()
        atexit._run_exitfuncs()


def _write_output_to(log: Path) -> None:
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
        stream.reconfigure(write_through=True)
    os.close(output)
