"""A command that hangs ends with everything that it started."""

import os
from pathlib import Path
from time import monotonic

from app.backups.actions.child_processes import run_process


def is_alive(state):
    """Whether the process runs: it may have ended though nobody asked for its exit code yet."""
    try:
        return state.read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_hanging_script_started_ends_with_it(tmp_path):
    """K2: a script that copies backups elsewhere hangs; the server stops."""
    note = tmp_path / "child"
    script = f"sleep 300 & echo $! > {note}; wait"

    result = run_process(["sh", "-c", script], os.environ, 60, note.exists)
    assert result.code is None
    state = Path(f"/proc/{note.read_text().strip()}/stat")
    deadline = monotonic() + 10
    while is_alive(state):
        assert monotonic() < deadline
        os.sched_yield()
