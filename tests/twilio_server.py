"""A pretend Twilio behind a real socket, for tests: notes every request, answers by a script,
calls back signed.

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
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit

from flask import Flask

from app.core.clock import now
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.sandbox_twilio_api import MESSAGES_PATH_PATTERN
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from tests.twilio_connection import ScriptedResponse, TwilioSocketServer
from tests.twilio_message_list import MessageListScript

ANYBODY = ""
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True)
class ResponseScript:
    """How a request to send is answered.

    `delay`: seconds before the answer. `taken`: whether the text is really sent whatever the
    answer says (default: when the answer is a 2xx). `raw`: the body as it stands. `manner`: how
    it goes out, see Said. `first`: statuses that we call back with BEFORE the answer, at
    `calls`.
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
        return self.status < 300 if self.taken is None else self.taken


@dataclass
class ReceivedSend:
    """One POST that came in. `sid`: "" when the text was not taken. `at`: monotonic seconds."""

    to: str
    sender: str
    body: str
    callback: str
    at: float
    params: dict[str, str]
    sid: str = ""


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

    def answer(self, to: str = ANYBODY, times: int | None = None, **script) -> None:
        """Answer POSTs to this phone (default: to anybody) by a Script; `times` of them, then
        as before.

        Scripts for one phone come before those for anybody; the newest comes first.
        """
        with self._lock:
            self._scripts.setdefault(to, []).append((ResponseScript(**script), times))

    def hang_up(self, times: int = 1, *, used: bool = False) -> None:
        """Reset the next connections before a request is read; `used`: those that carried one
        before.
        """
        with self._lock:
            self._hang_ups += [used] * times

    def hangs_up(self, used: bool) -> bool:
        """Whether to reset a connection on which somebody begins to speak."""
        with self._lock:
            if used not in self._hang_ups:
                return False
            self._hang_ups.remove(used)
            return True

    def put(self, sid: str, to: str, sender: str, body: str, **more) -> None:
        """Have a text; `more`: further fields of sandbox_wire.Text."""
        made = now() + self.lists.ahead
        self.texts[sid] = wire.SandboxText(
            self.account,
            sid,
            to,
            sender,
            body,
            **({"status": "queued", "created_at": made} | more),
        )

    def be(self, phone: str, status: str, code: int | None = None) -> None:
        """The texts to a phone have this status from now on, and nobody is called back about it."""
        for text in list(self.texts.values()):
            if text.phone == phone:
                self.texts[text.sid] = replace(text, status=status, error_code=code)

    def sent_to(self, phone: str) -> list[ReceivedSend]:
        """The POSTs for one phone."""
        return [each for each in self.requests if each.to == phone]

    def wait_for(self, count: int, seconds: float = 10.0) -> list[ReceivedSend]:
        """The POSTs, once there are `count` of them; fails when they do not come."""
        until = time.monotonic() + seconds
        while len(self.requests) < count:
            assert time.monotonic() < until, f"{len(self.requests)} requests, not {count}"
            time.sleep(0.005)
        return self.requests

    def send_callbacks(
        self,
        where: str | Flask,
        statuses=("sent", "delivered"),
        *,
        to=ANYBODY,
        code=None,
    ) -> list[int]:
        """Tell of every text taken (or only those to one phone) that it had these statuses, in
        this order.

        `where`: the base address the app really listens at, or the app itself. The signature is
        over the address in StatusCallback, as Twilio's is. Gives the HTTP status of every
        answer.
        """
        return [
            self._call_back(where, each, status, code)
            for each in self._told(to)
            for status in statuses
        ]

    def scatter_callbacks(
        self, where: str | Flask, statuses, dice: random.Random, lost: float = 0.0
    ) -> list[int]:
        """The same as it comes at its worst: all in any order, a third of them twice, a share
        of them `lost`.
        """
        news = [
            (each, status)
            for each in self._told(ANYBODY)
            for status in statuses
            if dice.random() >= lost
        ]
        news += [each for each in news if dice.random() < 0.33]
        dice.shuffle(news)
        return [self._call_back(where, sent, status, None) for sent, status in news]

    def _told(self, to: str) -> list[ReceivedSend]:
        return [
            each
            for each in self.requests
            if each.sid and each.callback and to in (ANYBODY, each.to)
        ]

    def text_in(self, where: str | Flask, public: str, phone: str, body: str, **more: str) -> int:
        """A phone texts us: posted to `where`, signed for PUBLIC_BASE_URL `public`.

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
        """Post to `url`, signed, through `where`; the HTTP status of the answer."""
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
        line = http.client.HTTPConnection(urlsplit(where).netloc, timeout=10)
        try:
            line.request("POST", target, urlencode(params), headers)
            return line.getresponse().status
        finally:
            line.close()

    def _call_back(self, where: str | Flask, sent: ReceivedSend, status: str, code: int | None) -> int:
        text = replace(self.texts[sent.sid], status=status, error_code=code)
        self.texts[sent.sid] = text
        return self.post(
            where,
            urldefrag(sent.callback).url,
            wire.build_status_callback_params(text, status),
        )

    def respond(self, method: str, target: str, params: dict[str, str], login: str) -> ScriptedResponse:
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

    def _respond(self, method: str, target: str, params: dict[str, str], login: str) -> ScriptedResponse:
        found = MESSAGES_PATH_PATTERN.fullmatch(urlsplit(target).path)
        if login != "Basic " + b64encode(f"{self.account}:{self.auth_token}".encode()).decode():
            return ScriptedResponse(wire.build_error_response(401, 20003, "Authenticate"))
        if not found or found.group(1) != self.account:
            return ScriptedResponse(
                wire.build_error_response(404, 20404, "The requested resource was not found")
            )
        if method == "GET":
            self.reads.append(target)
            self.over.wait(self.lists.slow)
            path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
            return ScriptedResponse(self.lists.answer(self.texts, found.group(2), path, query))
        return self._take(params)

    def _take(self, params: dict[str, str]) -> ScriptedResponse:
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
        for status in script.first:
            self._call_back(self.calls, sent, status, None)
        self.over.wait(script.delay)
        manner = "closed" if self.over.is_set() else script.manner
        return ScriptedResponse(fault or self._in_words(script, sent), manner)

    def _in_words(self, script: ResponseScript, sent: ReceivedSend) -> wire.SandboxResponse:
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
        for name in (to, ANYBODY):
            waiting = self._scripts.get(name, [])
            if waiting:
                script, times = waiting.pop()
                if times is None or times > 1:
                    waiting.append((script, times and times - 1))
                return script
        return ResponseScript()
