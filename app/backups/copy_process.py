"""The process that makes one backup, beside the serving one: python -m app.backups.copy_process.

Its arguments are the database, the folder, the reason and the moment; BACKUP_PASSPHRASE is in the
environment. It prints one line of JSON: {"file", "bytes", "missing"} or {"error"}.
"""

import errno
import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.backups.backup_creation import BackupOrder, BackupsBusy, NoRoomForBackup, create_backup
from app.backups.models import BackupError
from app.migrations.backup_names import BackupReason
from app.migrations.migration_errors import DatabaseDamaged, DatabaseLocked, MigrationError

FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CLOSED_ERRORS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR}


def main(arguments: Sequence[str]) -> int:
    """Make the backup that the arguments describe and print what became of it."""
    database, folder, reason, moment = arguments
    order = BackupOrder(
        Path(database),
        Path(folder),
        BackupReason(reason),
        datetime.fromisoformat(moment),
        os.environ.get("BACKUP_PASSPHRASE", ""),
    )
    try:
        backup = create_backup(order)
    except (MigrationError, OSError, sqlite3.Error) as error:
        sys.stdout.write(json.dumps({"error": classify_error(error).value}))
        sys.stderr.write(f"{error}\n")
        return 1
    size = backup.file.stat().st_size
    values = {"file": backup.file.name, "bytes": size, "missing": backup.missing_names}
    sys.stdout.write(json.dumps(values))
    return 0


def classify_error(error: BaseException) -> BackupError:
    """Return the word for why no backup could be made."""
    if isinstance(error, NoRoomForBackup):
        return BackupError.DISK_FULL
    if isinstance(error, DatabaseDamaged):
        return BackupError.DAMAGED
    if isinstance(error, DatabaseLocked | BackupsBusy):
        return BackupError.LOCKED
    cause: BaseException | None = error
    while cause is not None:
        number = getattr(cause, "errno", None)
        if number in FULL_ERRORS or getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL":
            return BackupError.DISK_FULL
        if number in CLOSED_ERRORS:
            return BackupError.NOT_WRITABLE
        cause = cause.__cause__
    return BackupError.FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
