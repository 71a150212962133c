"""Several processes, and processes that die: each database ends whole, each step applied once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def complaints(what, folder, *size):
    """Run tests.migrations.startup_processes in a process of its own; what it printed."""
    command = [sys.executable, "-m", "tests.migrations.startup_processes", what, folder, *size]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_two_starters_at_once_end_well(tmp_path):
    """M3: on no database and on an old one; each step applied once, one copy of the old one,
    none of the new one.
    """
    assert complaints("together", tmp_path) == ""


@pytest.mark.slow
def test_the_power_may_go_in_the_middle_of_a_migration(tmp_path):
    """M1: the next start brings the database to the same shape as one that was never
    interrupted. Before each of the first five statements, and each 131st after that.
    """
    assert complaints("dying", tmp_path) == ""


@pytest.mark.torture
def test_two_starters_at_once_end_well_twenty_times_over(tmp_path):
    assert complaints("together", tmp_path, "whole") == ""


@pytest.mark.torture
def test_the_power_may_go_before_any_statement_of_any_migration(tmp_path):
    assert complaints("dying", tmp_path, "whole") == ""


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0,
    reason="only root can become somebody else; test_refusals tries it otherwise",
)
def test_without_the_right_to_write_one_sentence_says_which_right_is_needed(tmp_path):
    """M8: for the file and for its folder; nothing is left beside it."""
    assert complaints("powerless", tmp_path) == ""
