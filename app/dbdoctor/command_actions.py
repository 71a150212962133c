"""What each action of the doctor's command does, and the exit code that it returns.

An action gets the database's file and the value of its option, and prints what it did.
"""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from app.dbdoctor.file_settings_checks import FEWER_TEXTS
from app.dbdoctor.restore_drill import rehearse_restore
from app.migrations import database_backups, database_file, migration_runner
from app.migrations.migration_errors import DatabaseDamaged, DatabaseNotAccessible, MigrationError
from app.migrations.migration_rehearsal import rehearse_migrations

CommandAction = Callable[[Path, str], int]
JSON = "json"
LOGGER = logging.getLogger("app.dbdoctor")
COUNTED_TABLES = (
    "users",
    "community_members",
    "message_logs",
    "messages",
    "scheduled_messages",
    "unsubscribed_contacts",
)


def show_status(path: Path, _value: str) -> int:
    """Print the applied and the pending migrations, and the row counts."""
    print_line(f"Database: {path}")
    pending_names = migration_runner.list_pending_migrations(path)
    if path.exists():
        _require_database_file(path)
        for applied in migration_runner.list_applied_migrations(path):
            print_line(f"Applied:  {applied.name} at {applied.applied_at:%Y-%m-%d %H:%M:%S} UTC")
    else:
        print_line("It does not exist yet.")
    print_line(f"Pending:  {', '.join(pending_names) or 'nothing'}")
    if not pending_names:
        print_line(f"Rows:     {_format_row_counts(path)}")
    return 0


def _format_row_counts(path: Path) -> str:
    with database_file.open_read_only(path) as connection:
        counts = []
        for table in COUNTED_TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            counts.append(f"{row[0]} {table}")
    return ", ".join(counts)


def apply_pending_migrations(path: Path, _value: str) -> int:
    """Apply the pending migrations, which backs the database up first."""
    is_new = not migration_runner.list_applied_migrations(path)
    applied_names = migration_runner.migrate_database(path, LOGGER)
    if applied_names and not is_new:
        record_act(path, "database.migrated", applied=", ".join(applied_names))
    if applied_names:
        print_line(f"{path}: applied {', '.join(applied_names)}.")
    else:
        print_line(f"{path}: nothing to apply.")
    return 0


def show_rehearsal(path: Path, _value: str) -> int:
    """Apply the pending migrations to a copy and print what they do."""
    _require_database_file(path)
    for line in rehearse_migrations(path, LOGGER):
        print_line(line)
    return 0


def show_examination(path: Path, value: str) -> int:
    """Print what is wrong with the database, as JSON when the value is JSON."""
    _require_database_file(path)
    findings = database_checks.examine_database(path)
    if value == JSON:
        print_line(examination_report.format_json(path, findings))
        return 0 if examination_report.is_healthy(findings) else 1
    return _print_problems(path, findings)


def _print_problems(path: Path, findings: list[Finding]) -> int:
    for line in examination_report.format_lines(path, findings):
        print_line(line)
    return 0 if examination_report.is_healthy(findings) else 1


def repair_and_examine(path: Path, _value: str) -> int:
    """Make anew what can be, after a backup, and print what is left."""
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
        create_backup(path, "")
    except DatabaseDamaged as problem:
        print_line(str(problem))
        timestamp = database_backups.format_backup_timestamp(datetime.now(UTC))
        folder = database_backups.get_backup_folder(path)
        target = folder / f"{path.stem}-{timestamp}.damaged"
        database_backups.copy_database(path, target, is_checked=False)
        print_line(f"Copied the damaged database to {target}.")


def revert_newest_migration(path: Path, value: str) -> int:
    """Undo the migration of this number, which must be the newest."""
    _require_database_file(path)
    migration_runner.list_pending_migrations(path)
    with database_restore.lock_database(path):
        migration_runner.revert_migration(path, int(value), LOGGER)
    record_act(path, "database.reverted", migration=int(value))
    print_line(f"{path}: migration {value} undone.")
    return 0


def create_backup(path: Path, value: str) -> int:
    """Copy the database to the file `value`, by default into the folder of backups."""
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
    print_line(f"Copied to {target}.")
    return 0


def prune_backups(path: Path, value: str) -> int:
    """Delete backups older than so many days; return 1 when none is recent."""
    older_than = datetime.now(UTC) - timedelta(days=int(value))
    deleted = database_backups.delete_old_backups(path, older_than)
    if deleted:
        record_act(path, "database.pruned", days=int(value), deleted=len(deleted))
    print_line(f"Backups older than {value} days deleted: {len(deleted)}.")
    if not database_backups.has_recent_backup(path, datetime.now(UTC)):
        print_line(
            "There is no backup from the last two days. Run: python -m app.dbdoctor --backup"
        )
        return 1
    return 0


def restore_backup(path: Path, value: str) -> int:
    """Replace the database with a backup, and print what is wrong with it."""
    file, moment = Path(value).absolute(), datetime.now(UTC)
    for line in database_restore.restore_database(file, path, moment, find_passphrase()):
        print_line(line)
    record_act(path, "database.restored", file=Path(value).name)
    findings = database_checks.examine_database(path, complete=False)
    # That it is older than the file beside it is what was asked for, and said above.
    news = [finding for finding in findings if finding.check != FEWER_TEXTS.name]
    return _print_problems(path, news)


def rehearse_backup_restore(path: Path, value: str) -> int:
    """Restore a backup in a scratch folder and say what is in it."""
    folder = find_backup_folder(path)
    file = Path(value).absolute() if value else find_newest_backup(path, folder)
    lines, is_good = rehearse_restore(file, path, folder, find_passphrase())
    for line in lines:
        print_line(line)
    return 0 if is_good else 1


def adopt_former_database(path: Path, value: str) -> int:
    """Make a new database from one of the first design, and print what is wrong with it."""
    for line in adopt_database(Path(value).absolute(), path):
        print_line(line)
    return _print_problems(path, database_checks.examine_database(path))


def _require_database_file(path: Path) -> None:
    database_file.require_no_lost_database(path)
    if not database_file.has_database_file(path):
        state = "is empty" if path.exists() else "does not exist"
        raise DatabaseNotAccessible(
            f"{path} {state}. Start SMS Admin once, or run: python -m app.dbdoctor --apply."
        )


def print_line(line: str) -> None:
    """Write one line to standard output."""
    sys.stdout.write(f"{line}\n")
