"""A gunicorn worker whose threads serve only requests that are here in full.

Gunicorn's own thread worker gives a thread to each connection from its first byte on: 30 clients
that never finish a request stop a server with 24 threads, webhooks included. Here the main loop
collects each request without a thread, and webhooks have threads of their own.
"""

import errno
import functools
import selectors
import socket
import struct
import time
from collections.abc import Callable
from concurrent import futures
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from server.connection import Connection, EndOfRequest
from server.early_responses import (
    BUSY_RESPONSE,
    CONTINUE_RESPONSE,
    HEAD_TOO_LARGE_RESPONSE,
    TOO_SLOW_RESPONSE,
)
from server.request_buffer import RequestState

# A request must be here within this time, uploads excepted. Waiting costs no thread.
REQUEST_SECONDS = 15.0
# A client that reads a response slowly: each write to it may take as long.
SEND_SECONDS = 20
LINGER_SECONDS = 2.0
RECEIVE_BYTES = 64 * 1024
# Of unfinished requests together. Below SMALL_REQUEST_BYTES each is kept in any case.
MAX_BUFFERED_BYTES = 48 * 1024 * 1024
SMALL_REQUEST_BYTES = 32 * 1024
# Each page that computes delays the webhooks: with 200 admins at once on two busy cores 95 of 100
# inbound texts were answered within 0.65 s with 8 threads, within 0.15 s with 4. Pages came no
# slower: they take the interpreter from each other.
PAGE_THREADS = 4
# About two seconds of work.
MAX_WAITING_PAGES = 100
NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)
NOTHING_TO_ACCEPT = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)


class CollectingWorker(ThreadWorker):
    """Collects requests in the main loop; then threads for webhooks or for pages serve them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Both in the order of time, because every connection gets the same time.
        self.unfinished: dict[Connection, None] = {}
        self.lingering: dict[Connection, None] = {}
        self.page_pool = futures.ThreadPoolExecutor(PAGE_THREADS, "pages")
        self.page_count = 0

    def run(self) -> None:
        """Serve until the worker is stopped."""
        super().run()
        self.page_pool.shutdown(wait=False)
        for connection in [*self.unfinished, *self.lingering]:
            connection.close()

    def accept(self, listener: socket.socket) -> None:
        """Take in a new connection; with too many of them the oldest unfinished one has to go."""
        try:
            client_socket, address = listener.accept()
        except OSError as error:
            if error.errno in NO_DESCRIPTORS:
                self._drop_oldest()
            elif error.errno not in NOTHING_TO_ACCEPT:
                raise
            return
        self.nr_conns += 1
        send_timeout = struct.pack("ll", SEND_SECONDS, 0)
        client_socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, send_timeout)
        connection = Connection(self.cfg, client_socket, address, listener.getsockname())
        self._collect_request(connection)
        if self.nr_conns >= self.worker_connections:
            self._drop_oldest()

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Collect the next request of a connection that was kept open."""
        if conn in self.keepalived_conns:
            self.keepalived_conns.remove(conn)
            self._stop_polling(conn)
            self._collect_request(conn)

    def _collect_request(self, connection: Connection, received: bytes = b"") -> None:
        """Begin a request, of which `received` is here already."""
        connection.begin_request()
        connection.sock.setblocking(False)
        self.unfinished[connection] = None
        self._poll(connection, self._receive)
        if received:
            self._add_bytes(connection, received)
        else:
            # Mostly the request is here by now, and the poller need not be asked.
            self._receive(connection)

    def _receive(self, connection: Connection, _socket: Any = None) -> None:
        # It may have been dropped since the poller reported it.
        if connection not in self.unfinished:
            return
        try:
            received = connection.sock.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if received:
            self._add_bytes(connection, received)
        else:
            self._drop(connection)

    def _add_bytes(self, connection: Connection, received: bytes) -> None:
        buffer = connection.buffer
        state = buffer.add_bytes(received)
        if state is RequestState.HEAD_TOO_LARGE:
            self._refuse(connection, HEAD_TOO_LARGE_RESPONSE)
        elif state is not RequestState.UNFINISHED:
            self._stop_polling(connection)
            self.enqueue_req(connection)
        elif len(buffer.data) > SMALL_REQUEST_BYTES and self._is_memory_used_up():
            self._refuse(connection, BUSY_RESPONSE)
        elif buffer.waits_for_continue and not connection.was_told_to_continue:
            connection.was_told_to_continue = True
            self._send(connection, CONTINUE_RESPONSE)

    def _is_memory_used_up(self) -> bool:
        return sum(len(each.buffer.data) for each in self.unfinished) > MAX_BUFFERED_BYTES

    def enqueue_req(self, conn: Connection) -> None:
        """Give the request to a thread; refuse a page for which too many wait already."""
        conn.is_page = not conn.buffer.is_urgent
        pool = self.tpool
        if conn.is_page:
            if self.page_count >= PAGE_THREADS + MAX_WAITING_PAGES:
                self._refuse(conn, BUSY_RESPONSE)
                return
            self.page_count += 1
            pool = self.page_pool
        future = pool.submit(self.handle, conn)
        future.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def handle(self, conn: Connection) -> bool:
        """Serve the request of a connection in a thread; return whether it stays open."""
        conn.init()
        unreader = conn.parser.unreader
        end = EndOfRequest()
        is_complete = conn.buffer.state is RequestState.COMPLETE
        unreader.unread(bytes(conn.buffer.data))
        conn.buffer.data.clear()
        # A complete request never waits for its client. Uploads have a time limit in the app.
        unreader.sock = end if is_complete else conn.sock
        stays_open = super().handle(conn)
        return bool(stays_open) and not end.was_read

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Whether another request may follow; what is left of a large body is not read."""
        if conn.buffer.state is not RequestState.COMPLETE:
            return False
        return bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Connection, fs: futures.Future[bool]) -> None:
        """Wait for the connection's next request, or close it. Called in the main loop."""
        if conn.is_page:
            self.page_count -= 1
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self._close_gently(conn)
            return
        received = conn.parser.unreader.take_buffered()
        if received:
            self._collect_request(conn, received)
            return
        conn.sock.setblocking(False)
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.keepalived_conns.append(conn)
        self._poll(conn, self.on_client_socket_readable)

    def murder_pending(self) -> None:
        """End what has waited for too long. The main loop calls this at least once a second."""
        patience = REQUEST_SECONDS if self.alive else STOP_KEEPALIVE_LINGER
        moment = time.monotonic()
        for connection in _list_older(self.unfinished, moment - patience):
            if connection.buffer.data:
                self._refuse(connection, TOO_SLOW_RESPONSE)
            else:
                self._drop(connection)
        for connection in _list_older(self.lingering, moment - LINGER_SECONDS):
            self._drop(connection)

    def _drop_oldest(self) -> None:
        """Close the connection that has waited longest without a request in progress."""
        for connections in (self.lingering, self.unfinished, self.keepalived_conns):
            for connection in connections:
                if connection in self.keepalived_conns:
                    self.keepalived_conns.remove(connection)
                self._drop(connection)
                return

    def _refuse(self, connection: Connection, response: bytes) -> None:
        self._send(connection, response)
        self._close_gently(connection)

    def _send(self, connection: Connection, response: bytes) -> None:
        """Send a short response without waiting; who cannot take it gets none."""
        try:
            connection.sock.setblocking(False)
            connection.sock.send(response)
        except OSError:
            self.log.debug("an early response could not be sent")

    def _close_gently(self, connection: Connection) -> None:
        """Say that nothing more comes, and close once the client has done so too.

        Closing at once, with bytes unread, would take the end of the response from the client.
        """
        self._stop_polling(connection)
        try:
            connection.sock.setblocking(False)
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection)
            return
        connection.since = time.monotonic()
        self.lingering[connection] = None
        self._poll(connection, self._discard)

    def _discard(self, connection: Connection, _socket: Any) -> None:
        if connection not in self.lingering:
            return
        try:
            if connection.sock.recv(RECEIVE_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            self.log.debug("a client broke its connection off")
        self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self._stop_polling(connection)
        self.nr_conns -= 1
        connection.close()

    def _stop_polling(self, connection: Connection) -> None:
        self.unfinished.pop(connection, None)
        self.lingering.pop(connection, None)
        if connection.is_polled:
            connection.is_polled = False
            self.poller.unregister(connection.sock)

    def _poll(self, connection: Connection, callback: Callable[..., None]) -> None:
        """Call `callback(connection, socket)` whenever there is something to read."""
        connection.is_polled = True
        ready = functools.partial(callback, connection)
        self.poller.register(connection.sock, selectors.EVENT_READ, ready)


def _list_older(connections: dict[Connection, None], moment: float) -> list[Connection]:
    """Return the connections that have been in this state since before the moment."""
    older = []
    for connection in connections:
        if connection.since > moment:
            break
        older.append(connection)
    return older
