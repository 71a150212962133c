"""Runs in the processes of test_processes.py, which start and kill others.

`python -m tests.migrations.startup_processes together|dying|powerless FOLDER [whole]` prints one
line for each thing that was not as it should be. `whole`: with more rounds, and a death before
every statement.
"""

import contextlib
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from pathlib import Path

from app.migrations.migration_errors import MigrationError
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import list_applied_migrations, migrate_database
from app.migrations.schema_comparison import describe_schema
from tests.migrations.sample_migrations import (
    QUIET,
    hash_file,
    list_file_names,
    run_sql,
    write_first_migration,
    write_sample_migrations,
)
from tests.migrations.test_audiences_migration import (
    BEFORE,
    FORMER_ROWS,
    READ_FORMER,
    READ_NEW,
    read_all,
)

IS_WHOLE = sys.argv[3:] == ["whole"]
ROUNDS = 20 if IS_WHOLE else 4
# Statements are all alike, and each kill costs a database that is migrated to the newest version.
STATEMENTS_KILLED_AT_FIRST = 12 if IS_WHOLE else 5
STATEMENTS_BETWEEN_KILLS = 1 if IS_WHOLE else 131
# Of one rebuild, whose database is nearly ready.
REBUILD_STATEMENTS_BETWEEN_KILLS = 1 if IS_WHOLE else 31
NOBODY = 65534
# Rows of FORMER_ROWS: three released, three scheduled.
BLASTS = 6


def race_two_starts(folder):
    """ROUNDS times two processes start at the same moment, on no database and on an old one."""
    steps = write_sample_migrations(folder / "steps")
    for number in range(ROUNDS):
        for age in ("fresh", "old"):
            path = folder / f"{age}{number}" / "sms.db"
            if age == "old":
                migrate_database(path, QUIET, write_first_migration(folder / "steps"))
            _race_once(path, steps)
            expected = 0 if age == "fresh" else 1
            copies = len(list(path.parent.glob("backups/*")))
            if [each.version for each in list_applied_migrations(path)] != [
                1,
                2,
            ] or copies != expected:
                yield f"{path}: {list_applied_migrations(path)}, {copies} copies"
            if run_sql(path, "SELECT count(*) FROM plants, pots") != [(1,)]:
                yield f"{path}: a step was applied twice"


def _race_once(path, steps):
    """Two children wait for the pipe to close and start; each must end well."""
    waiting, gun = os.pipe()
    children = [
        _fork_child(
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


def kill_at_statements(folder):
    """The power goes before statements of the real migrations and of an upgrade; the next start
    mends it.
    """
    steps = write_sample_migrations(folder / "steps")
    yield from _kill_everywhere(folder / "first", lambda _path: None, find_migrations())
    yield from _kill_everywhere(
        folder / "upgrade", lambda path: migrate_database(path, QUIET, steps[:1]), steps
    )
    yield from _kill_rebuild(folder / "rebuild")


def _kill_rebuild(folder):
    """Kill the rebuild of the blasts' tables, which have rows, before each of its statements."""
    former = folder / "former.db"
    migrate_database(former, QUIET, find_migrations()[:BEFORE])
    run_sql(former, *FORMER_ROWS)
    number, died = 0, True
    while died:
        number += REBUILD_STATEMENTS_BETWEEN_KILLS
        path = folder / str(number) / "sms.db"
        path.parent.mkdir()
        shutil.copy(former, path)
        died = _is_killed_before(number, path, find_migrations()[: BEFORE + 1])
        is_migrated = len(list_applied_migrations(path)) > BEFORE
        if not is_migrated and len(read_all(path, READ_FORMER)) != BLASTS:
            yield f"{path}: blasts are missing after the death"
        migrate_database(path, QUIET, find_migrations()[: BEFORE + 1])
        rows = read_all(path, READ_NEW)
        if len(rows) != BLASTS or run_sql(path, "PRAGMA integrity_check") != [("ok",)]:
            yield f"{path}: after the power came back blasts are missing: {rows}"
    if number < 5:
        yield f"{folder}: the failpoint was reached only {number} times"


def _list_complete_schemas(folder, steps):
    """The shapes a database may have: after none of the steps, after the first, after two, …
    after all.
    """
    # One run over all of them remembers what each makes; later runs need not replay them.
    migrate_database(folder / "remembered" / "sms.db", QUIET, steps)
    # One database takes step after step: a new one for each shape took fifteen times as long.
    path = folder / "whole" / "sms.db"
    for number in range(len(steps) + 1):
        migrate_database(path, QUIET, steps[:number])
        yield _describe_file(path)


def _kill_everywhere(folder, prepare, steps):
    number, died = 0, True
    shapes = list(_list_complete_schemas(folder, steps))
    while died:
        is_early = number < STATEMENTS_KILLED_AT_FIRST
        number += 1 if is_early else STATEMENTS_BETWEEN_KILLS
        path = folder / str(number) / "sms.db"
        prepare(path)
        died = _is_killed_before(number, path, steps)
        if _describe_file(path) != shapes[len(list_applied_migrations(path))]:
            yield f"{path}: half a migration is there"
        migrate_database(path, QUIET, steps)
        if _describe_file(path) != shapes[-1] or run_sql(path, "PRAGMA integrity_check") != [
            ("ok",)
        ]:
            yield f"{path}: after the power came back it is not whole"
        if list(path.parent.glob("backups/.*")):
            yield f"{path}: an unfinished copy was left"
    if number < 5:
        yield f"{folder}: the failpoint was reached only {number} times"


def start_without_rights(_folder):
    """An ordinary user (not root, who may do everything) without the right to write to the
    file, or to its folder.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps = write_sample_migrations(folder / "steps")
        migrate_database(folder / "sms.db", QUIET, steps[:1])
        for each in (folder, *folder.iterdir()):
            os.chown(each, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        for file_mode, folder_mode in ((0o400, 0o700), (0o600, 0o500)):
            (folder / "sms.db").chmod(file_mode)
            folder.chmod(folder_mode)
            yield from _check_refused(folder / "sms.db", steps)
        folder.chmod(0o700)
        os.seteuid(0)


def _check_refused(path, steps):
    before, beside = hash_file(path), list_file_names(path.parent)
    try:
        migrate_database(path, QUIET, steps)
        yield "it was migrated without the right to"
    except MigrationError as problem:
        if "right to write" not in str(problem) or str(path) not in str(problem):
            yield str(problem)
    if hash_file(path) != before or list_file_names(path.parent) != beside:
        yield f"something changed: {list_file_names(path.parent)}"


def _is_killed_before(number, path, steps):
    os.environ["SMSADMIN_FAILPOINT"] = f"migration:{number}"
    child = _fork_child(lambda: migrate_database(path, QUIET, steps))
    del os.environ["SMSADMIN_FAILPOINT"]
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _fork_child(work):
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


def _describe_file(path):
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return describe_schema(connection)


EXPERIMENTS = {
    "together": race_two_starts,
    "dying": kill_at_statements,
    "powerless": start_without_rights,
}

if __name__ == "__main__":
    experiment = EXPERIMENTS[sys.argv[1]]
    for complaint in experiment(Path(sys.argv[2])):
        sys.stdout.write(f"{complaint}\n")
