"""The sandbox's callback dispatcher: posts receipts and phones' texts to the app's own webhooks.

The posts are signed like Twilio's and go through the whole WSGI app.
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
from app.core.db import (
    WriteLockTimeout,
    add_commit_listener,
    remove_commit_listener,
    write,
)
from app.core.settings import Settings
from app.delivery.carriers.sandbox_callback_queue import (
    Callback,
    can_retry_callback,
    claim_due_callbacks,
    claim_first_callback,
    find_next_callback_time,
    store_callback_responses,
)
from app.delivery.carriers.sandbox_payloads import SANDBOX_ACCOUNT_SID
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature

log = logging.getLogger(__name__)

INBOUND_WEBHOOK_PATH = "/webhooks/twilio/inbound"
DISPATCHER_THREADS = 4
CALLBACK_BATCH_SIZE = 100
# Between two looks for due callbacks.
MIN_PAUSE_SECONDS = 0.05
# Commits of this process wake the thread at once; this is for those of other processes.
MAX_PAUSE_SECONDS = 2.0
ERROR_PAUSE_SECONDS = 1.0
DISPATCH_TIMEOUT_SECONDS = 5.0


class CallbackDispatcher:
    """Posts the sandbox's due callbacks; does nothing with another carrier.

    Any number of processes may run one: each callback is claimed by one guarded UPDATE, so it is
    posted once. A claim holds for 30 seconds; what a dying process had claimed is posted again
    after that.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._pool = ThreadPoolExecutor(DISPATCHER_THREADS, "postman")

    @classmethod
    def get_for_app(cls, app: Flask) -> "CallbackDispatcher":
        """Return the app's one dispatcher, which the first call creates."""
        dispatcher = app.extensions.get("postman")
        if dispatcher is None:
            # setdefault: of two threads that come here together both use the same one.
            dispatcher = app.extensions.setdefault("postman", cls(app))
        assert isinstance(dispatcher, CallbackDispatcher)
        return dispatcher

    def start(self) -> None:
        """Start the dispatcher's thread; idempotent."""
        if self.settings.carrier != "sandbox" or self._thread is not None:
            return
        self._stop.clear()
        add_commit_listener(self._note_commit)
        self._thread = threading.Thread(target=self._run_loop, name="postman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the running posts and return when the threads have ended."""
        self._stop.set()
        self._wake.set()
        remove_commit_listener(self._note_commit)
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        # A new pool, so that dispatch_now() and start() work again.
        old_pool, self._pool = self._pool, ThreadPoolExecutor(DISPATCHER_THREADS, "postman")
        old_pool.shutdown()

    def dispatch_now(self, sid: str, timeout_seconds: float = DISPATCH_TIMEOUT_SECONDS) -> bool:
        """Post the first callback of one text at once.

        Returns whether the app answered within `timeout_seconds`. Works in any process, whether
        or not the dispatcher runs there. Never call it inside write(): the webhook writes too.
        """
        if self.settings.carrier != "sandbox":
            return False
        future = self._pool.submit(self._dispatch_first_callback, sid)
        wait([future], timeout_seconds)
        return future.done() and future.exception() is None and future.result()

    def dispatch_due(self) -> datetime | None:
        """Post the callbacks that are due, at most CALLBACK_BATCH_SIZE.

        Returns when the next one is due, or None.
        """
        with self.app.app_context():
            due_at = find_next_callback_time()
            if due_at is None or due_at > now():
                return due_at
            with write() as session:
                callbacks = claim_due_callbacks(
                    session, now(), self._account_sid, CALLBACK_BATCH_SIZE
                )
            futures = [self._pool.submit(self._post_callback, callback) for callback in callbacks]
            wait(futures)
            http_statuses = map(_read_http_status, futures)
            self._store_responses(list(zip(callbacks, http_statuses, strict=True)))
            return find_next_callback_time()

    @property
    def _account_sid(self) -> str:
        return self.settings.twilio_account_sid or SANDBOX_ACCOUNT_SID

    def _run_loop(self) -> None:
        pause_seconds = MIN_PAUSE_SECONDS
        # Not more often than each MIN_PAUSE_SECONDS, however many commits there are.
        while not self._stop.wait(MIN_PAUSE_SECONDS):
            self._wake.wait(pause_seconds - MIN_PAUSE_SECONDS)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                pause_seconds = _compute_pause_seconds(self.dispatch_due())
            except (WriteLockTimeout, SQLAlchemyError):
                log.warning("practice post waits: the database does not answer", exc_info=True)
                pause_seconds = ERROR_PAUSE_SECONDS

    def _note_commit(self) -> None:
        """Wake the thread: a text may have been stored. Runs on the thread that committed."""
        if threading.current_thread() is not self._thread:
            self._wake.set()

    def _dispatch_first_callback(self, sid: str) -> bool:
        with self.app.app_context():
            with write() as session:
                callback = claim_first_callback(session, now(), self._account_sid, sid)
            if callback is None:
                return False
            self._store_responses([(callback, self._post_callback(callback))])
            return True

    def _store_responses(self, responses: Sequence[tuple[Callback, int]]) -> None:
        for callback, http_status in responses:
            if http_status >= 300:
                _log_rejected_callback(callback, http_status)
        with write() as session:
            store_callback_responses(session, now(), responses)

    def _post_callback(self, callback: Callback) -> int:
        """Post one callback to the app and return the HTTP status."""
        url = self._build_callback_url(callback)
        if not url:
            # The text was sent without a callback address.
            return 204
        params = callback.form_params
        target = url.removeprefix(self.settings.public_base_url)
        signature = compute_signature(url, params, self.settings.sandbox_key)
        builder = EnvironBuilder(
            target,
            base_url=self._base_url,
            method="POST",
            data=urlencode(params),
            content_type="application/x-www-form-urlencoded; charset=UTF-8",
            headers=[(SIGNATURE_HEADER, signature)],
            environ_overrides={
                "RAW_URI": target,
                "REQUEST_URI": target,
                "REMOTE_ADDR": "127.0.0.1",
            },
        )
        _, status_line, _ = run_wsgi_app(self.app.wsgi_app, builder.get_environ(), buffered=True)
        builder.close()
        return int(status_line.split()[0])

    def _build_callback_url(self, callback: Callback) -> str:
        """Return the address to post to, or "" for one that is not this app's own webhook.

        The fragment of a callback's address is meant for Twilio.
        """
        base_url = self.settings.public_base_url
        if callback.text.from_phone:
            url = base_url + INBOUND_WEBHOOK_PATH
        else:
            url = urldefrag(callback.callback_url or "").url
        return url if url.startswith(base_url + "/") else ""

    @property
    def _base_url(self) -> str:
        """The public scheme, and a host that the app trusts when it trusts only some."""
        public_url = urlsplit(self.settings.public_base_url)
        trusted_hosts = [host.lstrip(".") for host in self.settings.trusted_hosts]
        host = trusted_hosts[0] if trusted_hosts else public_url.netloc
        return f"{public_url.scheme}://{host}"


def _log_rejected_callback(callback: Callback, http_status: int) -> None:
    outcome = "again later" if can_retry_callback(callback, http_status) else "dropped"
    log.warning(
        "practice post of %s, try %s, was answered %s: %s",
        callback.text.sid,
        callback.attempt_number,
        http_status,
        outcome,
    )


def _read_http_status(future: "Future[int]") -> int:
    """Return the HTTP status of a post; 500 when the app raised."""
    error = future.exception()
    if error is None:
        return future.result()
    log.error("practice post broke the app", exc_info=error)
    return 500


def _compute_pause_seconds(due_at: datetime | None) -> float:
    if due_at is None:
        return MAX_PAUSE_SECONDS
    return min(max((due_at - now()).total_seconds(), MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)
