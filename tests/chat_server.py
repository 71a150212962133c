"""A small web server on a socket of its own: it keeps what is posted, and answers as told."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    def _answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.server.requests.append((self.command, self.path, self.headers, self.rfile.read(size)))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", self.server.address + "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer

    def log_message(self, *parts):
        """Say nothing."""


@contextmanager
def run_chat_server():
    """Run it until the block ends. `requests`: (method, path, headers, body) of each."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.requests, server.status = [], 200
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
