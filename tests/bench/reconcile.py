"""How long Reconcile takes after a restore, and how long others wait for its writes meanwhile.

Everybody's text is still queued in the database, and the carrier has sent it.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from flask import Flask

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.sending_hold import hold_sending
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.carrier_factory import create_carrier
from app.delivery.carriers.message_lookup_results import MessageListPage
from app.delivery.engine.reconcile_run import run_reconcile
from app.domain.delivery.installation_rules import HoldReason
from app.domain.delivery.message_statuses import BlastTarget
from tests.bench.bench_app import app_with, bystander, folder, scattered
from tests.bench.figures import Asked, Figure, percentile, seconds
from tests.twilio_message_list import MessageListScript
from tests.twilio_server import TwilioServer

SIZES = (5_000, 20_000, 100_000)
SENDER = "+13035550100"
TEXT = "Hi {first_name|friend}, the picnic is on Saturday at 11, at City Park."
COUNTS = "SELECT status, count(*) FROM messages WHERE direction = 'outbound' GROUP BY status"
TEXTS_BY_ROW = "SELECT id, phone, body FROM messages WHERE direction = 'outbound'"
ONE_IN = 50  # so many texts for each that did not arrive


@dataclass
class ReadyPages(MessageListScript):
    """A list whose pages are made before anybody measures."""

    pages: dict[int, wire.SandboxResponse] = field(default_factory=dict)

    def make(self, texts: dict[str, wire.SandboxText], path: str) -> None:
        """Render every page of 1,000, newest first."""
        self.page_size = 1_000
        for number in range(-(-len(texts) // self.page_size)):
            query = {"PageSize": "1000", "Page": str(number)}
            self.pages[number] = super().answer(texts, None, path, query)

    def answer(
        self,
        texts: dict[str, wire.SandboxText],
        sid: str | None,
        path: str,
        query: dict[str, str],
    ) -> wire.SandboxResponse:
        """The page that was asked for."""
        return self.pages[int(query.get("Page", 0))]


def run() -> list[Figure]:
    """For each size: the whole run against reading the list alone; the largest with others'
    waits.
    """
    return [figure for size in SIZES for figure in _measure(size, is_last=size == SIZES[-1])]


def _measure(size: int, *, is_last: bool) -> list[Figure]:
    with folder() as place, TwilioServer() as twilio:
        app = app_with(
            place / "sms.db",
            size,
            scattered,
            twilio_account_sid=twilio.account,
            twilio_auth_token=twilio.auth_token,
            twilio_from_number=SENDER,
            twilio_api_url=twilio.url,
            scheduler_enabled=False,
        )
        _prepare(app, twilio)
        reading = seconds(lambda: asyncio.run(_read_list(app)))
        own_time = time.process_time()
        with bystander(app) as waits:
            took = seconds(partial(run_reconcile, app, lambda _id: False))
        own_time = time.process_time() - own_time
        with app.app_context():
            counts = dict(db.session.execute(db.text(COUNTS)).all())
            db.engine.dispose()
    assert counts["delivered"] + counts["undelivered"] == size, counts
    note = f"{took / size * 1000:.2f} ms a text; {own_time:.0f} s of processor time"
    figures = [
        Figure(f"{size:,} texts", took, "s", "reading the carrier's list alone", reading, note)
    ]
    if is_last:
        figures.append(
            Figure(
                "the longest that a writer waits meanwhile",
                max(waits),
                "ms",
                note=f"p95 {percentile(waits, 0.95):.0f} ms of {len(waits):,}",
                asked=Asked(most=1_000),
            )
        )
    return figures


def _prepare(app: Flask, twilio: TwilioServer) -> None:
    """A released blast that the carrier has sent to everybody, here unknown and on hold."""
    with app.app_context():
        with write():
            draft = BlastDraft(TEXT, None, BlastTarget.COMMUNITY, None, "UTC")
            confirm_blast(draft, None, "ada", now())
        release_due_blasts()
        with write():
            hold_sending(HoldReason.BEHIND, "twilio", now() - timedelta(minutes=5))
        rows = db.session.execute(db.text(TEXTS_BY_ROW)).all()
    for row_id, phone, body in rows:
        failed = row_id % ONE_IN == 0
        more = {"status": "undelivered", "error_code": 30005} if failed else {"status": "delivered"}
        twilio.put(wire.generate_message_sid(), phone, SENDER, body, **more)
    twilio.lists = ReadyPages()
    twilio.lists.make(twilio.texts, f"/2010-04-01/Accounts/{twilio.account}/Messages.json")


async def _read_list(app: Flask) -> int:
    """Read and parse every page as Reconcile does; return how many texts there are."""
    carrier, next_uri, count = create_carrier(app), "", 0
    try:
        while True:
            page = await carrier.list_message_page(next_uri)
            assert isinstance(page, MessageListPage), page
            count += len(page.texts)
            next_uri = page.next_uri
            if not next_uri:
                return count
    finally:
        await carrier.close()
