"""A small mail server on a socket of its own: it takes e-mails, or refuses as a test says."""

import socketserver
import ssl
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        server = self.server
        if server.context and server.is_tls_at_once:
            self._encrypt()
        self._say("220 mail.test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            server.lines.append(line)
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._answer(verb)

    def _answer(self, verb):
        server = self.server
        if verb in server.refusals:
            self._say(server.refusals[verb])
        elif verb == "EHLO":
            offers = ["mail.test"] + ["STARTTLS"] * bool(server.context)
            self._say("\r\n".join([f"250-{offer}" for offer in offers] + ["250 AUTH PLAIN"]))
        elif verb == "STARTTLS":
            self._say("220 go on")
            self._encrypt()
        elif verb == "DATA":
            self._say("354 go on")
            self._take_message()
        else:
            self._say("235 ok" if verb == "AUTH" else "250 ok")

    def finish(self):
        """Close the encrypted socket too, which replaced that of the server."""
        super().finish()
        self.connection.close()

    def _encrypt(self):
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def _say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def _take_message(self):
        data = b""
        while (line := self.rfile.readline()) != b".\r\n":
            data += line
        self.server.mails.append(message_from_bytes(data, policy=policy.default))
        self._say("250 taken")


class MailServer(socketserver.ThreadingTCPServer):
    """`mails`: what it took. `refusals`: the answer to a verb, such as {"RCPT": "550 no"}."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context=None, is_tls_at_once=False):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.context, self.is_tls_at_once = context, is_tls_at_once
        self.mails, self.lines, self.refusals = [], [], {}
        self.port = self.server_address[1]

    def handle_error(self, request, client_address):
        """Say nothing: clients that refuse a certificate hang up."""

    def settings(self, **changes):
        """The settings of an app that sends through this server."""
        return {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_security": "none",
            "mail_from": "Hope Church <sms@example.org>",
        } | changes


@contextmanager
def run_mail_server(certificate=None, is_tls_at_once=False):
    """Run a server until the block ends; `certificate`: the path of a .pem with key."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with MailServer(context, is_tls_at_once) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
