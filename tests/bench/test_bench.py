"""The benches still run: each once, on few rows, for what they print and not for how fast they are."""

import logging

import pytest

from tests.bench import __main__ as command
from tests.bench import imports, lists, meanwhile, practice, receipts, release, sending

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(lists, "MANY", 200)
    monkeypatch.setattr(lists, "FEW", 20)
    monkeypatch.setattr(imports, "ROWS", 100)
    monkeypatch.setattr(release, "PEOPLE", 200)
    monkeypatch.setattr(release, "SUPPRESSED", 100)
    monkeypatch.setattr(release, "RUNS", 1)
    monkeypatch.setattr(sending, "TEXTS", 20)
    monkeypatch.setattr(sending, "RUNS", 1)
    monkeypatch.setattr(receipts, "TEXTS", 20)
    monkeypatch.setattr(meanwhile, "PEOPLE", 60)
    monkeypatch.setattr(meanwhile, "SECONDS", 0.5)
    monkeypatch.setattr(meanwhile, "BEFORE", 0.5)
    monkeypatch.setattr(practice, "TEXTS", 20)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", command.BENCHES)
def test_each_bench_gives_figures_with_ratios(name):
    figures = command.BENCHES[name][1]()
    assert figures
    assert all(figure.ours > 0 for figure in figures)
    assert any(figure.ratio for figure in figures)


def test_a_name_that_is_no_bench_is_said(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "nothing"])
    assert command.main() == 2
    assert "There is no bench called nothing" in capsys.readouterr().out
