"""Runs gunicorn with the product's configuration in its own process, as people run it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.stopwatch import Stopwatch, act_late

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 30
COMMAND = ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]


def find_free_port():
    """Return a free TCP port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_gunicorn(command, environment, log):
    """Start the command as anybody would, in its own process; its output is added to the log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )


class GunicornServer:
    """`with GunicornServer(database, **environment) as server:` serves on `server.url` until the
    block ends.
    """

    # Under pytest it is a fork of a process that has loaded it (tests/gunicorn_fork.py).
    start_process = staticmethod(start_gunicorn)

    def __init__(self, database: Path, **environment: str) -> None:
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = database.with_suffix(f".{self.port}.log")
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")
        }
        self.environment = inherited | {
            "APP_ENV": "test",
            "USER_REQUEST_LIMIT": "0",
            "SECRET_KEY": "a-key-for-tests-0123456789",
            "DATABASE_URL": f"sqlite:///{database}",
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
            "BACKUPS": "0",
            **environment,
        }
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.stop()

    def start(self):
        """Start the process and wait until it responds."""
        self.log.touch()
        self.process = self.start_process(COMMAND, self.environment, self.log)
        wait_until(self.answers, "the server to answer", TIMEOUT_SECONDS)

    def answers(self):
        """Whether /health responds with 200."""
        assert self.process.poll() is None, f"the server ended:\n{self.said}"
        try:
            return urllib.request.urlopen(self.url + "/health", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, how=signal.SIGTERM):
        """Stop the process and return its exit code; None when it is not running."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(how)
        return self.process.wait(TIMEOUT_SECONDS)

    def kill(self):
        """Kill the master and its workers with SIGKILL."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True
        ).stdout.split()
        for pid in [*map(int, children), self.process.pid]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(TIMEOUT_SECONDS)

    @property
    def said(self):
        """Everything that the process has printed."""
        return self.log.read_text()

    @property
    def setup_address(self):
        """The setup URL that the process has printed."""
        return re.search(r"http\S+/setup\?token=\S+", self.said).group(0)


def wait_until(condition, description, seconds=20.0, every=0.05):
    """Wait until `condition()` is true and return its value; fail after `seconds`.

    Seconds in which our threads had no processor do not count.
    """
    stopwatch = Stopwatch()
    while not stopwatch.has_passed(seconds):
        value = condition()
        if value:
            act_late()
            return value
        time.sleep(every)
    raise AssertionError(f"waited {seconds} s for {description}")
