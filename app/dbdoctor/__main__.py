"""The command python -m app.dbdoctor: exits with 0 healthy or done, 1 a problem, 2 wrong usage.

Needs only DATABASE_URL.
"""

import argparse
import functools
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dotenv import dotenv_values

from app.core.settings import PROJECT_ROOT, Settings
from app.core.version import VERSION
from app.dbdoctor import database_checks, database_restore, examination_report
from app.dbdoctor.act_records import record_act
from app.dbdoctor.adoption.adoption import adopt_database
from app.dbdoctor.backup_places import (
    find_backup_folder,
    find_newest_backup,
    find_passphrase,
)
from app.dbdoctor.check import Finding
from app.dbdoctor.file_checks import WAL_DELETED, examine_files
from app.dbdoctor.file_owners import leave_files_to_owner, require_owner
from app.dbdoctor.file_settings_checks import FEWER_TEXTS
from app.dbdoctor.restore_drill import rehearse_restore
from app.migrations import database_backups, database_file, migration_runner
from app.migrations.migration_errors import DatabaseDamaged, DatabaseNotAccessible, MigrationError
from app.migrations.migration_rehearsal import rehearse_migrations

JSON = "json"
LOGGER = logging.getLogger("app.dbdoctor")
MAX_DAYS_DIGITS = 4
COUNTED_TABLES = (
    "users",
    "community_members",
    "message_logs",
    "messages",
    "scheduled_messages",
    "unsubscribed_contacts",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the one action that the arguments name and return the exit code.

    Wrong usage ends the process with 2, as argparse does.
    """
    parser = _build_argument_parser()
    options = parser.parse_args(arguments)
    if options.as_json and options.action[0] is not _examine_database:
        parser.error("--json goes with --doctor")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    path = Path()
    try:
        path = get_database_path({**dotenv_values(PROJECT_ROOT / ".env"), **os.environ})
        action, value = options.action
        require_owner(path)
        with leave_files_to_owner(path):
            return int(action(path, JSON if options.as_json else value))
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
    _print_line(words)


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


CommandAction = Callable[[Path, str], int]


def _print_status(path: Path, _value: str) -> int:
    _print_line(f"Database: {path}")
    pending_names = migration_runner.list_pending_migrations(path)
    if path.exists():
        _require_database_file(path)
        for applied in migration_runner.list_applied_migrations(path):
            _print_line(f"Applied:  {applied.name} at {applied.applied_at:%Y-%m-%d %H:%M:%S} UTC")
    else:
        _print_line("It does not exist yet.")
    _print_line(f"Pending:  {', '.join(pending_names) or 'nothing'}")
    if not pending_names:
        _print_line(f"Rows:     {_format_row_counts(path)}")
    return 0


def _format_row_counts(path: Path) -> str:
    with database_file.open_read_only(path) as connection:
        counts = []
        for table in COUNTED_TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            counts.append(f"{row[0]} {table}")
    return ", ".join(counts)


def _apply_migrations(path: Path, _value: str) -> int:
    is_new = not migration_runner.list_applied_migrations(path)
    applied_names = migration_runner.migrate_database(path, LOGGER)
    if applied_names and not is_new:
        record_act(path, "database.migrated", applied=", ".join(applied_names))
    if applied_names:
        _print_line(f"{path}: applied {', '.join(applied_names)}.")
    else:
        _print_line(f"{path}: nothing to apply.")
    return 0


def _rehearse_migrations(path: Path, _value: str) -> int:
    _require_database_file(path)
    for line in rehearse_migrations(path, LOGGER):
        _print_line(line)
    return 0


def _examine_database(path: Path, value: str) -> int:
    _require_database_file(path)
    findings = database_checks.examine_database(path)
    if value == JSON:
        _print_line(examination_report.format_json(path, findings))
        return 0 if examination_report.is_healthy(findings) else 1
    return _print_problems(path, findings)


def _print_problems(path: Path, findings: list[Finding]) -> int:
    for line in examination_report.format_lines(path, findings):
        _print_line(line)
    return 0 if examination_report.is_healthy(findings) else 1


def _repair_database(path: Path, _value: str) -> int:
    _require_database_file(path)
    # Before the file is opened, which removes the sign of it.
    lost = [finding for finding in examine_files(path) if finding.check == WAL_DELETED.name]
    # Raises for a database of a newer version or of another program.
    migration_runner.list_pending_migrations(path)
    _copy_before_repair(path)
    # Before anything else: what is still to come reads through the indexes.
    database_checks.rebuild_indexes(path)
    database_checks.require_no_pending_migrations(path)
    database_checks.repair_database(path)
    record_act(path, "database.repaired")
    # The repair removes the sign of what was lost, and does not bring it back.
    return _print_problems(path, lost + database_checks.examine_database(path))


def _copy_before_repair(path: Path) -> None:
    """Copy the database, under a name that no good copy has when it is damaged."""
    try:
        _backup_database(path, "")
    except DatabaseDamaged as problem:
        _print_line(str(problem))
        timestamp = database_backups.format_backup_timestamp(datetime.now(UTC))
        folder = database_backups.get_backup_folder(path)
        target = folder / f"{path.stem}-{timestamp}.damaged"
        database_backups.copy_database(path, target, is_checked=False)
        _print_line(f"Copied the damaged database to {target}.")


def _revert_migration(path: Path, value: str) -> int:
    _require_database_file(path)
    migration_runner.list_pending_migrations(path)
    with database_restore.lock_database(path):
        migration_runner.revert_migration(path, int(value), LOGGER)
    record_act(path, "database.reverted", migration=int(value))
    _print_line(f"{path}: migration {value} undone.")
    return 0


def _backup_database(path: Path, value: str) -> int:
    _require_database_file(path)
    if not migration_runner.list_applied_migrations(path):
        raise MigrationError(f"{path} is empty: there is nothing to back up.")
    if value:
        target = Path(value).absolute()
    else:
        timestamp = database_backups.format_backup_timestamp(datetime.now(UTC))
        target = database_backups.get_backup_folder(path) / f"{path.stem}-{timestamp}.db"
        database_backups.create_backup_folder(target.parent)
    database_backups.copy_database(path, target)
    record_act(path, "database.backed_up", file=target.name)
    _print_line(f"Copied to {target}.")
    return 0


def _delete_old_backups(path: Path, value: str) -> int:
    older_than = datetime.now(UTC) - timedelta(days=int(value))
    deleted = database_backups.delete_old_backups(path, older_than)
    if deleted:
        record_act(path, "database.pruned", days=int(value), deleted=len(deleted))
    _print_line(f"Backups older than {value} days deleted: {len(deleted)}.")
    if not database_backups.has_recent_backup(path, datetime.now(UTC)):
        _print_line(
            "There is no backup from the last two days. Run: python -m app.dbdoctor --backup"
        )
        return 1
    return 0


def _restore_database(path: Path, value: str) -> int:
    file, moment = Path(value).absolute(), datetime.now(UTC)
    for line in database_restore.restore_database(file, path, moment, find_passphrase()):
        _print_line(line)
    record_act(path, "database.restored", file=Path(value).name)
    findings = database_checks.examine_database(path, complete=False)
    # That it is older than the file beside it is what was asked for, and said above.
    news = [finding for finding in findings if finding.check != FEWER_TEXTS.name]
    return _print_problems(path, news)


def _rehearse_restore(path: Path, value: str) -> int:
    """Restore a backup in a scratch folder and say what is in it."""
    folder = find_backup_folder(path)
    file = Path(value).absolute() if value else find_newest_backup(path, folder)
    lines, is_good = rehearse_restore(file, path, folder, find_passphrase())
    for line in lines:
        _print_line(line)
    return 0 if is_good else 1


def _adopt_database(path: Path, value: str) -> int:
    for line in adopt_database(Path(value).absolute(), path):
        _print_line(line)
    return _print_problems(path, database_checks.examine_database(path))


def _require_database_file(path: Path) -> None:
    database_file.require_no_lost_database(path)
    if not database_file.has_database_file(path):
        state = "is empty" if path.exists() else "does not exist"
        raise DatabaseNotAccessible(
            f"{path} {state}. Start SMS Admin once, or run: python -m app.dbdoctor --apply."
        )


PLAIN_ACTIONS: tuple[tuple[str, CommandAction, str], ...] = (
    ("--print", _print_status, "show applied and pending migrations, and row counts"),
    ("--apply", _apply_migrations, "apply pending migrations, after a backup"),
    ("--rehearse", _rehearse_migrations, "apply them to a copy, and say what they do"),
    ("--doctor", _examine_database, "check the database for problems"),
    ("--fix", _repair_database, "make anew what can be, after a backup"),
    ("--repair", _repair_database, "the same as --fix"),
)

# Name, what its value is called, how it becomes an action, and what it does.
ValueAction = tuple[str, str, Callable[[str], tuple[CommandAction, str]], str]
OPTIONAL_FILE_ACTIONS: tuple[tuple[str, CommandAction, str], ...] = (
    ("--backup", _backup_database, "back up the database, even in use, to FILE or to backups"),
    ("--drill", _rehearse_restore, "restore FILE, or the newest backup, in a scratch folder"),
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
    restore = functools.partial(_pair_with_action, _restore_database)
    adopt = functools.partial(_pair_with_action, _adopt_database)
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
    return _revert_migration, text


def _parse_days(text: str) -> tuple[CommandAction, str]:
    if not text.isdecimal() or len(text) > MAX_DAYS_DIGITS:
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return _delete_old_backups, text


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
