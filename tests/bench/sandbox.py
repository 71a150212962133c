"""A blast in practice, from the yes to the last receipt: the pretend carrier must keep up with
the pace.
"""

import sqlite3
import time

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.core.clock import now
from app.core.db import write
from app.domain.delivery.message_statuses import BlastTarget
from tests.bench.bench_app import app_with, folder
from tests.bench.figures import Figure
from tests.bench.processes import memory_of
from tests.gunicorn_server import GunicornServer, wait_until

TEXTS, RATE = 1000, 50


def run() -> list[Figure]:
    """1,000 people at 50 parts a second, the sandbox's own pace."""
    with folder() as place:
        database = place / "sms.db"
        app = app_with(database, TEXTS)
        with GunicornServer(database, SEND_RATE=str(RATE)) as server:
            started = time.monotonic()
            with app.app_context(), write():
                confirm_blast(
                    BlastDraft("Hello {first_name}", None, BlastTarget.COMMUNITY, None, "UTC"),
                    None,
                    "ada",
                    now(),
                )
            wait_until(lambda: _delivered(database) == TEXTS, "every receipt", 120)
            took = time.monotonic() - started
            _, most = memory_of(server.process.pid)
    pace = f"{TEXTS:,} texts at {RATE} a second"
    return [
        Figure(
            f"a practice blast to {TEXTS:,}, all delivered",
            took,
            "s",
            pace,
            TEXTS / RATE,
        ),
        Figure("memory of the worker, at most", most, "MB"),
    ]


def _delivered(database: object) -> int:
    connection = sqlite3.connect(database, timeout=10)
    try:
        found = connection.execute(
            "SELECT count(*) FROM messages WHERE status = 'delivered'"
        ).fetchone()[0]
        return int(found)
    finally:
        connection.close()
