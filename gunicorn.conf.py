"""How gunicorn serves SMS Admin. One worker with threads is enough; of several, one sends."""

import gc
import logging
import os
import re
import signal
import sys
from pathlib import Path

from dotenv import load_dotenv
from gunicorn.glogging import Logger

from app.core.log_writer import NonBlockingHandler

load_dotenv(Path(__file__).with_name(".env"))

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# More threads than two cores can use: inbound texts share a commit, so the more of them may wait,
# the fewer commits there are. With 8 threads a slow disk was the limit at some 180 texts a second
# (docs/decisions/0013-texts-that-come-in.md).
# Pages have other threads (server/threaded_worker.py).
threads = 24
worker_class = "server.threaded_worker.CollectingWorker"
# Idle connections cost a file descriptor each; with more than these the oldest is closed.
worker_connections = 800
preload_app = False  # every worker has its own database connections and its own engine
timeout = 60
graceful_timeout = 30  # the engine waits at most 28 s for the results of texts in flight
# How long a slow page may still take when the worker ends; then the worker goes without it.
PAGE_GRACE_SECONDS = 20
# Longer than every proxy keeps a connection to us (deploy/): a proxy that sends a request while
# we close would answer 502.
keepalive = 75
control_socket_disable = True
accesslog = "-" if os.environ.get("APP_ENV", "production") == "production" else None


class QuietLogger(Logger):
    """Gunicorn's logger, which writes no long number of an address: it may be somebody's phone."""

    def atoms(self, resp, req, environ, request_time):
        """Return the fields of a line of the access log, long numbers of the path masked."""
        atoms = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": re.sub(r"[0-9]{7,}", "…", atoms["U"])}

    def _set_handler(self, log, output, fmt, stream=None):
        """Write to the standard streams from a thread: a pipe that nobody reads stops no page."""
        super()._set_handler(log, output, fmt, stream)
        handler = self._get_gunicorn_handler(log)
        if output != "-" or handler is None:
            return
        log.removeHandler(handler)
        writer = NonBlockingHandler(handler.stream)
        writer.setFormatter(fmt)
        writer._gunicorn = True  # as gunicorn marks its own, which it replaces when it reloads
        log.addHandler(writer)

    def access(self, resp, req, environ, request_time):
        """Write a line a request, but none for a webhook with a wrong signature.

        The app counts those itself, so that a flood of them does not fill the disk.
        """
        if not (
            str(resp.status).startswith("403")
            and environ.get("PATH_INFO", "").startswith("/webhooks/")
        ):
            super().access(resp, req, environ, request_time)


logger_class = QuietLogger
# The path only: query strings may hold names.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
loglevel = "warning"
forwarded_allow_ips = "127.0.0.1"


def post_fork(server, worker):
    """Prepare the database before the worker loads the app; importing wsgi writes nothing."""
    # The worker installs its own handlers later. Until then it has the master's, which would
    # swallow a SIGTERM: a server stopped while a worker starts would take 30 s to end.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)

    from app.startup import prepare_to_serve

    prepare_to_serve()


def post_worker_init(worker):
    """Say where the pages are, and start sending in this worker."""
    from app.core.production_settings import list_setting_warnings
    from app.domain.texts.text_intent import classify_text
    from app.scheduler import start_background_jobs
    from app.startup import announce_start, apply_newer_stops

    for line in list_setting_warnings(worker.wsgi.extensions["settings"]):
        logging.getLogger("app.settings").warning(line)
    apply_newer_stops(worker.wsgi)
    if worker.age == 1:  # the first of this server: its neighbours and successors say nothing
        announce_start(worker.wsgi, f"http://{bind}")
    # Build the grammar of opt-outs now, in 30 ms. At the first texts every thread built it, while
    # all pages and texts waited for up to 250 ms.
    for text in ("See you on Sunday!", "Please stop texting me"):
        classify_text(text)
    gc.collect()
    # What is loaded stays: scanning it again and again cost a tenth of the sending.
    gc.freeze()
    # What one text needs is gone with it: a scan every 700 allocations cost 4 %.
    gc.set_threshold(10_000)
    # A page that computes gives the interpreter to a waiting webhook after 1 ms, not after 5.
    sys.setswitchinterval(0.001)
    worker.cfg.set("graceful_timeout", PAGE_GRACE_SECONDS)
    worker.background = start_background_jobs(worker.wsgi, alive=lambda: worker.alive)


def worker_exit(server, worker):
    """Wait for the results of texts in flight before the worker ends."""
    background = getattr(worker, "background", None)
    if background is not None:
        background.stop()
    if (
        os.getpid() == worker.pid
        and worker.booted
        and not worker.alive
        and getattr(worker, "nr_conns", 0)
    ):
        logging.shutdown()
        # Python itself would wait for the thread of a page that never ends, until it is killed.
        os._exit(0)
