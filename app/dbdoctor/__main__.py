"""The command python -m app.dbdoctor: exits with 0 healthy or done, 1 a problem, 2 wrong usage.

Needs only DATABASE_URL.
"""

import argparse
import functools
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dotenv import dotenv_values

from app.core.settings import PROJECT_ROOT, Settings
from app.core.version import VERSION
from app.dbdoctor import command_actions, examination_report
from app.dbdoctor.command_actions import CommandAction
from app.dbdoctor.file_owners import leave_files_to_owner, require_owner
from app.migrations.migration_errors import DatabaseNotAccessible, MigrationError

MAX_DAYS_DIGITS = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the one action that the arguments name and return the exit code.

    Wrong usage ends the process with 2, as argparse does.
    """
    parser = _build_argument_parser()
    options = parser.parse_args(arguments)
    if options.as_json and options.action[0] is not command_actions.show_examination:
        parser.error("--json goes with --doctor")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    path = Path()
    try:
        path = get_database_path({**dotenv_values(PROJECT_ROOT / ".env"), **os.environ})
        action, value = options.action
        require_owner(path)
        with leave_files_to_owner(path):
            return int(action(path, command_actions.JSON if options.as_json else value))
    except MigrationError as error:
        _print_error(path, str(error), as_json=options.as_json)
    except OSError as error:
        words = f"{error.filename or path}: {error.strerror}."
        _print_error(path, words, as_json=options.as_json)
    return 1


def _print_error(path: Path, words: str, *, as_json: bool) -> None:
    if as_json:
        finding = examination_report.build_unreadable_finding(words)
        words = examination_report.format_json(path, [finding])
    command_actions.print_line(words)


def get_database_path(environ: Mapping[str, str | None]) -> Path:
    """Return the file that DATABASE_URL names, by the app's own rule.

    Raises DatabaseNotAccessible when the URL is not one of SQLite.
    """
    address = (environ.get("DATABASE_URL") or "").strip()
    settings = Settings(database_url=address) if address else Settings()
    if not settings.database_url.startswith("sqlite:///"):
        raise DatabaseNotAccessible(
            "DATABASE_URL must be a SQLite address such as sqlite:///instance/sms.db."
        )
    return settings.database_path


PLAIN_ACTIONS: tuple[tuple[str, CommandAction, str], ...] = (
    ("--print", command_actions.show_status, "show applied and pending migrations, and row counts"),
    (
        "--apply",
        command_actions.apply_pending_migrations,
        "apply pending migrations, after a backup",
    ),
    ("--rehearse", command_actions.show_rehearsal, "apply them to a copy, and say what they do"),
    ("--doctor", command_actions.show_examination, "check the database for problems"),
    ("--fix", command_actions.repair_and_examine, "make anew what can be, after a backup"),
    ("--repair", command_actions.repair_and_examine, "the same as --fix"),
)

# Name, what its value is called, how it becomes an action, and what it does.
ValueAction = tuple[str, str, Callable[[str], tuple[CommandAction, str]], str]
OPTIONAL_FILE_ACTIONS: tuple[tuple[str, CommandAction, str], ...] = (
    (
        "--backup",
        command_actions.create_backup,
        "back up the database, even in use, to FILE or to backups",
    ),
    (
        "--drill",
        command_actions.rehearse_backup_restore,
        "restore FILE, or the newest backup, in a scratch folder",
    ),
)


def _build_argument_parser() -> argparse.ArgumentParser:
    """Return a parser that leaves (action, value) in `action`; two options are wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m app.dbdoctor",
        description="Check, upgrade, back up and restore the database.",
    )
    parser.add_argument("--version", action="version", version=f"SMS Admin {VERSION}")
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="with --doctor: answer as JSON"
    )
    options = parser.add_mutually_exclusive_group(required=True)
    for name, action, description in PLAIN_ACTIONS:
        options.add_argument(
            name, dest="action", action="store_const", const=(action, ""), help=description
        )
    for name, metavar, parse, description in _list_value_actions():
        options.add_argument(name, dest="action", metavar=metavar, type=parse, help=description)
    for name, file_action, description in OPTIONAL_FILE_ACTIONS:
        options.add_argument(
            name,
            dest="action",
            metavar="FILE",
            nargs="?",
            const=(file_action, ""),
            type=functools.partial(_pair_with_action, file_action),
            help=description,
        )
    return parser


def _list_value_actions() -> tuple[ValueAction, ...]:
    restore = functools.partial(_pair_with_action, command_actions.restore_backup)
    adopt = functools.partial(_pair_with_action, command_actions.adopt_former_database)
    return (
        (
            "--revert",
            "VERSION",
            _parse_migration_version,
            "undo the newest migration, after a backup",
        ),
        ("--prune", "DAYS", _parse_days, "delete backups older than DAYS, never the newest seven"),
        ("--restore", "FILE", restore, "replace the database with a backup; the old one is kept"),
        ("--adopt", "FILE", adopt, "make a new database from FILE, one of the first design"),
    )


def _pair_with_action(action: CommandAction, file: str) -> tuple[CommandAction, str]:
    return action, file


def _parse_migration_version(text: str) -> tuple[CommandAction, str]:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not the number of a migration")
    return command_actions.revert_newest_migration, text


def _parse_days(text: str) -> tuple[CommandAction, str]:
    if not text.isdecimal() or len(text) > MAX_DAYS_DIGITS:
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return command_actions.prune_backups, text


if __name__ == "__main__":
    sys.exit(main())
