"""python -m app.dbdoctor: exit code 0 healthy or done, 1 something is wrong, 2 wrong usage.

Needs only DATABASE_URL.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from app.core.settings import PROJECT_ROOT, Settings
from app.dbdoctor import checks, restoring
from app.migrations import copies, opening, runner
from app.migrations.problems import CannotOpen, MigrationProblem

LOGGER = logging.getLogger("app.dbdoctor")
SHOWN_TABLES = (
    "users",
    "community_members",
    "message_logs",
    "messages",
    "scheduled_messages",
    "unsubscribed_contacts",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one thing and return the exit code.

    Wrong usage ends the process with 2, as argparse does.
    """
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    path = Path()
    try:
        path = database_path({**dotenv_values(PROJECT_ROOT / ".env"), **os.environ})
        action, value = chosen.action
        return int(action(path, value))
    except MigrationProblem as problem:
        _say(str(problem))
    except OSError as error:
        _say(f"{error.filename or path}: {error.strerror}.")
    return 1


def database_path(environ: Mapping[str, str | None]) -> Path:
    """The file that DATABASE_URL names, by the app's own rule.

    Raises CannotOpen for what is no SQLite address.
    """
    address = (environ.get("DATABASE_URL") or "").strip()
    settings = Settings(database_url=address) if address else Settings()
    if not settings.database_url.startswith("sqlite:///"):
        raise CannotOpen(
            "DATABASE_URL must be a SQLite address such as sqlite:///instance/sms.db."
        )
    return settings.database_path


Action = Callable[[Path, str], int]


def _print(path: Path, _value: str) -> int:
    _say(f"Database: {path}")
    todo = runner.pending(path)
    if path.exists():
        _must_exist(path)
        for done in runner.applied(path):
            _say(f"Applied:  {done.name} at {done.applied_at:%Y-%m-%d %H:%M:%S} UTC")
    else:
        _say("It does not exist yet.")
    _say(f"Pending:  {', '.join(todo) or 'nothing'}")
    if not todo:
        _say(f"Rows:     {_row_counts(path)}")
    return 0


def _row_counts(path: Path) -> str:
    with opening.looked_at(path) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in SHOWN_TABLES
        ]
    return ", ".join(
        f"{count} {table}" for table, count in zip(SHOWN_TABLES, counts, strict=True)
    )


def _apply(path: Path, _value: str) -> int:
    done = runner.migrate(path, LOGGER)
    _say(
        f"{path}: applied {', '.join(done)}." if done else f"{path}: nothing to apply."
    )
    return 0


def _examine(path: Path, _value: str) -> int:
    _must_exist(path)
    found = checks.examine(path)
    for line in found or [f"{path} is healthy."]:
        _say(line)
    return 1 if found else 0


def _repair(path: Path, _value: str) -> int:
    _must_exist(path)
    checks.may_be_repaired(path)
    _backup(path, "")
    checks.repair(path)
    return _examine(path, "")


def _revert(path: Path, value: str) -> int:
    _must_exist(path)
    runner.pending(path)
    with restoring.alone(path):
        runner.revert(path, int(value), LOGGER)
    _say(f"{path}: migration {value} taken back.")
    return 0


def _backup(path: Path, value: str) -> int:
    _must_exist(path)
    if not runner.applied(path):
        raise MigrationProblem(f"{path} holds nothing yet: there is nothing to copy.")
    if value:
        target = Path(value).absolute()
    else:
        target = (
            copies.folder_of(path)
            / f"{path.stem}-{copies.stamped(datetime.now(UTC))}.db"
        )
        copies.make_folder(target.parent)
    copies.copy(path, target)
    _say(f"Copied to {target}.")
    return 0


def _restore(path: Path, value: str) -> int:
    for line in restoring.restore(Path(value).absolute(), path, datetime.now(UTC)):
        _say(line)
    found = checks.examine(path, complete=False)
    for line in found or [f"{path} is healthy."]:
        _say(line)
    return 1 if found else 0


def _must_exist(path: Path) -> None:
    if not opening.is_there(path):
        state = "is empty" if path.exists() else "does not exist"
        raise CannotOpen(
            f"{path} {state}. Start SMS Admin once, or run: python -m app.dbdoctor --apply."
        )


def _parser() -> argparse.ArgumentParser:
    """Each option leaves in `action` what to do and with which value; two options are wrong
    usage.
    """
    parser = argparse.ArgumentParser(
        prog="python -m app.dbdoctor", description="Looks after the database."
    )
    only_one = parser.add_mutually_exclusive_group(required=True)
    for name, action, words in (
        ("--print", _print, "show what is applied and what is pending"),
        ("--apply", _apply, "apply the pending migrations, after a copy"),
        ("--doctor", _examine, "look for anything wrong"),
        ("--repair", _repair, "compute the counts and the search again, after a copy"),
    ):
        only_one.add_argument(
            name, dest="action", action="store_const", const=(action, ""), help=words
        )
    only_one.add_argument(
        "--revert",
        dest="action",
        metavar="VERSION",
        type=_version,
        help="take back the newest migration, after a copy",
    )
    only_one.add_argument(
        "--backup",
        dest="action",
        metavar="FILE",
        nargs="?",
        const=(_backup, ""),
        type=lambda file: (_backup, file),
        help="copy the database, in use or not, to FILE or into backups beside it",
    )
    only_one.add_argument(
        "--restore",
        dest="action",
        metavar="FILE",
        type=lambda file: (_restore, file),
        help="put a copy in the place of the database; the old one is kept",
    )
    return parser


def _version(text: str) -> tuple[Action, str]:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not the number of a migration")
    return _revert, text


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
