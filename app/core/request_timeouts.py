"""A body that does not come is not waited for: a few slow callers must not hold every thread of
a worker.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHECK_INTERVAL_SECONDS = 1.0  # seconds

_pending_reads: dict[int, tuple[float, socket.socket]] = {}
_start_lock = threading.Lock()
_watcher_threads: list[threading.Thread] = []


@contextmanager
def limit_body_read_time(environ: dict[str, Any], seconds: float) -> Iterator[None]:
    """Read the request's body in here.

    After `seconds` (to a second) the line is closed for reading, and it ends there.

    Only under gunicorn, which hands the socket out. The answer can still be sent.
    """
    line = environ.get("gunicorn.socket")
    if line is None:
        yield
        return
    if not _watcher_threads:
        _start_watcher()
    me = threading.get_ident()
    _pending_reads[me] = (time.monotonic() + seconds, line)
    try:
        yield
    finally:
        _pending_reads.pop(me, None)


def _start_watcher() -> None:
    with _start_lock:
        if not _watcher_threads:
            _watcher_threads.append(
                threading.Thread(target=_close_overdue_sockets, name="patience", daemon=True)
            )
            _watcher_threads[0].start()


def _close_overdue_sockets() -> None:
    while True:
        time.sleep(CHECK_INTERVAL_SECONDS)
        for me, (end, line) in list(_pending_reads.items()):
            if time.monotonic() > end:
                _pending_reads.pop(me, None)
                with suppress(OSError):  # it has gone by itself
                    line.shutdown(socket.SHUT_RD)
