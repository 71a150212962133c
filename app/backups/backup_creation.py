"""Making one backup: copied, checked, compressed, read again, synced, and only then there."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.backups.backup_packing import RESERVED_BYTES, compute_packed_digest, pack_database
from app.backups.companion_files import copy_companion_files
from app.migrations.backup_names import BackupReason, format_backup_timestamp
from app.migrations.database_backups import copy_database, sync_folder
from app.migrations.migration_errors import BackupFailed

LOCK_NAME = ".backups.lock"
# Of what is being made. Whoever holds the lock may delete what an earlier process left.
SCRATCH_SUFFIXES = (".scratch", ".packing")
DRILL_PREFIX = ".drill-"


class BackupsBusy(BackupFailed):
    """Another process makes a backup, or tests one, in this folder."""


class NoRoomForBackup(BackupFailed):
    """The disk has no space for a backup."""


@dataclass(frozen=True)
class BackupOrder:
    """What to back up, where to, and why. `passphrase`: "" for a backup that is not encrypted."""

    database: Path
    folder: Path
    reason: BackupReason
    moment: datetime
    passphrase: str = ""

    @property
    def target(self) -> Path:
        """The file that is made."""
        ending = ".db.gz.enc" if self.passphrase else ".db.gz"
        timestamp = format_backup_timestamp(self.moment)
        return self.folder / f"{self.database.stem}-{timestamp}-{self.reason.value}{ending}"


@dataclass(frozen=True)
class MadeBackup:
    """A backup that was made. `missing_names`: files beside the database that were not copied."""

    file: Path
    missing_names: Sequence[str]


def create_backup(order: BackupOrder) -> MadeBackup:
    """Make a backup, which only the database's owner can read.

    The file appears when what was written has been read again and found to be the copy, which was
    checked. Raises MigrationError or OSError, and leaves nothing behind.
    """
    create_backup_folder(order.database, order.folder)
    with lock_backup_folder(order.folder):
        _require_room(order)
        scratch = order.target.with_name(f".{order.target.name}.scratch")
        packing = order.target.with_name(f".{order.target.name}.packing")
        try:
            # An hourly copy is looked through without comparing each index with its table: of a
            # million texts that takes 16 s of a processor. The nightly one is compared.
            is_quick = order.reason is BackupReason.HOURLY
            copy_database(order.database, scratch, is_quick=is_quick)
            _pack_and_verify(order, scratch, packing)
            os.rename(packing, order.target)
            sync_folder(order.folder)
            missing_names = copy_companion_files(order.database, order.folder, order.passphrase)
        finally:
            scratch.unlink(missing_ok=True)
            packing.unlink(missing_ok=True)
    return MadeBackup(order.target, missing_names)


def create_backup_folder(database: Path, folder: Path) -> None:
    """Create the folder for backups, closed to others, unless it exists. Raises BackupFailed."""
    try:
        is_new = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_new:
            _give_to_owner(database, folder)
    except OSError as error:
        raise BackupFailed(f"No backup could be made in {folder}: {error.strerror}.") from error


@contextmanager
def lock_backup_folder(folder: Path) -> Iterator[None]:
    """Keep other processes from making or testing a backup; sweep what a killed one left.

    Raises BackupsBusy.
    """
    handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            # The kernel drops the lock with the process.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupsBusy(f"Another process makes a backup in {folder}.") from error
        _sweep(folder)
        yield
    finally:
        os.close(handle)


def is_folder_locked(folder: Path) -> bool:
    """Whether a process makes or tests a backup in the folder now."""
    try:
        with lock_backup_folder(folder):
            return False
    except BackupsBusy:
        return True
    except OSError:
        return False


def _sweep(folder: Path) -> None:
    for path in folder.glob(".*"):
        if path.name.startswith(DRILL_PREFIX):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.endswith(SCRATCH_SUFFIXES):
            path.unlink(missing_ok=True)


def _require_room(order: BackupOrder) -> None:
    """Raise NoRoomForBackup unless the copy and what is packed of it fit on the disk."""
    size = sum(
        file.stat().st_size
        for file in (order.database, order.database.with_name(f"{order.database.name}-wal"))
        if file.exists()
    )
    if shutil.disk_usage(order.folder).free < size * 3 // 2 + RESERVED_BYTES:
        raise NoRoomForBackup(f"{order.folder} has no room for a backup: free some space.")


def _pack_and_verify(order: BackupOrder, scratch: Path, packing: Path) -> None:
    handle = os.open(packing, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as target:
        digest = pack_database(scratch, target, order.passphrase)
        target.flush()
        os.fsync(target.fileno())
    _give_to_owner(order.database, packing)
    if compute_packed_digest(packing, order.passphrase) != digest:
        raise BackupFailed(f"{order.target} could not be read again as it was written.")


def _give_to_owner(database: Path, path: Path) -> None:
    """Let the owner of the database own this too: copied by root, it must be readable to them."""
    if os.geteuid() == 0 and database.exists():
        status = database.stat()
        os.chown(path, status.st_uid, status.st_gid)
