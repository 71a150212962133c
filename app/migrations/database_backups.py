"""Backups of a database: complete, checked, synced, readable by their owner only, or none."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.migrations.database_file import open_read_only
from app.migrations.database_integrity import check_database_integrity
from app.migrations.migration_errors import BackupFailed

TIMESTAMP_FORMAT = "%Y%m%dT%H%M%S.%fZ"
KEPT_BACKUPS = 7
NEWEST_BACKUP_MAX_AGE = timedelta(days=2)


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


def format_backup_timestamp(moment: datetime) -> str:
    """Format a moment (UTC) for a file name: 20261121T023000.123456Z."""
    return moment.strftime(TIMESTAMP_FORMAT)


def copy_database(source: Path, target: Path, *, is_checked: bool = True) -> None:
    """Copy the database at `source`, in use or not, to `target`, which must not exist.

    `target` appears only when it is complete, checked and synced; its mode is 0600; it is one
    file, without a -wal. Writers are not held up. Raises BackupFailed, or DatabaseDamaged for a
    damaged source, and leaves nothing behind. `is_checked=False`: a damaged one is copied too.
    """
    try:
        _delete_stale_partial_copies(target.parent)
        with _open_partial_copy(target) as (part, handle):
            _fill_partial_copy(source, part, is_checked=is_checked)
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


def find_newest_backup_time(path: Path) -> datetime | None:
    """Return when the newest copy of the database was made (UTC), by the names of the files."""
    times = [_parse_backup_time(path, file) for file in get_backup_folder(path).glob("*.db")]
    return max(filter(None, times), default=None)


def has_recent_backup(path: Path, moment: datetime) -> bool:
    """Whether the newest copy of the database is at most two days older than `moment` (UTC)."""
    newest = find_newest_backup_time(path)
    return newest is not None and moment - newest <= NEWEST_BACKUP_MAX_AGE


def delete_old_backups(path: Path, older_than: datetime) -> list[Path]:
    """Delete the copies in the folder for backups from before `older_than`; return their paths.

    The KEPT_BACKUPS newest copies stay whatever their age: after a month in which no copy could
    be made, those are the last good ones.
    """
    times = {file: _parse_backup_time(path, file) for file in get_backup_folder(path).glob("*.db")}
    dated = sorted((moment, file) for file, moment in times.items() if moment is not None)
    old = [file for moment, file in dated[:-KEPT_BACKUPS] if moment < older_than]
    for file in old:
        file.unlink()
    return old


def _parse_backup_time(path: Path, file: Path) -> datetime | None:
    """Return the moment (UTC) in the name of a copy of the database at `path`; else None."""
    if not file.name.startswith(f"{path.stem}-"):
        return None
    try:
        return datetime.strptime(file.stem.rpartition("-")[2], TIMESTAMP_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


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


def _fill_partial_copy(source: Path, part: Path, *, is_checked: bool) -> None:
    with (
        open_read_only(source) as original,
        contextlib.closing(sqlite3.connect(part, isolation_level=None)) as duplicate,
    ):
        # A locked source raises here, after the connection's time-out; backup() would wait on.
        original.execute("SELECT count(*) FROM sqlite_master")
        try:
            original.backup(duplicate)
            duplicate.execute("PRAGMA journal_mode=DELETE")
            # Each index against its table too: one that lies would be restored with the rest.
            if is_checked:
                check_database_integrity(duplicate, source)
        except sqlite3.Error as error:
            raise BackupFailed(
                f"No backup could be made in {part.parent}: {error}. Is the disk full?"
            ) from error


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
