"""A scripted Twilio for tests, behind a real socket: records requests, sends signed callbacks.

with TwilioServer(auth_token="…") as twilio:
app = make_app(twilio_api_url=twilio.url, twilio_account_sid=twilio.account, …)
twilio.answer(to=ZOE, status=400, code=21211)
…
twilio.send_callbacks("http://127.0.0.1:5000", statuses=("delivered", "sent"))
"""

import http.client
import random
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit

from flask import Flask

from app.core.clock import now
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.sandbox_twilio_api import MESSAGES_PATH_PATTERN
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from tests.gunicorn_server import wait_until
from tests.twilio_connection import ScriptedResponse, TwilioSocketServer
from tests.twilio_message_list import MessageListScript

ANY_PHONE = ""
WAITS_SECONDS = 15  # as long as Twilio waits for an answer to a webhook
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True)
class ResponseScript:
    """The response to a request to send.

    `delay`: seconds before the response. `taken`: whether the text is really sent, whatever the
    response says (default: if it is a 2xx). `raw`: the body of the response. `manner`: see
    ScriptedResponse. `first`: statuses of callbacks BEFORE the response, to `calls`.
    """

    status: int = 201
    code: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    taken: bool | None = None
    raw: bytes | None = None
    manner: str = ""
    first: tuple[str, ...] = ()

    @property
    def takes(self) -> bool:
        if self.taken is None:
            return self.status < 300
        return self.taken


@dataclass
class ReceivedSend:
    """A POST to send a text. `sid`: "" if the text was refused. `at`: monotonic seconds."""

    to: str
    sender: str
    body: str
    callback: str
    at: float
    params: dict[str, str]
    sid: str = ""


@dataclass(frozen=True)
class HeldResponses:
    """The POSTs whose responses are withheld until `end`; see TwilioServer.responses_held()."""

    to: str
    after: int
    end: threading.Event = field(default_factory=threading.Event)

    def holds(self, to: str, number: int) -> bool:
        """Whether the response to the POST with this number, from 1, is withheld."""
        return number > self.after and self.to in (ANY_PHONE, to)


class TwilioServer:
    """A scriptable Twilio on 127.0.0.1; `url` is for TWILIO_API_URL."""

    def __init__(self, auth_token: str = "t" * 32, account: str = "AC" + "1" * 32) -> None:
        self.auth_token, self.account = auth_token, account
        self.requests: list[ReceivedSend] = []
        self.reads: list[str] = []
        self.heard = 0
        self.calls: str | Flask = ""
        self.texts: dict[str, wire.SandboxText] = {}
        self.lists = MessageListScript()
        self.most_at_once = 0
        self._scripts: dict[str, list[tuple[ResponseScript, int | None]]] = {}
        self._lock = threading.Lock()
        self._hang_ups: list[bool] = []
        self._held: HeldResponses | None = None
        self.over = threading.Event()
        self._now = 0

    def __enter__(self) -> "TwilioServer":
        self._server = TwilioSocketServer(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="pretend twilio"
        )
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.cut_all()
        self._server.server_close()

    def answer(self, to: str = ANY_PHONE, times: int | None = None, **script) -> None:
        """Reply to POSTs for this phone (default: any) by a ResponseScript, `times` times.

        Scripts for one phone come before those for any; the newest comes first.
        """
        with self._lock:
            self._scripts.setdefault(to, []).append((ResponseScript(**script), times))

    @contextmanager
    def responses_held(self, to: str = ANY_PHONE, after: int = 0) -> Iterator[None]:
        """Withhold the responses to POSTs for this phone (default: any) until the block ends.

        `after`: the first so many POSTs of the test are answered. A blast of more people stays in
        its middle meanwhile, however slow the machine is: beyond them, as many texts are taken as
        the program has on the wire at once. It gives up on each after 15 s.
        """
        held = HeldResponses(to, after)
        self._held = held
        try:
            yield
        finally:
            self._held = None
            held.end.set()

    def hang_up(self, times: int = 1, *, used: bool = False) -> None:
        """Reset the next connections before a request is read.

        `used`: only connections that had a request before.
        """
        with self._lock:
            self._hang_ups += [used] * times

    def hangs_up(self, used: bool) -> bool:
        """Whether to reset a connection on which a request begins."""
        with self._lock:
            if used not in self._hang_ups:
                return False
            self._hang_ups.remove(used)
            return True

    def put(self, sid: str, to: str, sender: str, body: str, **more) -> None:
        """Store a text; `more`: further fields of SandboxText."""
        created_at = now() + self.lists.ahead
        self.texts[sid] = wire.SandboxText(
            self.account,
            sid,
            to,
            sender,
            body,
            **({"status": "queued", "created_at": created_at} | more),
        )

    def arrive(self, phone: str, body: str, to: str = "+12025550100", **more) -> str:
        """Store a text from a phone that no webhook tells of; return its SID."""
        sid = more.pop("sid", wire.generate_message_sid())
        self.put(sid, phone, to, body, **({"status": "received", "from_phone": True} | more))
        return sid

    def date_texts(self, created_at: datetime) -> None:
        """Let every text have been created at this moment on the carrier's clock."""
        for text in list(self.texts.values()):
            self.texts[text.sid] = replace(text, created_at=created_at)

    def be(self, phone: str, status: str, code: int | None = None) -> None:
        """Set the status of all texts to a phone, without callbacks."""
        for text in list(self.texts.values()):
            if text.phone == phone:
                self.texts[text.sid] = replace(text, status=status, error_code=code)

    def charge(self, phone: str, price: str | None) -> None:
        """Set the price of all texts to a phone."""
        for text in list(self.texts.values()):
            if text.phone == phone:
                self.texts[text.sid] = replace(text, price=price)

    @property
    def lookup_reads(self) -> list[str]:
        """The GETs about one text or one phone: not the lists that a start reads."""
        return [target for target in self.reads if "PageSize=1000" not in target]

    def sent_to(self, phone: str) -> list[ReceivedSend]:
        """Return the POSTs for one phone."""
        return [request for request in self.requests if request.to == phone]

    def wait_for(self, count: int, seconds: float = 10.0) -> list[ReceivedSend]:
        """Return the POSTs once there are `count` of them; fail after `seconds`.

        Seconds in which our threads had no processor do not count.
        """
        description = f"{count} requests"
        wait_until(lambda: len(self.requests) >= count, description, seconds, every=0.005)
        return self.requests

    def send_callbacks(
        self,
        where: str | Flask,
        statuses=("sent", "delivered"),
        *,
        to=ANY_PHONE,
        code=None,
    ) -> list[int]:
        """Send callbacks with these statuses for every accepted text, or those to one phone.

        `where`: the base URL of the app, or the app itself. The signature is over the URL in
        StatusCallback, as Twilio's is. Returns the HTTP status of each response.
        """
        codes = []
        for sent in self._list_accepted(to):
            for status in statuses:
                codes.append(self._call_back(where, sent, status, code))
        return codes

    def scatter_callbacks(
        self, where: str | Flask, statuses, dice: random.Random, lost: float = 0.0
    ) -> list[int]:
        """Send the callbacks in random order, a third of them twice, without the share `lost`."""
        callbacks = []
        for sent in self._list_accepted(ANY_PHONE):
            callbacks += [(sent, status) for status in statuses if dice.random() >= lost]
        callbacks += [callback for callback in callbacks if dice.random() < 0.33]
        dice.shuffle(callbacks)
        return [self._call_back(where, sent, status, None) for sent, status in callbacks]

    def _list_accepted(self, to: str) -> list[ReceivedSend]:
        accepted = [request for request in self.requests if request.sid and request.callback]
        return [request for request in accepted if to in (ANY_PHONE, request.to)]

    def text_in(self, where: str | Flask, public: str, phone: str, body: str, **more: str) -> int:
        """Post a text from this phone to `where`, signed for PUBLIC_BASE_URL `public`.

        `more`: further parameters.
        """
        text = wire.SandboxText(
            self.account,
            wire.generate_message_sid(),
            phone,
            more.pop("To", "+12025550100"),
            body,
            "received",
            now(),
            True,
        )
        params = [*(dict(wire.build_inbound_webhook_params(text)) | more).items()]
        return self.post(where, f"{public}/webhooks/twilio/inbound", params)

    def post(
        self,
        where: str | Flask,
        url: str,
        params: wire.WebhookParams,
        key: str | None = None,
    ) -> int:
        """Post to `url`, signed, through `where`; return the HTTP status of the response."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {
            SIGNATURE_HEADER: compute_signature(url, params, key or self.auth_token),
            "Content-Type": FORM,
        }
        if isinstance(where, Flask):
            environ = {"RAW_URI": target, "REQUEST_URI": target}
            return (
                where.test_client()
                .post(
                    target,
                    data=urlencode(params),
                    headers=headers,
                    environ_overrides=environ,
                )
                .status_code
            )
        connection = http.client.HTTPConnection(urlsplit(where).netloc, timeout=WAITS_SECONDS)
        try:
            connection.request("POST", target, urlencode(params), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def _call_back(
        self, where: str | Flask, sent: ReceivedSend, status: str, code: int | None
    ) -> int:
        text = replace(self.texts[sent.sid], status=status, error_code=code)
        self.texts[sent.sid] = text
        return self.post(
            where,
            urldefrag(sent.callback).url,
            wire.build_status_callback_params(text, status),
        )

    def respond(
        self, method: str, target: str, params: dict[str, str], login: str
    ) -> ScriptedResponse:
        """The answer to one request."""
        with self._lock:
            self.heard += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            return self._respond(method, target, params, login)
        finally:
            with self._lock:
                self._now -= 1

    def _respond(
        self, method: str, target: str, params: dict[str, str], login: str
    ) -> ScriptedResponse:
        match = MESSAGES_PATH_PATTERN.fullmatch(urlsplit(target).path)
        if login != "Basic " + b64encode(f"{self.account}:{self.auth_token}".encode()).decode():
            return ScriptedResponse(wire.build_error_response(401, 20003, "Authenticate"))
        if not match or match.group(1) != self.account:
            return ScriptedResponse(
                wire.build_error_response(404, 20404, "The requested resource was not found")
            )
        if method == "GET":
            self.reads.append(target)
            self.over.wait(self.lists.slow)
            if match.group(3):
                return ScriptedResponse(wire.build_media_list(self.account, match.group(2)))
            path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
            return ScriptedResponse(self.lists.answer(self.texts, match.group(2), path, query))
        return self._receive(params)

    def _receive(self, params: dict[str, str]) -> ScriptedResponse:
        sender = params.get("MessagingServiceSid") or params.get("From", "")
        sent = ReceivedSend(
            params.get("To", ""),
            sender,
            params.get("Body", ""),
            urldefrag(params.get("StatusCallback", "")).url,
            time.monotonic(),
            params,
        )
        fault = wire.validate_send_params(params)
        with self._lock:
            script = self._script(sent.to)
            if script.takes and not fault:
                sent.sid = wire.generate_message_sid()
                self.put(sent.sid, sent.to, sender, sent.body)
            self.requests.append(sent)
            held = self._held
            is_held = held is not None and held.holds(sent.to, len(self.requests))
        if is_held:
            held.end.wait()
        for status in script.first:
            self._call_back(self.calls, sent, status, None)
        self.over.wait(script.delay)
        manner = "closed" if self.over.is_set() else script.manner
        return ScriptedResponse(fault or self._build_response(script, sent), manner)

    def _build_response(self, script: ResponseScript, sent: ReceivedSend) -> wire.SandboxResponse:
        if script.status >= 300:
            answer = wire.build_error_response(
                script.status, script.code or script.status, "As the script says."
            )
        else:
            answer = wire.build_json_response(
                script.status,
                wire.build_message_json(self.texts[sent.sid]) if sent.sid else {},
            )
        body = answer.body if script.raw is None else script.raw
        return wire.SandboxResponse(answer.status, answer.headers | script.headers, body)

    def _script(self, to: str) -> ResponseScript:
        for name in (to, ANY_PHONE):
            waiting = self._scripts.get(name, [])
            if waiting:
                script, times = waiting.pop()
                if times is None or times > 1:
                    waiting.append((script, times and times - 1))
                return script
        return ResponseScript()
