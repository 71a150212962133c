"""The postman: brings receipts and pretend texts into the app through its front door, signed
like Twilio's.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from urllib.parse import urldefrag, urlencode, urlsplit

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.core.clock import now
from app.core.db import WriteLockTimeout, write
from app.core.settings import Settings
from app.delivery.carriers import sandbox_callback_queue as mail
from app.delivery.carriers.sandbox_callback_queue import Callback
from app.delivery.carriers.sandbox_payloads import SANDBOX_ACCOUNT_SID
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature

log = logging.getLogger(__name__)

INBOUND_WEBHOOK_PATH = "/webhooks/twilio/inbound"
DISPATCHER_THREADS = 4
CALLBACK_BATCH_SIZE = 100
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS, ERROR_PAUSE_SECONDS = (
    0.05,
    0.25,
    1.0,
)  # seconds between two looks
DISPATCH_TIMEOUT_SECONDS = 5.0


class CallbackDispatcher:
    """Posts what is due on the sandbox; with another carrier he stays at home.

    Any number of processes may have one: each piece of news is claimed by one guarded UPDATE,
    so it is posted once. A claim holds for 30 seconds; what a dying process had in hand is
    posted again after that.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pool = ThreadPoolExecutor(DISPATCHER_THREADS, "postman")

    @classmethod
    def get_for_app(cls, app: Flask) -> "CallbackDispatcher":
        """The app's one postman; made when first asked for."""
        postman = app.extensions.get("postman")
        if postman is None:
            postman = app.extensions.setdefault("postman", cls(app))
        assert isinstance(postman, CallbackDispatcher)
        return postman

    def start(self) -> None:
        """Begin to walk, in a thread of his own. Twice is once."""
        if self.settings.carrier != "sandbox" or self._thread is not None:
            return
        self._stop.clear()
        self._thread = threading.Thread(target=self._run_loop, name="postman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the posts in hand and rest. Returns when the threads have ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        old, self._pool = self._pool, ThreadPoolExecutor(DISPATCHER_THREADS, "postman")
        old.shutdown()

    def dispatch_now(self, sid: str, patience: float = DISPATCH_TIMEOUT_SECONDS) -> bool:
        """Bring in the news of one text at once.

        True when the app has answered within `patience` seconds.

        Works in any process, walking or not. Never call it inside write().
        """
        if self.settings.carrier != "sandbox":
            return False
        done, _ = wait([self._pool.submit(self._dispatch_first_callback, sid)], patience)
        return any(each.exception() is None and each.result() for each in done)

    def dispatch_due(self) -> datetime | None:
        """Post everything that is due, at most BATCH pieces.

        Returns when the next one is due; None: nothing waits.
        """
        with self.app.app_context():
            due = mail.find_next_callback_time()
            if due is None or due > now():
                return due
            with write() as session:
                letters = mail.claim_due_callbacks(
                    session, now(), self._account_sid, CALLBACK_BATCH_SIZE
                )
            posts = [self._pool.submit(self._post_callback, letter) for letter in letters]
            wait(posts)
            self._store_responses(
                [
                    (letter, _read_response_status(post))
                    for letter, post in zip(letters, posts, strict=True)
                ]
            )
            return mail.find_next_callback_time()

    @property
    def _account_sid(self) -> str:
        return self.settings.twilio_account_sid or SANDBOX_ACCOUNT_SID

    def _run_loop(self) -> None:
        pause = MIN_PAUSE_SECONDS
        while not self._stop.wait(pause):
            try:
                pause = _compute_pause_seconds(self.dispatch_due())
            except (WriteLockTimeout, SQLAlchemyError):
                log.warning("practice post waits: the database does not answer", exc_info=True)
                pause = ERROR_PAUSE_SECONDS

    def _dispatch_first_callback(self, sid: str) -> bool:
        with self.app.app_context():
            with write() as session:
                letter = mail.claim_first_callback(session, now(), self._account_sid, sid)
            if letter is not None:
                self._store_responses([(letter, self._post_callback(letter))])
        return letter is not None

    def _store_responses(self, answers: Sequence[tuple[Callback, int]]) -> None:
        for letter, answer in answers:
            if answer >= 300:
                end = "again later" if mail.can_retry_callback(letter, answer) else "dropped"
                log.warning(
                    "practice post of %s, try %s, was answered %s: %s",
                    letter.text.sid,
                    letter.attempt_number,
                    answer,
                    end,
                )
        with write() as session:
            mail.store_callback_responses(session, now(), answers)

    def _post_callback(self, letter: Callback) -> int:
        """Post one piece of news through the app's front door; the HTTP status of the answer."""
        url = self._build_callback_url(letter)
        if not url:
            return 204  # nobody asked to be told
        params = letter.form_params
        target = url.removeprefix(self.settings.public_base_url)
        builder = EnvironBuilder(
            target,
            base_url=self._base_url,
            method="POST",
            data=urlencode(params),
            content_type="application/x-www-form-urlencoded; charset=UTF-8",
            headers=[
                (
                    SIGNATURE_HEADER,
                    compute_signature(url, params, self.settings.sandbox_key),
                )
            ],
            environ_overrides={
                "RAW_URI": target,
                "REQUEST_URI": target,
                "REMOTE_ADDR": "127.0.0.1",
            },
        )
        _, status, _ = run_wsgi_app(self.app.wsgi_app, builder.get_environ(), buffered=True)
        builder.close()
        return int(status.split()[0])

    def _build_callback_url(self, letter: Callback) -> str:
        """Where it goes: our own webhooks only, whatever the callback says.

        The fragment is for Twilio, not for us.
        """
        url = (
            self.settings.public_base_url + INBOUND_WEBHOOK_PATH
            if letter.text.from_phone
            else urldefrag(letter.callback_url or "").url
        )
        return url if url.startswith(self.settings.public_base_url + "/") else ""

    @property
    def _base_url(self) -> str:
        """Scheme and host of the public address; a host the app trusts, when it is choosy."""
        public = urlsplit(self.settings.public_base_url)
        trusted = [host.lstrip(".") for host in self.settings.trusted_hosts]
        return f"{public.scheme}://{(trusted or [public.netloc])[0]}"


def _read_response_status(post: "Future[int]") -> int:
    error = post.exception()
    if error is not None:
        log.error("practice post broke the app", exc_info=error)
    return 500 if error is not None else post.result()


def _compute_pause_seconds(due: datetime | None) -> float:
    if due is None:
        return MAX_PAUSE_SECONDS
    return min(max((due - now()).total_seconds(), MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)
