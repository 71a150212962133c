"""What lies beside a database and belongs to it: archives, opt-outs, erasures, the audit's key.

A backup is a copy of the database alone. So each run also keeps the newest copies of these files in
the folder `beside` of the backups, encrypted when the backups are.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from app.backups.backup_packing import pack_database, unpack_database
from app.migrations.backup_names import BackupReason, list_backup_files
from app.migrations.database_backups import copy_database, sync_folder
from app.migrations.migration_errors import MigrationError

FOLDER_NAME = "beside"
ARCHIVE_FOLDER = "archive"
# The file that tells installations apart is not among them: a copy is another installation.
ENDINGS = (".stops.jsonl", ".erasures", ".audit_key", ".audit_head")
ENCRYPTED_ENDING = ".gz.enc"
# Copies by a command or before a migration are of the database alone.
REASONS_OF_RUNS = (BackupReason.HOURLY, BackupReason.NIGHTLY, BackupReason.MANUAL)
LONGEST_RUN = timedelta(minutes=30)
# FAT keeps a file's time in steps of two seconds:
# https://en.wikipedia.org/wiki/Design_of_the_FAT_file_system
COARSEST_TIME_STEP_NS = 2 * 10**9


def copy_companion_files(database: Path, folder: Path, passphrase: str) -> list[str]:
    """Copy each file that changed since its last copy; return those that could not be copied.

    Call it with the backup folder locked. Such a file keeps its former copy, and the others are
    copied.
    """
    failed = []
    for source, name in _list_companion_files(database):
        plain_target, encrypted_target = _list_copy_paths(folder, name)
        target, former = plain_target, encrypted_target
        if passphrase:
            target, former = encrypted_target, plain_target
        try:
            if not _is_same_age(source, target):
                _copy_file(source, target, passphrase)
            # Of before the passphrase was set, or taken away.
            former.unlink(missing_ok=True)
        except (OSError, MigrationError, sqlite3.Error) as error:
            sys.stderr.write(f"{name} could not be copied ({type(error).__name__})\n")
            failed.append(name)
    return failed


def list_uncopied_files(database: Path, folder: Path, moment: datetime) -> list[str]:
    """Return the files of which the last run that has ended kept no copy as they are since."""
    runs = [
        file.moment
        for file in list_backup_files(database, folder)
        if file.reason in REASONS_OF_RUNS and file.moment < moment - LONGEST_RUN
    ]
    if not runs:
        return []
    names = []
    for source, name in _list_companion_files(database):
        is_copied = any(
            _is_same_age(source, copy, COARSEST_TIME_STEP_NS)
            for copy in _list_copy_paths(folder, name)
        )
        if source.stat().st_mtime < runs[0].timestamp() and not is_copied:
            names.append(name)
    return names


def bring_back_companion_files(backup: Path, database: Path, passphrase: str) -> list[str]:
    """Put the copies beside this backup where the database misses them; return lines about it.

    What is there is newer and stays. Raises BackupNotReadable for another passphrase.
    """
    folder = backup.parent / FOLDER_NAME
    names = []
    for copy in sorted([*folder.glob("*"), *folder.glob(f"{ARCHIVE_FOLDER}/*")]):
        name = str(copy.relative_to(folder)).removesuffix(ENCRYPTED_ENDING)
        target = database.parent / name
        if target.exists() or not _is_companion(name, database) or not copy.is_file():
            continue
        target.parent.mkdir(mode=0o700, exist_ok=True)
        new_file = target.with_name(f".{target.name}.new")
        new_file.unlink(missing_ok=True)
        try:
            unpack_database(copy, new_file, passphrase)
        except MigrationError:
            new_file.unlink(missing_ok=True)
            raise
        _give_to_owner(database.parent, new_file)
        os.replace(new_file, target)
        sync_folder(target.parent)
        names.append(name)
    return [f"Brought back from beside the backup: {', '.join(names)}."] if names else []


def _list_copy_paths(folder: Path, name: str) -> tuple[Path, Path]:
    """Return where the copy of a file lies, plain and encrypted."""
    plain = folder / FOLDER_NAME / name
    return plain, plain.with_name(f"{plain.name}{ENCRYPTED_ENDING}")


def _list_companion_files(database: Path) -> Iterator[tuple[Path, str]]:
    for ending in ENDINGS:
        source = database.with_name(f"{database.name}{ending}")
        if source.is_file():
            yield source, source.name
    for source in sorted((database.parent / ARCHIVE_FOLDER).glob("*[0-9][0-9][0-9][0-9].db")):
        yield source, f"{ARCHIVE_FOLDER}/{source.name}"


def _is_companion(name: str, database: Path) -> bool:
    if name.startswith(f"{ARCHIVE_FOLDER}/"):
        return name.endswith(".db")
    return name in {f"{database.name}{ending}" for ending in ENDINGS}


def _is_same_age(source: Path, target: Path, tolerance_ns: int = 0) -> bool:
    if not target.exists():
        return False
    return abs(target.stat().st_mtime_ns - source.stat().st_mtime_ns) <= tolerance_ns


def _copy_file(source: Path, target: Path, passphrase: str) -> None:
    """Write a complete copy, readable by the owner of the database only, then put it in place."""
    for folder in (target.parent.parent, target.parent):
        if not folder.exists():
            folder.mkdir(mode=0o700)
            _give_to_owner(source.parent, folder)
    status = source.stat()
    plain = target.with_name(f".{target.name}.plain")
    packed = target.with_name(f".{target.name}.new")
    try:
        for path in (plain, packed):
            path.unlink(missing_ok=True)
        if source.suffix == ".db":
            # Another process may be writing it.
            copy_database(source, plain, is_quick=True)
        else:
            _copy_small_file(source, plain)
        if passphrase:
            _pack_file(plain, packed, passphrase)
        else:
            os.replace(plain, packed)
        _give_to_owner(source.parent, packed)
        os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
        os.replace(packed, target)
        sync_folder(target.parent)
    finally:
        for path in (plain, packed):
            path.unlink(missing_ok=True)


def _copy_small_file(source: Path, target: Path) -> None:
    """Copy a small file; the copy is on the disk when this returns."""
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _pack_file(plain: Path, packed: Path, passphrase: str) -> None:
    handle = os.open(packed, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        pack_database(plain, file, passphrase)
        file.flush()
        os.fsync(file.fileno())


def _give_to_owner(folder: Path, path: Path) -> None:
    """Let the owner of the database's folder own this too, when root copies it."""
    if os.geteuid() == 0:
        status = folder.stat()
        os.chown(path, status.st_uid, status.st_gid)
