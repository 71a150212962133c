"""A client's connection between its requests, and what stands in for it during one."""

import time
from typing import Any

from gunicorn.workers.gthread import TConn

from server.request_buffer import RequestBuffer


class EndOfRequest:
    """Stands in for the socket when the request is complete: there is nothing more to read."""

    def __init__(self) -> None:
        self.was_read = False

    def recv(self, _size: int) -> bytes:
        """Return the end of the stream."""
        self.was_read = True
        return b""


class Connection(TConn):
    """A connection of a client, with the bytes of the request that is coming in."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.is_polled = False
        self.is_page = False
        self.begin_request()

    def begin_request(self) -> None:
        """Forget the request before; `since` is when this one, or its closing, began."""
        self.buffer = RequestBuffer()
        self.since = time.monotonic()
        self.was_told_to_continue = False
