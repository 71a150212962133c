"""How SMS Admin is served: one worker with threads is enough; more workers are safe, one of
them sends.
"""

import gc
import logging
import os
import re
from pathlib import Path

from dotenv import load_dotenv
from gunicorn.glogging import Logger

load_dotenv(Path(__file__).with_name(".env"))

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# More than two cores can use: texts that come in wait for one commit together, so the more may
# wait, the fewer commits.
# With 8, a slow disk was the limit at some 180 texts a second
# (docs/decisions/0013-texts-that-come-in.md).
threads = 24
worker_class = "gthread"
preload_app = False  # every worker has its own database connections and its own engine
timeout = 60
graceful_timeout = 30  # the engine needs at most 28 s to hear about the texts that are on the wire
PAGES_SECONDS = 20  # so long a slow page may take to come through; then the worker goes without it
keepalive = 5
control_socket_disable = True
accesslog = "-" if os.environ.get("APP_ENV", "production") == "production" else None


class QuietLogger(Logger):
    """Gunicorn's logger, which writes no long number of an address: it may be somebody's phone."""

    def atoms(self, resp, req, environ, request_time):
        """What a line of the access log is made of."""
        atoms = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": re.sub(r"[0-9]{7,}", "…", atoms["U"])}

    def access(self, resp, req, environ, request_time):
        """A line a request; none for a webhook with a wrong signature.

        Those the app counts: a flood fills no disk.
        """
        if not (
            str(resp.status).startswith("403")
            and environ.get("PATH_INFO", "").startswith("/webhooks/")
        ):
            super().access(resp, req, environ, request_time)


logger_class = QuietLogger
# the path only: query strings may hold names
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
loglevel = "warning"
forwarded_allow_ips = "127.0.0.1"


def post_fork(server, worker):
    """Prepare the database before the worker loads the app; importing wsgi writes nothing."""
    from app.startup import prepare_to_serve

    prepare_to_serve()


def when_ready(server):
    """Print the address and the version."""
    from app.startup import announce_address

    host, port = bind.rsplit(":", 1)
    announce_address(f"http://{host}:{port}")


def post_worker_init(worker):
    """Print the first admin's address if needed, and start sending in this worker."""
    from app.scheduler import start_background_jobs
    from app.startup import announce_first_start

    announce_first_start(worker.wsgi)
    gc.collect()
    # What is loaded stays: scanning it again and again cost a tenth of the sending.
    gc.freeze()
    # What one text needs is gone with it: a scan every 700 allocations cost 4 %.
    gc.set_threshold(10_000)
    worker.cfg.set("graceful_timeout", PAGE_GRACE_SECONDS)
    worker.background = start_background_jobs(worker.wsgi, alive=lambda: worker.alive)


def worker_exit(server, worker):
    """Settle what is on the wire before the worker goes."""
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
        os._exit(
            0
        )  # Python itself would wait for the thread of a page that never ends, until it is killed
