"""An append-only file of lines beside the database, for what cannot be stored in it now."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

RESERVED_BYTES = 256 * 1024
MAX_BYTES = 16 * 1024 * 1024


class JournalFull(OSError):
    """The journal has reached its largest size. Nothing was appended."""


class JournalFile:
    """Lines that several processes append, each on the disk before append() returns.

    The space of the first 256 KiB is taken in advance and filled with NUL bytes, so that a line
    can still be written when the disk is full. The lines end at the first NUL byte.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self._file: int | None = None

    def reserve(self) -> None:
        """Make the file and take its disk space, as far as there is any. Never raises."""
        try:
            file = self._open()
            with self._locked(file):
                if os.fstat(file).st_size < RESERVED_BYTES:
                    os.posix_fallocate(file, 0, RESERVED_BYTES)
                    os.fsync(file)
        except OSError as error:
            log.warning("no space could be kept for texts that cannot be stored (%s)", error)

    @property
    def is_empty(self) -> bool:
        """Whether there is no line. Takes microseconds; False when the file cannot be read."""
        try:
            return os.pread(self._open(), 1, 0) in (b"", b"\0")
        except OSError:
            # A file that cannot be made holds nothing.
            return self._file is None

    def append(self, line: bytes) -> None:
        """Write one line without NUL or line end, and wait until the disk has it.

        Raises OSError when there is no space: nothing of the line counts then.
        """
        file = self._open()
        with self._locked(file):
            end = len(self._read_content(file))
            if end + len(line) + 1 > self.max_bytes:
                raise JournalFull(f"{self.path.name} has {end} bytes")
            try:
                _write_all(file, line + b"\n", end)
                os.fsync(file)
            except OSError:
                # What was written of it would be read together with the next line.
                _write_all(file, bytes(min(1, os.fstat(file).st_size - end)), end)
                raise

    def read_lines(self) -> tuple[list[bytes], int]:
        """Return the lines, and how many bytes they are: clear() wants to know."""
        file = self._open()
        with self._locked(file):
            content = self._read_content(file)
        return content.splitlines(), len(content)

    def clear(self, read_bytes: int) -> bool:
        """Empty the file, unless lines were appended since `read_bytes` were read.

        The space stays taken. Returns whether it is empty.
        """
        file = self._open()
        with self._locked(file):
            if len(self._read_content(file)) != read_bytes:
                return False
            _write_all(file, bytes(read_bytes), 0)
            os.fsync(file)
        return True

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        return self._file

    @contextmanager
    def _locked(self, file: int) -> Iterator[None]:
        """Keep other processes and threads from the file meanwhile."""
        # flock() belongs to the open file, which the threads of a process share: a second
        # description of the same file is locked against them as well.
        lock = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _read_content(self, file: int) -> bytes:
        content = os.pread(file, self.max_bytes + 1, 0)
        return content.partition(b"\0")[0]


def _write_all(file: int, content: bytes, offset: int) -> None:
    while content:
        written = os.pwrite(file, content, offset)
        content, offset = content[written:], offset + written
