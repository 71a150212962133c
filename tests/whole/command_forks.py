"""Runs commands as forks of one process that has already imported the program.

Importing takes 1 s of a processor, more than what most commands do. The process reads orders from
its input, one JSON object a line: the command, its folder, its environment and the files for its
output. It answers with the exit code of each. tests/whole/program_copy.py starts it.
"""

import gc
import json
import os
import runpy
import signal
import sys
from pathlib import Path

import gunicorn.app.wsgiapp  # noqa: F401 -- a command imports it

# What every command imports. It makes no app: each command does that with its own settings.
from app import blueprints, cli, scheduler, startup  # noqa: F401 -- forks find them imported
from app.migrations.migration_files import find_migrations

# The demo takes 30 s of a processor, which a busy machine has in three minutes.
LONGEST_SECONDS = 600
# By its path: the folder of the tests is not among the modules of a command.
SHARED_RULES = Path(__file__).parents[1] / "shared_rules.py"


def prepare_forks() -> None:
    """Compute once what takes each command 250 ms: the rules, and the checksums of migrations."""
    runpy.run_path(str(SHARED_RULES))["compile_rules"]()
    find_migrations()


def wait_for_orders() -> dict:
    """Fork for each order and return it in the fork; the first process ends with its input."""
    prepare_forks()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            return json.loads(line)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def run_command(order: dict) -> None:
    """Do what `python` does with these arguments: `-m module ...` or `-c code`."""
    signal.alarm(LONGEST_SECONDS)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for descriptor, path in enumerate((os.devnull, order["stdout"], order["stderr"])):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, descriptor)
    option, what, *arguments = order["command"]
    sys.argv = [option, *arguments]
    if option == "-c":
        exec(what, {"__name__": "__main__"})
    else:
        sys.modules.pop(f"{what}.__main__", None)
        runpy.run_module(what, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_command(wait_for_orders())
