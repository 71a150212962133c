"""The connections of the tests' Twilio: reads requests and replies well, badly or never."""

import contextlib
import os
import socket
import struct
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from app.delivery.carriers.sandbox_payloads import SandboxResponse

GARBAGE = b"\x15\x03\x01\x00\x02\x02\x50 this is no HTTP\r\n\r\n"
DRIP_SECONDS = 0.4
# SO_LINGER with 0 seconds: close() sends a TCP reset.
RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class ScriptedResponse:
    """A response, and the manner in which it is sent.

    "": normally; `closed`: the connection is closed instead; `reset`: reset instead; `silent`:
    never; `cut`: half of the body, then closed; `drip`: one byte of the body every 0.4 s;
    `garbage`: bytes that are no HTTP.
    """

    answer: SandboxResponse
    manner: str = ""


class TwilioSocketServer(ThreadingHTTPServer):
    """Listens for `twilio`, a TwilioServer."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, twilio) -> None:
        self.twilio, self.lines = twilio, set()
        super().__init__(("127.0.0.1", 0), TwilioConnection)

    def cut_all(self) -> None:
        for line in list(self.lines):
            line.close_now()

    def handle_error(self, *_request) -> None:
        """Ignore errors: a killed caller resets its connection."""


class TwilioConnection(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True
    used = False

    def setup(self) -> None:
        super().setup()
        self.server.lines.add(self)

    def finish(self) -> None:
        self.server.lines.discard(self)
        with contextlib.suppress(OSError):
            super().finish()

    def handle_one_request(self) -> None:
        has_request = self.rfile.peek(1)
        if has_request and self.server.twilio.hangs_up(self.used):
            self._reset()
            return
        self.used = True
        super().handle_one_request()

    def close_now(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _reset(self, _answer: SandboxResponse | None = None) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        os.close(self.connection.detach())

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the Date header by the clock of this Twilio."""
        return super().date_time_string(
            (timestamp or time.time()) + self.server.twilio.lists.ahead.total_seconds()
        )

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(dict(parse_qsl(body.decode(), keep_blank_values=True)))

    def _answer(self, params: dict[str, str]) -> None:
        reply = self.server.twilio.respond(
            self.command, self.path, params, self.headers.get("Authorization", "")
        )
        if reply.manner == "":
            self._speak(reply.answer, reply.answer.body)
            return
        self.close_connection = True
        getattr(self, f"_{reply.manner}")(reply.answer)

    def _speak(self, answer: SandboxResponse, start: bytes) -> None:
        """Send the headers for the whole body, and the `start` of the body."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(start)
        self.wfile.flush()

    def _closed(self, _answer: SandboxResponse) -> None:
        self.close_now()

    def _cut(self, answer: SandboxResponse) -> None:
        self._speak(answer, answer.body[: len(answer.body) // 2])
        self.close_now()

    def _drip(self, answer: SandboxResponse) -> None:
        self._speak(answer, b"")
        for byte in answer.body:
            self.server.twilio.over.wait(DRIP_SECONDS)
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def _garbage(self, _answer: SandboxResponse) -> None:
        self.wfile.write(GARBAGE)
        self.wfile.flush()
        self.close_now()

    def _silent(self, _answer: SandboxResponse) -> None:
        self.server.twilio.over.wait()
        self.close_now()

    def log_message(self, *_args) -> None:
        """Log nothing."""
