"""Who sends slowly, or nothing at all, keeps nobody else waiting. Case F1 of the review,
H11.
"""

import socket
import time
import urllib.request
from contextlib import ExitStack

import pytest

from tests.gunicorn_server import GunicornServer
from tests.stopwatch import Stopwatch

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
LOGIN = b"POST /login HTTP/1.1\r\nHost: x\r\n"
UPLOAD = b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n--b"
UNFINISHED_REQUESTS = {
    "head": b"GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "body": LOGIN + FORM + b"Content-Length: 1000\r\n\r\na",
    "chunked": LOGIN + FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\na",
    "large body": LOGIN + FORM + b"Content-Length: 400000\r\n\r\na",
    "upload": LOGIN + UPLOAD,
    "webhook": b"POST /webhooks/twilio/inbound HTTP/1.1\r\nHost: x\r\n"
    + FORM
    + b"Content-Length: 1000\r\n\r\na",
}
CLIENTS = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory, fresh_database):
    database = tmp_path_factory.mktemp("slow") / "sms.db"
    database.write_bytes(fresh_database.read_bytes())
    with GunicornServer(database, SCHEDULER_ENABLED="0") as running:
        yield running


def connect(server, held, data=b""):
    """Open a connection that sends `data` and then waits."""
    line = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
    line.settimeout(30)
    if data:
        line.sendall(data)
    return line


def assert_quick(server):
    """Health check, webhook and page are answered at once."""
    stopwatch = Stopwatch()
    assert urllib.request.urlopen(server.url + "/health", timeout=20).status == 200
    with ExitStack() as held:
        post = b"POST /webhooks/twilio/inbound HTTP/1.1\r\nHost: x\r\n" + FORM
        line = connect(server, held, post + b"Content-Length: 1\r\n\r\na")
        assert line.recv(100).startswith(b"HTTP/1.1 403")
    assert urllib.request.urlopen(server.url + "/login", timeout=20).status == 200
    assert stopwatch.seconds < 3


@pytest.mark.slow
def test_thirty_unfinished_requests_of_any_kind_stop_nothing(server):
    with ExitStack() as held:
        for data in UNFINISHED_REQUESTS.values():
            for _ in range(CLIENTS):
                connect(server, held, data)
        assert_quick(server)


@pytest.mark.slow
def test_more_idle_connections_than_the_worker_takes_stop_nothing(server):
    with ExitStack() as held:
        for _ in range(900):
            connect(server, held)
        assert_quick(server)


@pytest.mark.slow
def test_a_request_is_the_same_however_slowly_it_comes(server):
    body = b"username=eve&password=x"
    request = LOGIN + FORM + b"Content-Length: %d\r\nConnection: close\r\n\r\n%s"
    request %= (len(body), body)
    with ExitStack() as held:
        at_once = connect(server, held, request)
        dripping = connect(server, held)
        for start in range(0, len(request), 20):
            dripping.sendall(request[start : start + 20])
            time.sleep(0.01)
        assert at_once.recv(15) == dripping.recv(15) == b"HTTP/1.1 400 BA"


@pytest.mark.slow
def test_several_requests_on_one_connection_are_answered_in_order(server):
    get = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as held:
        line = connect(server, held, get % b"health" + get % b"nowhere" + get % b"health")
        answers = b""
        while answers.count(b"ok\n") < 2:
            answers += line.recv(65536)
    codes = [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]]
    assert codes == [b"200", b"404", b"200"]


@pytest.mark.slow
def test_whoever_asks_first_whether_to_send_is_told_to(server):
    head = LOGIN + FORM + b"Content-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    with ExitStack() as held:
        line = connect(server, held, head)
        assert line.recv(100).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(b"a")
        answer = b""
        # Gunicorn says "100 Continue" once more, which clients ignore.
        while b"HTTP/1.1 400" not in answer:
            more = line.recv(65536)
            assert more
            answer += more


@pytest.mark.slow
def test_a_request_that_never_ends_is_told_408(server):
    with ExitStack() as held:
        line = connect(server, held, UNFINISHED_REQUESTS["body"])
        silent = connect(server, held)
        assert line.recv(100).startswith(b"HTTP/1.1 408")
        assert silent.recv(100) == b""
