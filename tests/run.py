"""`make test`: every test, in three pools that run at the same time.

Tests marked slow or browser mostly wait for clocks, servers and Chromium, those of delivery for its
engine; the others compute. Eight workers keep two cores busy; one pool after the other takes twice
as long. Tests marked torture run in `make torture`.
"""

import compileall
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.shared_folder import RUN_FOLDER_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build"
NOTHING_SELECTED = 5  # pytest's exit code when no test was selected
OUTCOMES = ("passed", "failed", "skipped")
MARKED = re.compile(r"mark\.(slow|browser)")


@dataclass(frozen=True)
class Pool:
    """Tests that run together.

    `workers`: processes of pytest-xdist; `distribution`: how it gives them the tests (--dist).
    `paths`: the files and folders to collect. A worker that collects all of them takes 8 s of its
    processor for it, so each pool has only its own.
    """

    name: str
    markers: str
    workers: int
    distribution: str
    paths: tuple[str, ...]

    @property
    def log(self) -> Path:
        """The file that holds what this pool printed."""
        return LOGS / f"test-{self.name}.log"


# Python may keep what it compiles even where the machine's settings forbid it: to rewrite every
# assert takes each worker 6 s of its processor, what is kept makes it 1 s.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
} | {"PYTHONUNBUFFERED": "1"}


def _list_marked_files() -> tuple[str, ...]:
    """Return the files that mark a test slow or browser."""
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    return tuple(str(path) for path in files if MARKED.search(path.read_text()))


def _list_other_folders(*names: str) -> tuple[str, ...]:
    """Return the folders that hold tests, but those with these names."""
    folders = {path.parent for path in ROOT.glob("tests/*/test_*.py")}
    return tuple(str(path) for path in sorted(folders) if path.name not in names)


UNMARKED = "not slow and not browser and not torture"
POOLS = (
    Pool("waiting", "(slow or browser) and not torture", 3, "loadgroup", _list_marked_files()),
    Pool("delivery", UNMARKED, 3, "worksteal", (str(ROOT / "tests" / "delivery"),)),
    Pool("computing", UNMARKED, 2, "worksteal", _list_other_folders("browser", "delivery")),
)


def main() -> int:
    """Run all pools on the given tests (default: all), print their logs, return the exit code."""
    arguments = sys.argv[1:]
    LOGS.mkdir(exist_ok=True)
    started = time.monotonic()
    # Without bytecode every process would compile the program, 20 s of a processor each.
    compileall.compile_dir(ROOT / "app", quiet=2)
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT[RUN_FOLDER_VARIABLE] = folder
        processes = [(pool, _start(pool, arguments)) for pool in POOLS]
        codes = [_wait(pool, process) for pool, process in processes]
    _print_totals(time.monotonic() - started)
    ran = [code for code in codes if code != NOTHING_SELECTED]
    if not ran:
        return NOTHING_SELECTED
    return max(ran)


def _start(pool: Pool, arguments: list[str]) -> subprocess.Popen[bytes]:
    options = ["-m", pool.markers, "-n", str(pool.workers), "--dist", pool.distribution]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *(arguments or pool.paths)],
        cwd=ROOT,
        stdout=pool.log.open("wb"),
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
    )


def _wait(pool: Pool, process: subprocess.Popen[bytes]) -> int:
    code = process.wait()
    print(f"== {pool.name}: {pool.markers}")
    print(pool.log.read_text(errors="replace"), flush=True)
    return code


def _print_totals(seconds: float) -> None:
    totals = dict.fromkeys(OUTCOMES, 0)
    for pool in POOLS:
        last_line = pool.log.read_text(errors="replace").strip().splitlines()[-1:]
        for count, outcome in re.findall(r"(\d+) (passed|failed|error|skipped)", str(last_line)):
            totals["failed" if outcome == "error" else outcome] += int(count)
    print(f"In {seconds:.0f} s:")
    print(", ".join(f"{totals[outcome]} {outcome}" for outcome in OUTCOMES), flush=True)


if __name__ == "__main__":
    sys.exit(main())
