"""A figure, beside what it is measured against and what is asked of it, and the table of them."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEAD = "| what | ours | baseline | ratio | asked | |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Asked:
    """The limit of a figure: `least` or `most`, of the figure itself or, with `of_ratio`, of
    its ratio.
    """

    least: float | None = None
    most: float | None = None
    of_ratio: bool = False

    def met_by(self, figure: "Figure") -> bool:
        """Whether the figure keeps it. A ratio that is not there keeps nothing."""
        value = figure.times if self.of_ratio else figure.ours
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    def words(self, unit: str) -> str:
        """As it stands in the table."""
        unit = "" if self.of_ratio else f" {unit}"
        ends = [("at least", self.least), ("at most", self.most)]
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}{unit}"
        return " and ".join(f"{word} {value:g}{unit}" for word, value in ends if value is not None)


@dataclass(frozen=True)
class Figure:
    """`ours` and `baseline` in the same unit, of the same run.

    `note`: what else is worth knowing.
    """

    what: str
    ours: float
    unit: str
    against: str = ""
    baseline: float | None = None
    note: str = ""
    asked: Asked | None = None

    @property
    def times(self) -> float | None:
        """How many times the baseline's; None where there is none."""
        return self.ours / self.baseline if self.baseline else None

    @property
    def ratio(self) -> str:
        """The same as it is shown, "" where there is none."""
        return f"{self.times:.2f}" if self.times is not None else ""

    @property
    def missed(self) -> bool:
        """Whether it breaks its limit."""
        return self.asked is not None and not self.asked.met_by(self)

    @property
    def judged(self) -> str:
        """What is asked and whether it is met, "" where nothing is asked."""
        if self.asked is None:
            return ""
        return f"{self.asked.words(self.unit)}: {'**not met**' if self.missed else 'met'}"


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor_seconds(work: Callable[[], object]) -> float:
    """How much processor time `work` takes: what else the machine does counts little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def milliseconds(work: Callable[[], object], times: int = 7) -> float:
    """The median of several runs, in ms, after one that warms up."""
    work()
    return statistics.median(seconds(work) for _ in range(times)) * 1000


def processor_milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The least processor time of several runs, in ms, after one that warms up: other programs
    count less than in milliseconds().
    """
    work()
    return min(_processor_seconds(work) for _ in range(times)) * 1000


def _processor_seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def spread(values: Sequence[float], unit: str) -> str:
    """The least and the most of several runs, for a note."""
    return f"{min(values):,.4g} to {max(values):,.4g} {unit} in {len(values)} runs"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine() -> str:
    """Where this ran, in one line."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, Python"
        f" {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load before the run"
        f" {load:.1f}"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next(
                (line.split(":", 1)[1].strip() for line in file if line.startswith("model name")),
                "?",
            )
    except OSError:
        return platform.processor() or "?"


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a table that can be put into a page as it is."""
    print(f"\n### {title}\n\n{HEAD}")
    for each in figures:
        baseline = (
            f"{each.baseline:,.4g} {each.unit} ({each.against})"
            if each.baseline is not None
            else ""
        )
        cells = (
            each.what,
            f"{each.ours:,.4g} {each.unit}",
            baseline,
            each.ratio,
            each.judged,
            each.note,
        )
        print(f"| {' | '.join(cells)} |", flush=True)


def verdict(figures: Sequence[Figure]) -> str:
    """How many limits are kept, and which are not."""
    limited = [each for each in figures if each.asked]
    missed = [each.what for each in limited if each.missed]
    kept = f"{len(limited) - len(missed)} of {len(limited)} limits are met."
    return f"{kept} Not met: {'; '.join(missed)}." if missed else kept
