"""A log handler that makes nobody wait: a thread writes, and what does not fit is dropped.

A pipe that nobody reads holds 64 KB; whoever wrote the next line waited for ever, and with it the
page. A full disk or a slow one would do the same.
"""

import io
import logging
import os
import sys
import threading
import time
from collections import deque
from typing import TextIO

# Some 100 KB: what a busy second writes.
MAX_WAITING_LINES = 1000
LINES_AT_ONCE = 100
# How long a process that ends waits for its last lines.
FLUSH_SECONDS = 1.0


class NonBlockingHandler(logging.Handler):
    """Writes lines to a stream from a thread of its own, which the first line starts.

    Safe to use across fork(): the thread belongs to one process. Lines that were dropped are
    counted, and the count is written when there is room again.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self.stream = stream or sys.stderr
        self._lines: deque[str] = deque()
        self._is_filled = threading.Event()
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._dropped_count = 0
        self._writer_pid = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Queue one line, or count it as dropped. Called with the handler's lock held."""
        try:
            line = self.format(record) + "\n"
        except Exception:  # noqa: BLE001 -- a line that cannot be formatted must not break a page
            self.handleError(record)
            return
        self._ensure_writer()
        if len(self._lines) >= MAX_WAITING_LINES:
            self._dropped_count += 1
            return
        if self._dropped_count:
            self._lines.append(f"{self._dropped_count} lines of this log were dropped\n")
            self._dropped_count = 0
        self._lines.append(line)
        self._is_idle.clear()
        self._is_filled.set()

    def _ensure_writer(self) -> None:
        if self._writer_pid == os.getpid():
            return
        self._writer_pid = os.getpid()
        # After a fork the lines are those of the parent, which writes them itself.
        self._lines = deque()
        self._is_filled, self._is_idle = threading.Event(), threading.Event()
        threading.Thread(target=self._run_writer, name="log writer", daemon=True).start()

    def _run_writer(self) -> None:
        while True:
            self._is_filled.wait()
            self._is_filled.clear()
            while self._lines:
                self._write("".join(self._take_lines()))
            self._is_idle.set()

    def _take_lines(self) -> list[str]:
        lines: list[str] = []
        while self._lines and len(lines) < LINES_AT_ONCE:
            lines.append(self._lines.popleft())
        return lines

    def _write(self, text: str) -> None:
        """Write text, however long that takes; what the disk refuses is lost."""
        try:
            self._write_to_descriptor(self.stream.fileno(), text.encode("utf-8", "replace"))
        except (io.UnsupportedOperation, AttributeError, ValueError):
            # a stream without a descriptor, as tests have
            self._write_to_stream(text)
        except OSError:
            self._dropped_count += text.count("\n")

    @staticmethod
    def _write_to_descriptor(descriptor: int, data: bytes) -> None:
        # Not through the stream: its lock would be held while this waits, and the interpreter needs
        # it to end.
        while data:
            data = data[os.write(descriptor, data) :]

    def _write_to_stream(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):
            self._dropped_count += text.count("\n")

    def flush(self) -> None:
        """Wait until everything is written, but not for ever."""
        if self._writer_pid == os.getpid():
            self._is_idle.wait(FLUSH_SECONDS)


class RepeatFilter(logging.Filter):
    """Lets the same warning or error pass once a minute, and the same kind of line 30 times.

    The next one that passes says how many were left out. A kind is a logger and an unformatted
    message: one that names another row each time is another line of the same kind.
    """

    def __init__(self, seconds: float = 60.0, max_of_kind: int = 30) -> None:
        super().__init__()
        self.seconds = seconds
        self.max_of_kind = max_of_kind
        self._lock = threading.Lock()
        self._began_at = time.monotonic()
        self._counts: dict[object, int] = {}
        self._left_out: dict[object, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if record.levelno < logging.WARNING:
            return True
        kind = (record.name, record.levelno, str(record.msg))
        try:
            line = (*kind, record.getMessage(), _name_error(record))
        except (TypeError, ValueError):
            return True
        with self._lock:
            self._forget_old()
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._counts[line] = self._counts.get(line, 0) + 1
            if self._counts[line] > 1 or self._counts[kind] > self.max_of_kind:
                self._left_out[kind] = self._left_out.get(kind, 0) + 1
                return False
            left_out = self._left_out.pop(kind, 0)
        if left_out:
            record.msg = f"{record.getMessage()} ({left_out} more lines like this before)"
            record.args = ()
        return True

    def _forget_old(self) -> None:
        if time.monotonic() - self._began_at >= self.seconds:
            self._began_at = time.monotonic()
            self._counts.clear()


def _name_error(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return type(error).__name__ if error else ""
