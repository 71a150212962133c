"""Folders that one process of `make test` fills and the others only read."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

# Where the processes of one run meet; tests.run makes it.
RUN_FOLDER_VARIABLE = "SMS_ADMIN_TEST_RUN_FOLDER"


def fill_once(name: str, tmp_path_factory, fill: Callable[[Path], None]) -> Path:
    """Return a folder that `fill` has filled, in this process or another one of the same run.

    Eight processes that migrate a database take a second of the processor each.
    """
    run_folder = os.environ.get(RUN_FOLDER_VARIABLE)
    if run_folder is None:
        folder = tmp_path_factory.mktemp(name)
        fill(folder)
        return folder
    folder = Path(run_folder, name)
    with Path(run_folder, f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # Its name appears once it is full: a process that fails leaves nothing to be used.
            unfinished = Path(run_folder, f"{name}.unfinished")
            unfinished.mkdir()
            fill(unfinished)
            unfinished.rename(folder)
    return folder
