"""A body that does not come is not waited for: a few slow callers must not hold every thread of
a worker.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

LOOK_EVERY = 1.0  # seconds

_waiting: dict[int, tuple[float, socket.socket]] = {}
_start = threading.Lock()
_watch: list[threading.Thread] = []


@contextmanager
def body_in_time(environ: dict[str, Any], seconds: float) -> Iterator[None]:
    """Read the request's body in here.

    After `seconds` (to a second) the line is closed for reading, and it ends there.

    Only under gunicorn, which hands the socket out. The answer can still be sent.
    """
    line = environ.get("gunicorn.socket")
    if line is None:
        yield
        return
    if not _watch:
        _begin()
    me = threading.get_ident()
    _waiting[me] = (time.monotonic() + seconds, line)
    try:
        yield
    finally:
        _waiting.pop(me, None)


def _begin() -> None:
    with _start:
        if not _watch:
            _watch.append(threading.Thread(target=_look, name="patience", daemon=True))
            _watch[0].start()


def _look() -> None:
    while True:
        time.sleep(LOOK_EVERY)
        for me, (end, line) in list(_waiting.items()):
            if time.monotonic() > end:
                _waiting.pop(me, None)
                with suppress(OSError):  # it has gone by itself
                    line.shutdown(socket.SHUT_RD)
