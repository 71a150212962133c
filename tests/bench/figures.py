"""A figure, beside what it is measured against, and the table of them."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ours` and `baseline` in the same unit, of the same run. `note`: what else is worth knowing."""

    what: str
    ours: float
    unit: str
    against: str = ""
    baseline: float | None = None
    note: str = ""

    @property
    def ratio(self) -> str:
        """How many times the baseline's, "" where there is none."""
        return f"{self.ours / self.baseline:.2f}" if self.baseline else ""


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def milliseconds(work: Callable[[], object], times: int = 7) -> float:
    """The median of several runs, in ms, after one that warms up."""
    work()
    return statistics.median(seconds(work) for _ in range(times)) * 1000


def machine() -> str:
    """Where this ran, in one line."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, load before the run {load:.1f}"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "?")
    except OSError:
        return platform.processor() or "?"


def show(title: str, figures: list[Figure]) -> None:
    """Print a table that can be put into a page as it is."""
    print(f"\n### {title}\n\n| what | ours | baseline | ratio | |\n|---|---|---|---|---|")
    for each in figures:
        baseline = f"{each.baseline:,.4g} {each.unit} ({each.against})" if each.baseline is not None else ""
        print(f"| {each.what} | {each.ours:,.4g} {each.unit} | {baseline} | {each.ratio} | {each.note} |", flush=True)
