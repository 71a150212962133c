"""Opening a backup, however it is packed, as a plain database file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.backups.backup_packing import BackupNotReadable, is_packed, unpack_database


@contextmanager
def open_backup(file: Path, scratch_folder: Path, passphrase: str) -> Iterator[Path]:
    """Yield the path of the plain database: `file` itself, or what is packed in it.

    What is unpacked into the scratch folder is deleted when the block ends. Raises
    BackupNotReadable, which says what is wrong: no backup, damaged, or another passphrase.
    """
    if not is_packed(file):
        yield file
        return
    plain = scratch_folder / f".{file.name}.{os.getpid()}.unpacked"
    try:
        unpack_database(file, plain, passphrase)
        yield plain
    except OSError as error:
        raise BackupNotReadable(f"{file} cannot be unpacked: {error.strerror}.") from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            plain.with_name(plain.name + suffix).unlink(missing_ok=True)
