"""The names of backups in their folder: which database, when, and why it was copied."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

TIMESTAMP_FORMAT = "%Y%m%dT%H%M%S.%fZ"
NAME_PATTERN = re.compile(
    r"(?P<before>before-(?:revert-)?\d+-)?(?P<time>\d{8}T\d{6}\.\d{6}Z)"
    r"(?:-(?P<kind>hourly|nightly|manual))?\.db(?:\.gz(?:\.enc)?)?"
)


class BackupReason(StrEnum):
    """Why a copy was made, as its name says. COMMAND: by hand or by a crontab."""

    HOURLY = "hourly"
    NIGHTLY = "nightly"
    MANUAL = "manual"
    MIGRATION = "migration"
    COMMAND = "command"


@dataclass(frozen=True)
class BackupFile:
    """One copy in the folder. `moment`: when it was made (UTC), by its name."""

    path: Path
    moment: datetime
    reason: BackupReason

    @property
    def size_bytes(self) -> int:
        """The size of the file; 0 when it is gone meanwhile."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


def format_backup_timestamp(moment: datetime) -> str:
    """Format a moment (UTC) for a file name: 20261121T023000.123456Z."""
    return moment.strftime(TIMESTAMP_FORMAT)


def list_backup_files(database: Path, folder: Path) -> list[BackupFile]:
    """Return the copies of this database in the folder, the newest first.

    Raises no error for a folder that is missing or closed: there are none then.
    """
    try:
        files = [_read_name(database, path) for path in folder.iterdir()]
    except OSError:
        return []
    return sorted(filter(None, files), key=lambda file: file.moment, reverse=True)


def find_newest_backup_file(database: Path, folder: Path, moment: datetime) -> BackupFile | None:
    """Return the newest copy in the folder, None without any.

    One with a name in the future, of a clock that was wrong, counts only when there is no other.
    """
    files = list_backup_files(database, folder)
    past_files = [file for file in files if file.moment <= moment]
    return next(iter([*past_files, *files]), None)


def _read_name(database: Path, path: Path) -> BackupFile | None:
    """Return what the name of a copy says; None for a file that is no copy of the database."""
    prefix = f"{database.stem}-"
    match = NAME_PATTERN.fullmatch(path.name.removeprefix(prefix))
    if match is None or not path.name.startswith(prefix):
        return None
    reason = BackupReason(match["kind"] or "command")
    if match["before"]:
        reason = BackupReason.MIGRATION
    try:
        moment = datetime.strptime(match["time"], TIMESTAMP_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupFile(path, moment, reason)
