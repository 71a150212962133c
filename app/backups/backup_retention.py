"""Which backups are deleted: by their number, never by their age, and only after a new one.

While backups fail nothing is deleted, so the newest good ones stay whatever their age.
"""

from collections.abc import Iterator
from pathlib import Path

from app.migrations.backup_names import BackupFile, BackupReason, list_backup_files
from app.migrations.database_backups import get_backup_folder

# How many of each stay. Those that a command made are their user's: --prune deletes them.
KEPT_COUNTS = {
    BackupReason.HOURLY: 48,
    BackupReason.NIGHTLY: 35,
    BackupReason.MANUAL: 10,
}
KEPT_MIGRATION_COPIES = 10
KEPT_REPLACED_DATABASES = 3


def delete_superfluous_backups(database: Path, folder: Path) -> int:
    """Delete what is beyond its number; return how many files. Call it after a good backup."""
    count = 0
    for path in _list_superfluous_files(database, folder):
        try:
            path.unlink()
            count += 1
        except OSError:
            continue
    return count


def _list_superfluous_files(database: Path, folder: Path) -> Iterator[Path]:
    files = list_backup_files(database, folder)
    for reason, count in KEPT_COUNTS.items():
        yield from _list_beyond(files, reason, count)
    # Made beside the database, whatever BACKUP_FOLDER says.
    own_files = list_backup_files(database, get_backup_folder(database))
    yield from _list_beyond(own_files, BackupReason.MIGRATION, KEPT_MIGRATION_COPIES)
    replaced = sorted(database.parent.glob(f"{database.name}.before-restore-*Z"), reverse=True)
    for path in replaced[KEPT_REPLACED_DATABASES:]:
        yield path
        wal_file = path.with_name(f"{path.name}-wal")
        if wal_file.exists():
            yield wal_file


def _list_beyond(files: list[BackupFile], reason: BackupReason, kept: int) -> Iterator[Path]:
    of_reason = [file.path for file in files if file.reason is reason]
    yield from of_reason[kept:]
