"""Processes the benches start beside themselves."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gunicorn_server import ROOT, find_free_port, wait_until


@contextmanager
def carrier(latency: float = 0.0) -> Iterator[str]:
    """A carrier that takes everything after so many seconds; its address."""
    port = find_free_port()
    with _running(
        [sys.executable, "-m", "tests.bench.server", str(port), str(latency)], port
    ) as url:
        yield url


@contextmanager
def bare_app(database: Path) -> Iterator[str]:
    """The bare Flask view behind gunicorn; its address."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-b",
        f"127.0.0.1:{port}",
        "-k",
        "gthread",
        "--threads",
        "8",
    ]
    command += ["--no-control-socket", "--log-level", "error", "tests.bench.bare:app"]
    # in another folder: in ours gunicorn would find our own configuration
    with _running(command, port, database.parent, BARE_DATABASE=str(database), BARE_BASE=url):
        yield url


@contextmanager
def _running(command: list[str], port: int, cwd: Path = ROOT, **environment: str) -> Iterator[str]:
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), f"{command[2]} to answer", 30)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def memory_of(pid: int) -> tuple[float, float]:
    """The memory of a process and of its largest child: (now, at most), in MB."""
    return max(
        (_status(each, "VmRSS"), _status(each, "VmHWM")) for each in [pid, *children_of(pid)]
    )


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
