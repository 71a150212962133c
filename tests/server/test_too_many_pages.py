"""However many pages are asked for, webhooks and health checks come at once. Case R10."""

import socket
from collections import Counter
from contextlib import ExitStack

import pytest

from server.threaded_worker import MAX_WAITING_PAGES, PAGE_THREADS
from tests.gunicorn_server import GunicornServer
from tests.stopwatch import Stopwatch

PAGE = b"GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
WEBHOOK = (
    b"POST /webhooks/twilio/inbound HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1\r\n\r\na"
)
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
VISITORS = 3 * (PAGE_THREADS + MAX_WAITING_PAGES)


def send(server, held, data):
    """Open a connection and send a request."""
    line = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
    line.settimeout(30)
    line.sendall(data)
    return line


def read_answer(line):
    """Everything that the server sends until it closes."""
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.slow
def test_pages_beyond_what_can_be_served_soon_get_503_and_webhooks_overtake(make_settings):
    database = make_settings().database_path
    with GunicornServer(database, SCHEDULER_ENABLED="0") as server, ExitStack() as held:
        pages = [send(server, held, PAGE) for _ in range(VISITORS)]
        stopwatch = Stopwatch()
        assert read_answer(send(server, held, WEBHOOK)).startswith(b"HTTP/1.1 403")
        assert read_answer(send(server, held, HEALTH)).endswith(b"ok\n")
        seconds_of_urgent = stopwatch.seconds
        answers = [read_answer(line) for line in pages]
        seconds_of_pages = stopwatch.seconds
    codes = Counter(answer[9:12] for answer in answers)
    assert set(codes) == {b"200", b"503"}
    assert codes[b"200"] >= MAX_WAITING_PAGES
    assert seconds_of_urgent < max(1.0, seconds_of_pages / 2)
    refused = next(answer for answer in answers if answer.startswith(b"HTTP/1.1 503"))
    assert b"\r\nRetry-After: 5\r\n" in refused
    assert b"Too many people at once" in refused
