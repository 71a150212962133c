"""Where a request ends, however the network cuts it; and which requests are urgent."""

import pytest

from server.request_buffer import MAX_BUFFERED_BODY_BYTES, RequestBuffer, RequestState

HEAD = b"POST /login HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
COMPLETE = [
    b"GET / HTTP/1.1\r\n\r\n",
    HEAD + b"\r\n",
    HEAD + b"content-LENGTH:  5\r\n\r\nhello",
    HEAD + b"Content-Length: 5\r\n\r\nhello and the next",
    HEAD + b"Content-Length: 0\r\n\r\n",
    CHUNKED + b"0\r\n\r\n",
    CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
    CHUNKED + b"5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
    # Odd framing: gunicorn's parser refuses it, and must not wait for more.
    CHUNKED + b"five\r\n",
    CHUNKED + b"-1\r\n",
    HEAD + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n",
    HEAD + b"Content-Length: -5\r\n\r\n",
    b"\r\n\r\n",
]
UNFINISHED = [
    b"",
    b"POST",
    HEAD,
    HEAD + b"\r",
    HEAD + b"Content-Length: 6\r\n\r\nhello",
    CHUNKED,
    CHUNKED + b"5",
    CHUNKED + b"5\r\nhell",
    CHUNKED + b"5\r\nhello\r\n",
    CHUNKED + b"5\r\nhello\r\n0\r\n",
    CHUNKED + b"5\r\nhello\r\n0\r\nTrailer: 1\r\n",
]


def add_all(data, size):
    """The state after the data has come in pieces of `size` bytes."""
    buffer = RequestBuffer()
    for start in range(0, len(data), size):
        if buffer.add_bytes(data[start : start + size]) is not RequestState.UNFINISHED:
            break
    return buffer.state


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_a_request_is_complete_at_its_last_byte_however_it_is_cut(size):
    assert [data for data in COMPLETE if add_all(data, size) is not RequestState.COMPLETE] == []
    assert [data for data in UNFINISHED if add_all(data, size) is not RequestState.UNFINISHED] == []


def test_a_large_body_is_not_collected():
    length = str(MAX_BUFFERED_BODY_BYTES + 1).encode()
    assert add_all(HEAD + b"Content-Length: " + length + b"\r\n\r\n", 64) is RequestState.LARGE_BODY
    chunk = b"%x\r\n%s\r\n" % (60_000, b"x" * 60_000)
    assert add_all(CHUNKED + chunk * 8, 5_000) is RequestState.UNFINISHED
    assert add_all(CHUNKED + chunk * 9, 5_000) is RequestState.LARGE_BODY


def test_a_head_without_an_end_is_refused():
    assert add_all(HEAD + b"X: " + b"y" * 70_000, 5_000) is RequestState.HEAD_TOO_LARGE


@pytest.mark.parametrize(
    ("line", "is_urgent"),
    [
        (b"POST /webhooks/twilio/inbound", True),
        (b"GET /health", True),
        (b"HEAD /ready", True),
        (b"GET /health?x=1", True),
        (b"GET /healthy", False),
        (b"GET /", False),
        (b"GET /login?next=/webhooks/", False),
        (b"GET http://x/webhooks/", False),
    ],
)
def test_webhooks_and_health_checks_are_urgent(line, is_urgent):
    buffer = RequestBuffer()
    buffer.add_bytes(line + b" HTTP/1.1\r\n\r\n")
    assert buffer.is_urgent is is_urgent


def test_a_client_that_waits_to_be_told_is_told_once_its_head_is_here():
    buffer = RequestBuffer()
    head = HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n"
    buffer.add_bytes(head)
    assert not buffer.waits_for_continue
    buffer.add_bytes(b"\r\n")
    assert buffer.waits_for_continue
    buffer.add_bytes(b"hello")
    assert not buffer.waits_for_continue
