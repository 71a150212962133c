"""The benches still run: each once, on few rows, for what they print and not for how fast they
are.
"""

import logging
import sys

import pytest

from tests.bench import __main__ as command
from tests.bench import large_database

pytestmark = pytest.mark.slow


FEW = {
    "segments": {"MANY": large_database.Size(100, events=3, blasts=10)},
    "audiences": {"PEOPLE": 200, "RUNS": 1},
    "lists": {"MANY": 200, "FEW": 20},
    "scale": {
        "MANY": large_database.Size(100, events=3, blasts=10),
        "FEW": large_database.Size(20, events=3, blasts=10),
        "TIMES": 1,
    },
    "imports": {"ROWS": 100, "RUNS": 1},
    "inbox": {"THREADS": 40, "TEXTS": 400, "BLASTS": 2, "MEMBERS": 60, "CAME_IN": 20},
    "hours": {"PEOPLE": 200, "SENDABLE": 40, "CLAIMS": 2, "TURNS": 1, "RUNS": 1},
    "release": {"PEOPLE": 200, "SUPPRESSED": 100, "RUNS": 1},
    "sending": {"TEXTS": 20, "RUNS": 1, "COMMITS": 20, "WORKERS": 2},
    "receipts": {"TEXTS": 20},
    "meanwhile": {"PEOPLE": 60, "SECONDS": 0.5, "BEFORE": 0.5},
    "inbound": {"PEOPLE": 60, "SECONDS": 0.5, "BEFORE": 0.5},
    "news": {"EVENTS": 2000, "OLD": 1500, "RECEIPTS": 10},
    "pacing": {
        "SHORT_SECONDS": 4,
        "LONG_SECONDS": 4,
        "PEOPLE": 8,
        "BLASTS": 3,
        "EACH": 5,
        "FAIR_PEOPLE": 10,
    },
    "practice": {"TEXTS": 20},
    "reconcile": {"SIZES": (60,)},
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    for bench, sizes in FEW.items():
        module = sys.modules[command.BENCHES[bench][1].__module__]
        for name, value in sizes.items():
            monkeypatch.setattr(module, name, value)
    yield
    logging.disable(logging.NOTSET)


# One bench stays in make test, to see that they still run; the others take minutes.
SMOKE = "receipts"


@pytest.mark.parametrize(
    "name",
    [
        name if name == SMOKE else pytest.param(name, marks=pytest.mark.torture)
        for name in command.BENCHES
    ],
)
def test_each_bench_gives_figures_with_ratios(name):
    figures = command.BENCHES[name][1]()
    assert figures
    assert all(figure.ours > 0 for figure in figures)
    assert any(figure.ratio for figure in figures)


def test_a_name_that_is_no_bench_is_said(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "nothing"])
    assert command.main() == 2
    assert "There is no bench called nothing" in capsys.readouterr().out
