"""Packing a database into one compressed, perhaps encrypted file, and unpacking it again."""

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.core.encryption import (
    CannotDecrypt,
    WrongPassphrase,
    decrypt_stream,
    encrypt_stream,
    is_encrypted_stream,
)
from app.migrations.migration_errors import MigrationError

# Measured with 100,000 members and a million texts, 574 MB: level 1 makes 124 MB in 6.2 s, level 3
# 121 MB in 5.6 s, level 6 110 MB in 12.2 s.
GZIP_LEVEL = 3
GZIP_WINDOW = 31  # zlib's number for a gzip file
READ_BYTES = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
SQLITE_MAGIC = b"SQLite format 3\x00"
MAGIC_BYTES = 16
# What a copy leaves free: the program must be able to write while one is made or unpacked.
RESERVED_BYTES = 64 * 1024 * 1024


class BackupNotReadable(MigrationError):
    """A file that was given as a backup cannot be one, or is damaged."""


class PassphraseNeeded(BackupNotReadable):
    """A backup is encrypted, and BACKUP_PASSPHRASE is missing or another one."""


class NoRoomToUnpack(BackupNotReadable):
    """What is packed in a file is larger than what is free on the disk."""


def pack_database(plain: Path, target: BinaryIO, passphrase: str) -> str:
    """Write the file at `plain` compressed, and encrypted when there is a passphrase.

    Returns the SHA-256 of what was packed.
    """
    digest = hashlib.sha256()
    chunks = _compress(_read_chunks(plain, digest))
    if passphrase:
        chunks = encrypt_stream(chunks, passphrase)
    for chunk in chunks:
        target.write(chunk)
    return digest.hexdigest()


def compute_packed_digest(file: Path, passphrase: str) -> str:
    """Return the SHA-256 of what is packed in the file. Raises BackupNotReadable."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        # From the disk, not from memory: what was written is what is looked at.
        os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for chunk in unpack_chunks(source, file, passphrase):
            digest.update(chunk)
    return digest.hexdigest()


def unpack_database(file: Path, target: Path, passphrase: str) -> None:
    """Write the database that is packed in the file to `target`, which only its owner can read.

    A file that is not packed is copied. Ends before the disk is full: a small file may hold any
    size. Raises BackupNotReadable with what is wrong with it.
    """
    room = shutil.disk_usage(target.parent).free - RESERVED_BYTES
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as plain, file.open("rb") as source:
        for chunk in unpack_chunks(source, file, passphrase):
            room -= len(chunk)
            if room < 0:
                raise NoRoomToUnpack(
                    f"{file} does not fit on the disk when it is unpacked. Free some space, or "
                    "take another backup."
                )
            plain.write(chunk)
        plain.flush()
        os.fsync(plain.fileno())


def is_packed(file: Path) -> bool:
    """Whether the file is compressed or encrypted. Raises BackupNotReadable for what it cannot be.

    Judged by its first bytes, whatever its name is.
    """
    with file.open("rb") as source:
        head = source.read(MAGIC_BYTES)
    if head.startswith(GZIP_MAGIC) or is_encrypted_stream(head):
        return True
    if head != SQLITE_MAGIC:
        raise BackupNotReadable(f"{file} is not a SQLite database, and no backup of SMS Admin.")
    return False


def unpack_chunks(source: BinaryIO, file: Path, passphrase: str) -> Iterator[bytes]:
    """Yield the database that is packed in `source`, which was opened from `file`."""
    head = source.read(MAGIC_BYTES)
    source.seek(0)
    try:
        if is_encrypted_stream(head):
            if not passphrase:
                raise PassphraseNeeded(
                    f"{file} is encrypted. Set BACKUP_PASSPHRASE to the passphrase of that time."
                )
            yield from _decompress(decrypt_stream(source, passphrase))
        elif head.startswith(GZIP_MAGIC):
            yield from _decompress(iter(lambda: source.read(READ_BYTES), b""))
        else:
            yield from iter(lambda: source.read(READ_BYTES), b"")
    except WrongPassphrase as error:
        raise PassphraseNeeded(
            f"{file} was encrypted with another passphrase than BACKUP_PASSPHRASE."
        ) from error
    except (CannotDecrypt, zlib.error, EOFError) as error:
        raise BackupNotReadable(
            f"{file} is damaged: not all of it can be unpacked. Take another backup."
        ) from error


def _read_chunks(plain: Path, digest: "hashlib._Hash") -> Iterator[bytes]:
    with plain.open("rb") as source:
        while chunk := source.read(READ_BYTES):
            digest.update(chunk)
            yield chunk


def _compress(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def _decompress(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of a gzip file. Raises EOFError when its end is missing."""
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    for chunk in chunks:
        while chunk:
            yield unpacker.decompress(chunk, READ_BYTES * 4)
            chunk = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise EOFError
