"""How fast texts leave, and how much memory that takes: a real server against a carrier in a
process of its own.

L1 (memory and pace of 5,000) and L14 (four processes) are figures of it.
"""

import sqlite3
from pathlib import Path
from statistics import median

from tests.bench.bench_app import folder
from tests.bench.figures import Asked, Figure, seconds, spread
from tests.bench.sending_server import CONCURRENCY, Station, station

TEXTS, RUNS, COMMITS, WORKERS = 5000, 3, 300, 4
# What the carrier takes for an answer, in seconds, and how much of a bare sender's speed must
# be left.
LATENCIES = {0.0: 0.45, 0.1: 0.85}
BARE = f"a bare loop of aiohttp posts, {CONCURRENCY} at once"


def run() -> list[Figure]:
    """Blasts of 4,000 texts, in turn with a bare loop of the same posts."""
    figures: list[Figure] = []
    with folder() as place:
        for latency, least in LATENCIES.items():
            commit = commit_milliseconds(place / f"commits{latency:g}.db")
            with station(place, TEXTS, latency) as there:
                ours, bare = _in_turn(there)
                figures += _figures(latency, least, ours, bare, commit)
                if not latency:
                    figures += _beside(there)
                    figures.append(_together(there, median(ours)))
    return figures


def _in_turn(there: Station) -> tuple[list[float], list[float]]:
    """Ours and the bare loop's, one after the other, since a machine may be busier from one
    minute to the next.
    """
    ours, bare = [], []
    for _ in range(RUNS):
        bare.append(there.bare())
        ours.append(there.blast())
    return ours, bare


def _figures(
    latency: float, least: float, ours: list[float], bare: list[float], commit: float
) -> list[Figure]:
    line = f"carrier at {latency * 1000:g} ms"
    note = f"ours {spread(ours, '/s')}, bare {spread(bare, '/s')}"
    one = 1000 / median(ours)
    return [
        Figure(
            f"texts a second, {line}",
            median(ours),
            "/s",
            BARE,
            median(bare),
            note,
            Asked(least, of_ratio=True),
        ),
        Figure(
            f"one text, all of it, {line}",
            one,
            "ms",
            "one commit with synchronous=FULL",
            commit,
        ),
    ]


def _beside(there: Station) -> list[Figure]:
    waited = there.one(
        "SELECT (julianday(min(a.started_at)) - julianday(s.scheduled_at)) * 86400000 FROM"
        " scheduled_messages s JOIN messages m ON m.message_log_id = s.message_log_id JOIN attempts"
        " a ON a.message_id = m.id GROUP BY s.id ORDER BY s.id DESC LIMIT 1"
    )
    most = there.memory()
    return [
        Figure(
            "from the due moment to the first text",
            waited,
            "ms",
            note=f"release of {TEXTS:,} people included",
        ),
        Figure(
            "memory of the sending worker, at most",
            most,
            "MB",
            "the same, idle",
            there.idle,
        ),
        Figure(
            "that is more by",
            most - there.idle,
            "MB",
            note=f"L1, {RUNS} blasts",
            asked=Asked(most=80),
        ),
        Figure("from starting the server to its first answer", there.started, "s"),
    ]


def _together(there: Station, alone: float) -> Figure:
    """L14: several workers serve one database. One of them sends; every text leaves once."""
    there.restart(WEB_CONCURRENCY=str(WORKERS))
    what = f"texts a second with {WORKERS} workers on one database"
    return Figure(what, there.blast(), "/s", "with one", alone, "L14; every number reached once")


def commit_milliseconds(path: Path) -> float:
    """Milliseconds for one row, committed to the disk: the median of many."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE x (a INTEGER)",
    ):
        connection.execute(statement)
    took = [
        seconds(lambda n=n: connection.execute("INSERT INTO x VALUES (?)", (n,)))
        for n in range(COMMITS)
    ]
    connection.close()
    return median(took) * 1000
