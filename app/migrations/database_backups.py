"""Backups of a database: complete, checked, synced, readable by their owner only, or none."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from app.migrations.backup_names import format_backup_timestamp as format_backup_timestamp
from app.migrations.backup_names import list_backup_files
from app.migrations.database_file import open_read_only
from app.migrations.database_integrity import check_database_integrity
from app.migrations.migration_errors import BackupFailed

KEPT_BACKUPS = 7
NEWEST_BACKUP_MAX_AGE = timedelta(days=2)
# So much is copied between two syncs: a disk that is handed a gigabyte at once keeps the commits
# of the serving process waiting.
PAGES_AT_ONCE = 2_000
SYNC_AFTER_BYTES = 16 * 1024 * 1024


def get_backup_folder(path: Path) -> Path:
    """Return the folder for backups of the database at `path`."""
    return path.parent / "backups"


def create_backup_folder(folder: Path) -> None:
    """Create the folder for backups, closed to others, unless it exists. Raises BackupFailed."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BackupFailed(
            f"No backup could be made in {folder}: {error.strerror}. Nothing was changed."
        ) from error


def copy_database(
    source: Path, target: Path, *, is_checked: bool = True, is_quick: bool = False
) -> None:
    """Copy the database at `source`, in use or not, to `target`, which must not exist.

    `target` appears only when it is complete, checked and synced; its mode is 0600; it is one
    file, without a -wal. Writers are not held up. Raises BackupFailed, or DatabaseDamaged for a
    damaged source, and leaves nothing behind. `is_checked=False`: a damaged one is copied too;
    `is_quick`: its indexes are not compared with their tables.
    """
    try:
        _delete_stale_partial_copies(target.parent)
        with _open_partial_copy(target) as (part, handle):
            _fill_partial_copy(source, part, handle)
            if is_checked:
                _check_copy(source, part, is_quick=is_quick)
            if os.geteuid() == 0:
                # Copied by root, it must still be read by the user that the program runs as.
                status = source.stat()
                os.fchown(handle, status.st_uid, status.st_gid)
            os.fsync(handle)
            os.rename(part, target)
            sync_folder(target.parent)
    except FileExistsError as error:
        raise BackupFailed(
            f"{target} already exists. A backup never replaces a file: choose another name."
        ) from error
    except OSError as error:
        raise BackupFailed(f"No backup could be made at {target}: {error.strerror}.") from error


def find_newest_backup_time(path: Path, folder: Path | None = None) -> datetime | None:
    """Return when the newest copy of the database was made (UTC), by the names of the files.

    `folder`: of the copies, by default `backups` beside the database.
    """
    files = list_backup_files(path, folder or get_backup_folder(path))
    return files[0].moment if files else None


def has_recent_backup(path: Path, moment: datetime, folder: Path | None = None) -> bool:
    """Whether the newest copy of the database is at most two days older than `moment` (UTC)."""
    newest = find_newest_backup_time(path, folder)
    return newest is not None and moment - newest <= NEWEST_BACKUP_MAX_AGE


def delete_old_backups(path: Path, older_than: datetime) -> list[Path]:
    """Delete the copies in the folder for backups from before `older_than`; return their paths.

    The KEPT_BACKUPS newest copies stay whatever their age: after a month in which no copy could
    be made, those are the last good ones.
    """
    files = list_backup_files(path, get_backup_folder(path))
    old = [file.path for file in files[KEPT_BACKUPS:] if file.moment < older_than]
    for file in old:
        file.unlink()
    return old


def sync_folder(folder: Path) -> None:
    """Sync the folder, so that a rename in it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _open_partial_copy(target: Path) -> Iterator[tuple[Path, int]]:
    """Open the partial copy beside `target`; a file lock tells others that it is being written."""
    part = target.with_name(f".{target.name}.part")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        # The kernel drops the lock with the process: a partial copy without one is stale.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if target.exists():
            raise FileExistsError
        yield part, handle
    finally:
        _delete_partial_copy(part)
        os.close(handle)


def _fill_partial_copy(source: Path, part: Path, handle: int) -> None:
    with _open_copy(part) as duplicate, open_read_only(source) as original:
        # One snapshot for all steps: a writer in between would make backup() begin again. A locked
        # source raises here, after the connection's time-out; backup() would wait on.
        original.execute("BEGIN")
        original.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with _translate_copy_error(part):
            original.backup(duplicate, pages=PAGES_AT_ONCE, progress=_build_syncing(handle))
            duplicate.execute("PRAGMA journal_mode=DELETE")


def _check_copy(source: Path, part: Path, *, is_quick: bool) -> None:
    """Raise DatabaseDamaged unless the copy is whole: an index that lies would be restored too."""
    # The source is open no longer: a snapshot that is held for seconds lets its -wal grow.
    with _open_copy(part) as duplicate, _translate_copy_error(part):
        check_database_integrity(duplicate, source, is_quick=is_quick)


def _open_copy(part: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(part, isolation_level=None))


@contextmanager
def _translate_copy_error(part: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupFailed(
            f"No backup could be made in {part.parent}: {error}. Is the disk full?"
        ) from error


def _build_syncing(handle: int) -> Callable[[int, int, int], object]:
    """Return a function that syncs the copy whenever it has grown by SYNC_AFTER_BYTES."""
    synced_bytes = 0

    def sync_growth(_status: int, _remaining: int, _total: int) -> None:
        nonlocal synced_bytes
        size = os.fstat(handle).st_size
        if size - synced_bytes >= SYNC_AFTER_BYTES:
            os.fsync(handle)
            synced_bytes = size

    return sync_growth


def _delete_stale_partial_copies(folder: Path) -> None:
    """Delete partial copies whose processes are gone."""
    for part in folder.glob(".*.part"):
        with contextlib.suppress(OSError):
            handle = os.open(part, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _delete_partial_copy(part)
            finally:
                os.close(handle)


def _delete_partial_copy(part: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        part.with_name(part.name + ending).unlink(missing_ok=True)
