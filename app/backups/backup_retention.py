"""Which backups are deleted: by their number, never by their age, and only after a new one.

While backups fail nothing is deleted, so the newest good ones stay whatever their age. Copies with
names in the future, of a clock that was wrong, are neither counted nor deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from app.core.clock import now
from app.core.settings import current_settings
from app.migrations.backup_names import BackupFile, BackupReason, list_backup_files
from app.migrations.database_backups import get_backup_folder

# How many of each stay. Those that a command made are their user's: --prune deletes them. One
# nightly copy is made a day, so their number is that of days.
KEPT_HOURLY_COPIES = 48
KEPT_NIGHTLY_COPIES = 35
KEPT_MANUAL_COPIES = 10
KEPT_MIGRATION_COPIES = 10
KEPT_REPLACED_DATABASES = 3
NIGHTLY_SOURCE_KEY = "nightly_copy_count"


def set_nightly_count_source(app: Flask, find_count: Callable[[], int | None]) -> None:
    """Let `find_count` say how many nightly copies stay; the rule is another feature's."""
    app.extensions[NIGHTLY_SOURCE_KEY] = find_count


def find_kept_counts() -> dict[BackupReason, int]:
    """Return how many copies of each kind stay."""
    find_count = cast("Callable[[], int | None]", current_app.extensions[NIGHTLY_SOURCE_KEY])
    return {
        BackupReason.HOURLY: KEPT_HOURLY_COPIES,
        BackupReason.NIGHTLY: find_count() or KEPT_NIGHTLY_COPIES,
        BackupReason.MANUAL: KEPT_MANUAL_COPIES,
    }


def list_superfluous_nightly_copies(kept: int) -> list[BackupFile]:
    """Return the nightly copies beyond a number, the newest first."""
    settings = current_settings()
    files = _list_past_files(settings.database_path, settings.backup_path, now())
    return [file for file in files if file.reason is BackupReason.NIGHTLY][kept:]


def delete_superfluous_backups(
    database: Path, folder: Path, kept: Mapping[BackupReason, int], moment: datetime
) -> int:
    """Delete what is beyond its number; return how many files. Call it after a good backup."""
    count = 0
    for path in _list_superfluous_files(database, folder, kept, moment):
        try:
            path.unlink()
            count += 1
        except OSError:
            continue
    return count


def _list_past_files(database: Path, folder: Path, moment: datetime) -> list[BackupFile]:
    return [file for file in list_backup_files(database, folder) if file.moment <= moment]


def _list_superfluous_files(
    database: Path, folder: Path, kept: Mapping[BackupReason, int], moment: datetime
) -> Iterator[Path]:
    files = _list_past_files(database, folder, moment)
    for reason, count in kept.items():
        yield from _list_beyond(files, reason, count)
    # Made beside the database, whatever BACKUP_FOLDER says.
    own_files = _list_past_files(database, get_backup_folder(database), moment)
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
