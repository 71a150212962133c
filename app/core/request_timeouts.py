"""Time limit for request bodies: a few slow callers must not occupy every thread of a worker."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHECK_INTERVAL_SECONDS = 1.0

# By thread id: the deadline (time.monotonic) and the socket that the thread reads from.
_pending_reads: dict[int, tuple[float, socket.socket]] = {}
_start_lock = threading.Lock()
_watcher_threads: list[threading.Thread] = []


@contextmanager
def limit_body_read_time(environ: dict[str, Any], seconds: float) -> Iterator[None]:
    """Limit the time in which the block may read the request's body.

    After `seconds` (give or take one) the socket is closed for reading, so the body ends there;
    the response can still be sent. Works only under gunicorn, which puts its socket into
    `environ`; elsewhere there is no limit.
    """
    connection = environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    if not _watcher_threads:
        _start_watcher()
    thread_id = threading.get_ident()
    _pending_reads[thread_id] = (time.monotonic() + seconds, connection)
    try:
        yield
    finally:
        _pending_reads.pop(thread_id, None)


def _start_watcher() -> None:
    # The lock: two requests may begin at once, and one watcher is enough for all.
    with _start_lock:
        if not _watcher_threads:
            watcher = threading.Thread(
                target=_close_overdue_sockets, name="request_timeouts", daemon=True
            )
            _watcher_threads.append(watcher)
            watcher.start()


def _close_overdue_sockets() -> None:
    while True:
        time.sleep(CHECK_INTERVAL_SECONDS)
        for thread_id, (deadline, connection) in list(_pending_reads.items()):
            if time.monotonic() > deadline:
                _pending_reads.pop(thread_id, None)
                # OSError: the caller has closed the connection meanwhile.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
