"""Checks of the database file, of what lies beside it, and of the disk that they are on."""

import contextlib
import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.backups.companion_files import list_uncopied_files
from app.core.settings import PROJECT_ROOT
from app.dbdoctor.backup_places import find_backup_folder
from app.dbdoctor.check import FIX_ADVICE, Check, Finding, Severity, join_ids
from app.imports.actions.upload_storage import UPLOAD_NAME_PATTERN
from app.migrations.database_backups import get_backup_folder
from app.suppression.actions.erasure_file import get_erasure_file

# The program cuts it to 16 MB whenever nobody reads.
LARGE_WAL_BYTES = 64 * 2**20
# Beside room for one more copy of the database.
FREE_BYTES = 200 * 2**20
# The program deletes uploads after a day.
UPLOAD_SECONDS = 3 * 24 * 60 * 60
MOUNTS_FILE = Path("/proc/self/mounts")
# File locks on these reach one machine only, or not even that.
NETWORK_FILE_SYSTEMS = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "ncpfs"),
    *("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.gcsfuse", "davfs"),
)

WAL_DELETED = Check(
    "wal-deleted",
    "{ids} was deleted: the most recent changes may be lost.",
    "Compare with a backup.",
)
WAL_LARGE = Check(
    "wal-large",
    "{ids}: another program may be reading it (a database viewer?), or SMS Admin stopped "
    "unexpectedly.",
    "Close other programs that use the database, then restart SMS Admin. Never delete this file.",
    severity=Severity.WARNING,
)
OPEN_TO_OTHERS = Check(
    "open-to-others",
    "Every user of this machine can read {ids}, and with it people's numbers or the keys.",
    FIX_ADVICE,
    severity=Severity.WARNING,
)
MIXED_OWNERS = Check(
    "mixed-owners",
    "{ids} belongs to another user than the database, so SMS Admin may not be able to open it.",
    "Run any dbdoctor command as root: it gives the files to the owner of the database.",
    severity=Severity.WARNING,
)
PARTIAL_COPIES = Check(
    "partial-copies",
    "A copy that was never finished lies in the backups: {ids}.",
    FIX_ADVICE,
    severity=Severity.NOTE,
)
OLD_UPLOADS = Check(
    "old-uploads",
    "{ids} uploaded files are older than three days. They hold people's numbers.",
    FIX_ADVICE,
    severity=Severity.WARNING,
)
KEPT_TEXTS = Check(
    "kept-texts",
    "{ids} holds texts that came in and could not be stored.",
    "Start SMS Admin: it stores them. Never delete this file.",
    severity=Severity.WARNING,
)
ERASURES_UNREADABLE = Check(
    "erasures-unreadable",
    "{ids} cannot be read, so people who were erased would be back after a restore.",
    "Give the file to the user that SMS Admin runs as.",
)
NOT_BACKED_UP = Check(
    "not-backed-up",
    "{ids}: the last backup has no current copy, so a restore on another machine would miss it.",
    "Look whether SMS Admin may read it and write into the folder of backups, then press Back up "
    "now on the page of backups.",
    severity=Severity.WARNING,
)
LOW_DISK = Check(
    "low-disk",
    "{ids} are free on the disk of the database: there is no room for a backup.",
    "Delete or move something. When the disk is full, nothing can be stored or sent.",
    severity=Severity.WARNING,
)
NETWORK_DISK = Check(
    "network-disk",
    "The database is on a network disk ({ids}). Its locks do not keep a second machine out.",
    "Move the database to a disk of this machine.",
    severity=Severity.WARNING,
)
FILE_CHECKS = (
    WAL_DELETED,
    WAL_LARGE,
    OPEN_TO_OTHERS,
    MIXED_OWNERS,
    PARTIAL_COPIES,
    OLD_UPLOADS,
    KEPT_TEXTS,
    ERASURES_UNREADABLE,
    NOT_BACKED_UP,
    LOW_DISK,
    NETWORK_DISK,
)


def examine_files(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the files of the database at `path`. Opens none of SQLite's."""
    yield from _check_wal_file(path)
    yield from _check_kept_files(path)
    yield from _check_copies(path)
    yield from _check_disk(path)
    for check, files in (
        (OPEN_TO_OTHERS, list_files_open_to_others(path)),
        (MIXED_OWNERS, _list_files_of_others(path)),
        (PARTIAL_COPIES, list_partial_copies(path)),
    ):
        names = [file.name for file in files]
        if names:
            yield check.report(join_ids(names))
    upload_count = len(list_old_uploads(path))
    if upload_count:
        yield OLD_UPLOADS.report(str(upload_count))


def _check_wal_file(path: Path) -> Iterator[Finding]:
    wal_file = path.with_name(f"{path.name}-wal")
    shm_file = path.with_name(f"{path.name}-shm")
    # A crash leaves both files; one alone means that somebody deleted the other.
    if shm_file.exists() and not wal_file.exists():
        yield WAL_DELETED.report(wal_file.name)
    elif wal_file.exists() and wal_file.stat().st_size > LARGE_WAL_BYTES:
        megabytes = wal_file.stat().st_size // 2**20
        yield WAL_LARGE.report(f"{wal_file.name} is large ({megabytes} MB)")


def _check_kept_files(path: Path) -> Iterator[Finding]:
    kept_texts = path.with_name(f"{path.name}.inbound")
    with contextlib.suppress(OSError), kept_texts.open("rb") as file:
        # Its space is taken in advance and filled with NUL bytes.
        if file.read(1) not in (b"", b"\0"):
            yield KEPT_TEXTS.report(kept_texts.name)
    erasures = get_erasure_file(path)
    if erasures.exists():
        try:
            erasures.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            yield ERASURES_UNREADABLE.report(erasures.name)


def _check_copies(path: Path) -> Iterator[Finding]:
    names = list_uncopied_files(path, find_backup_folder(path), datetime.now(UTC))
    if names:
        yield NOT_BACKED_UP.report(join_ids(names))


def _check_disk(path: Path) -> Iterator[Finding]:
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < path.stat().st_size + FREE_BYTES:
        yield LOW_DISK.report(f"{free_bytes // 2**20} MB")
    file_system = _find_file_system(path)
    if file_system in NETWORK_FILE_SYSTEMS:
        yield NETWORK_DISK.report(file_system)


def _find_file_system(path: Path) -> str:
    """Return the kind of file system that the file is on; "" where Linux does not say."""
    best_place, best_kind = "", ""
    target = f"{path.resolve()}/"
    with contextlib.suppress(OSError):
        for line in MOUNTS_FILE.read_text().splitlines():
            # device, place, kind; a blank in a place is written \040.
            _, place, kind, *_ = line.replace("\\040", " ").split(" ")
            if target.startswith(f"{place.rstrip('/')}/") and len(place) >= len(best_place):
                best_place, best_kind = place, kind
    return best_kind


def _list_own_files(path: Path) -> Iterator[Path]:
    yield path
    yield from sorted(path.parent.glob(f"{path.name}[-.]*"))
    yield from sorted(get_backup_folder(path).glob(f"{path.stem}-*"))
    yield path.parent / "secret_key"
    if path.is_relative_to(PROJECT_ROOT):
        yield PROJECT_ROOT / ".env"


def list_files_open_to_others(path: Path) -> list[Path]:
    """Return the files with people's numbers or keys that every user of the machine can read."""
    return list(filter(_is_open_to_others, _list_own_files(path)))


def _is_open_to_others(file: Path) -> bool:
    return file.exists() and bool(stat.S_IMODE(file.stat().st_mode) & stat.S_IROTH)


def _list_files_of_others(path: Path) -> list[Path]:
    owner = path.stat().st_uid
    files = (path.with_name(path.name + ending) for ending in ("-wal", "-shm", ".leader"))
    return [file for file in files if file.exists() and file.stat().st_uid != owner]


def list_partial_copies(path: Path) -> list[Path]:
    """Return the copies in the folder of backups that nobody writes any more."""
    return list(filter(_is_left, get_backup_folder(path).glob(".*.part")))


def _is_left(part: Path) -> bool:
    with contextlib.suppress(OSError), part.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def list_old_uploads(path: Path) -> list[Path]:
    """Return the uploaded files that the program should have deleted."""
    oldest = time.time() - UPLOAD_SECONDS
    files = []
    for file in (path.parent / "uploads").glob("*"):
        if UPLOAD_NAME_PATTERN.fullmatch(file.name) and file.stat().st_mtime < oldest:
            files.append(file)
    return files


def tidy_files(path: Path) -> None:
    """Close open files to others, and delete what was left over. Raises OSError."""
    for file in list_files_open_to_others(path):
        file.chmod(stat.S_IMODE(file.stat().st_mode) & ~stat.S_IRWXO)
    for file in (*list_partial_copies(path), *list_old_uploads(path)):
        os.unlink(file)
