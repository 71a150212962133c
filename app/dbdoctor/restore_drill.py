"""The restore test: a backup is restored in a scratch folder, migrated, counted and examined.

Nothing of the program runs there: no engine, no scheduler, and nothing is sent.
"""

import logging
import shutil
import tempfile
from pathlib import Path

from app.backups.backup_creation import DRILL_PREFIX, lock_backup_folder
from app.backups.backup_packing import unpack_database
from app.dbdoctor import database_checks, examination_report
from app.dbdoctor.check import Finding
from app.domain.texts.plurals import pluralize
from app.migrations import database_file, migration_runner
from app.migrations.migration_errors import MigrationError

COUNTED_TABLES = {
    "community_members": "member",
    "messages": "text",
    "unsubscribed_contacts": "opt-out",
    "users": "user",
}
SHOWN_PROBLEMS = 5


def rehearse_restore(
    file: Path, path: Path, folder: Path, passphrase: str
) -> tuple[list[str], bool]:
    """Restore a backup in a scratch folder in `folder`; return lines and whether it is good.

    The database at `path` is not touched, and the scratch folder is deleted. Raises MigrationError
    for a file that cannot be restored at all.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock_backup_folder(folder):
        scratch = Path(tempfile.mkdtemp(prefix=DRILL_PREFIX, dir=folder))
        try:
            return _examine_restored(file, scratch / path.name, passphrase)
        except MigrationError as error:
            return [str(error).replace(str(scratch / path.name), str(file))], False
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _examine_restored(file: Path, restored: Path, passphrase: str) -> tuple[list[str], bool]:
    unpack_database(file, restored, passphrase)
    if not migration_runner.list_applied_migrations(restored):
        raise MigrationError(f"{file} has no SMS Admin tables: there is nothing to restore.")
    applied = migration_runner.migrate_database(restored, logging.getLogger("app.drill"))
    findings = database_checks.examine_database(restored)
    lines = [f"{_count_rows(restored)}."]
    if applied:
        lines.append(f"Migrations applied: {len(applied)}.")
    is_good = examination_report.is_healthy(findings)
    if not is_good:
        lines += _describe_findings(restored, findings)
    return lines, is_good


def _count_rows(restored: Path) -> str:
    with database_file.open_read_only(restored) as connection:
        counts = [
            pluralize(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0], noun)
            for table, noun in COUNTED_TABLES.items()
        ]
    return ", ".join(counts)


def _describe_findings(restored: Path, findings: list[Finding]) -> list[str]:
    return list(examination_report.format_lines(restored, findings))[:SHOWN_PROBLEMS]
