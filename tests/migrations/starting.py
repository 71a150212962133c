"""What the other processes of test_processes.py do: `python -m tests.migrations.starting
together|dying|… FOLDER`.

Prints one line for each thing that was not as it should be.
"""

import contextlib
import os
import signal
import sqlite3
import sys
import tempfile
from pathlib import Path

from app.migrations.migration_errors import MigrationError
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import list_applied_migrations, migrate_database
from app.migrations.schema_comparison import describe_schema
from tests.migrations.made_up import QUIET, fingerprint, first_only, garden, names, run

ROUNDS = 20
NOBODY = 65534


def together(folder):
    """ROUNDS times two processes start at the same moment, on no database and on an old one."""
    steps = garden(folder / "steps")
    for number in range(ROUNDS):
        for age in ("fresh", "old"):
            path = folder / f"{age}{number}" / "sms.db"
            if age == "old":
                migrate_database(path, QUIET, first_only(folder / "steps"))
            _race(path, steps)
            expected = 0 if age == "fresh" else 1
            copies = len(list(path.parent.glob("backups/*")))
            if [each.version for each in list_applied_migrations(path)] != [
                1,
                2,
            ] or copies != expected:
                yield f"{path}: {list_applied_migrations(path)}, {copies} copies"
            if run(path, "SELECT count(*) FROM plants, pots") != [(1,)]:
                yield f"{path}: a step was applied twice"


def _race(path, steps):
    """Two children wait for the pipe to close and start; each must end well."""
    waiting, gun = os.pipe()
    children = [
        _child(
            lambda: (
                os.close(gun),
                os.read(waiting, 1),
                migrate_database(path, QUIET, steps),
            )
        )
        for _ in range(2)
    ]
    os.close(gun)
    os.close(waiting)
    for child in children:
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit(f"{path}: a starter failed")


def dying(folder):
    """The power goes before this and that statement of the real migrations and of an upgrade;
    the next start mends it.

    Before each of the first twelve, and each fourth after that: they are all alike, and each
    costs 50 ms.
    """
    steps = garden(folder / "steps")
    yield from _die_everywhere(folder / "first", lambda _path: None, find_migrations())
    yield from _die_everywhere(
        folder / "upgrade", lambda path: migrate_database(path, QUIET, steps[:1]), steps
    )


def _whole_steps(folder, steps):
    """The shapes a database may have: after none of the steps, after the first, after two, …
    after all.
    """
    for number in range(len(steps) + 1):
        path = folder / f"whole{number}" / "sms.db"
        migrate_database(path, QUIET, steps[:number])
        yield _shape(path)


def _die_everywhere(folder, prepare, steps):
    number, died = 0, True
    shapes = list(_whole_steps(folder, steps))
    while died:
        number += 1 if number < 12 else 4
        path = folder / str(number) / "sms.db"
        prepare(path)
        died = _die_before(number, path, steps)
        if _shape(path) != shapes[len(list_applied_migrations(path))]:
            yield f"{path}: half a migration is there"
        migrate_database(path, QUIET, steps)
        if _shape(path) != shapes[-1] or run(path, "PRAGMA integrity_check") != [("ok",)]:
            yield f"{path}: after the power came back it is not whole"
        if list(path.parent.glob("backups/.*")):
            yield f"{path}: an unfinished copy was left"
    if number < 5:
        yield f"{folder}: the failpoint was reached only {number} times"


def powerless(_folder):
    """An ordinary user (not root, who may do everything) without the right to write to the
    file, or to its folder.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps = garden(folder / "steps")
        migrate_database(folder / "sms.db", QUIET, steps[:1])
        for each in (folder, *folder.iterdir()):
            os.chown(each, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        for file_mode, folder_mode in ((0o400, 0o700), (0o600, 0o500)):
            (folder / "sms.db").chmod(file_mode)
            folder.chmod(folder_mode)
            yield from _refused_for_lack_of_rights(folder / "sms.db", steps)
        folder.chmod(0o700)
        os.seteuid(0)


def _refused_for_lack_of_rights(path, steps):
    before, beside = fingerprint(path), names(path.parent)
    try:
        migrate_database(path, QUIET, steps)
        yield "it was migrated without the right to"
    except MigrationError as problem:
        if "right to write" not in str(problem) or str(path) not in str(problem):
            yield str(problem)
    if fingerprint(path) != before or names(path.parent) != beside:
        yield f"something changed: {names(path.parent)}"


def _die_before(number, path, steps):
    os.environ["SMSADMIN_FAILPOINT"] = f"migration:{number}"
    child = _child(lambda: migrate_database(path, QUIET, steps))
    del os.environ["SMSADMIN_FAILPOINT"]
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _child(work):
    """A forked process that does `work` and ends with 0, or with 1 for a problem."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except MigrationError as problem:
        sys.stdout.write(f"{problem}\n")
        sys.stdout.flush()
        os._exit(1)
    os._exit(0)


def _shape(path):
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return describe_schema(connection)


if __name__ == "__main__":
    for line in {"together": together, "dying": dying, "powerless": powerless}[sys.argv[1]](
        Path(sys.argv[2])
    ):
        sys.stdout.write(f"{line}\n")
