"""Receipts with a million of them stored already, and how long others wait while old ones are
deleted.
"""

import secrets
import time
from datetime import UTC, datetime, timedelta
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from app.domain.delivery.message_statuses import BlastTarget
from app.webhooks.actions.webhook_events import (
    EVENT_RETENTION_DAYS,
    delete_old_webhook_events,
)
from tests.bench.bench_app import app_with, bystander, folder
from tests.bench.figures import Asked, Figure, percentile, seconds

EVENTS, OLD, RECEIPTS = 1_000_000, 100_000, 400
BASE = "http://127.0.0.1:9"
STORE = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)
    INSERT INTO webhook_events (dedupe_key, kind, provider_sid, ref, payload, verdict, received_at,
        processed_at)
    SELECT 'st:' || hex(randomblob(17)) || ':sent', 'status', 'SM' || lower(hex(randomblob(16))),
        lower(hex(randomblob(16))),
        printf('{"MessageStatus": "sent", "n": %d, "more": "%0200d"}', i, 0), 'applied',
        iif(i <= :old, :long_ago, :lately), :lately FROM n
"""
ARM = """
    INSERT INTO attempts (message_id, n, ref, provider_sid, started_at, ended_at, outcome)
    SELECT id, 1, lower(hex(randomblob(16))), 'SM' || lower(hex(randomblob(16))), :now,
        :now, 'accepted'
    FROM messages
"""
ACCEPT = """
    UPDATE messages SET status = 'accepted', attempts = 1, submitted_at = :now,
        provider_sid = (SELECT provider_sid FROM attempts WHERE message_id = messages.id)
"""


def run() -> list[Figure]:
    """L12."""
    with folder() as place:
        app = app_with(place / "sms.db", RECEIPTS)
        refs = iter(_sent(app))
        before = [_receive(app.test_client(), app, *next(refs)) for _ in range(RECEIPTS // 2)]
        _fill(app)
        after = [_receive(app.test_client(), app, *each) for each in refs]
        with bystander(app) as waits, app.app_context():
            took = seconds(delete_old_webhook_events)
            left = db.session.scalar(text("SELECT count(*) FROM webhook_events"))
    assert left == EVENTS - OLD + RECEIPTS, left
    empty = "the same, with none stored before"
    note = (
        f"L12; p95 {percentile(after, 0.95):.1f}, most {max(after):.1f} ms; the server's time, one"
        " at a time"
    )
    what = f"one receipt, with {EVENTS:,} stored"
    alone = "the median wait"
    rate = (
        f"L12; p99 {percentile(waits, 0.99):.0f} ms of {len(waits):,}; {OLD / took:,.0f} a second"
        " are deleted"
    )
    return [
        Figure(what, median(after), "ms", empty, median(before), note, Asked(most=20)),
        Figure(
            "the longest a writer waits meanwhile",
            max(waits),
            "ms",
            alone,
            median(waits),
            rate,
            Asked(most=100),
        ),
    ]


def _sent(app: Flask) -> list[tuple[str, str]]:
    """(ref, sid) of one text each to everybody that the carrier has taken."""
    with app.app_context():
        with write():
            confirm_blast(
                BlastDraft("Hello", None, BlastTarget.COMMUNITY, None, "UTC"),
                None,
                "ada",
                now(),
            )
        release_due_blasts()
        with write() as session:
            for statement in (ARM, ACCEPT):
                session.execute(text(statement), {"now": _stored(now())})
        return [
            (ref, sid)
            for ref, sid in db.session.execute(text("SELECT ref, provider_sid FROM attempts"))
        ]


def _fill(app: Flask) -> None:
    moments = {
        "long_ago": _stored(now() - timedelta(days=EVENT_RETENTION_DAYS + 1)),
        "lately": _stored(now()),
    }
    with app.app_context(), write() as session:
        session.connection().exec_driver_sql(STORE, {"many": EVENTS, "old": OLD, **moments})


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _receive(browser: FlaskClient, app: Flask, ref: str, sid: str) -> float:
    """Milliseconds for one receipt."""
    path = f"/webhooks/twilio/status/{ref}"
    fields = {
        "MessageSid": sid,
        "MessageStatus": "delivered",
        "AccountSid": secrets.token_hex(17),
    }
    key = app.extensions["settings"].webhook_keys[0]
    signed = {SIGNATURE_HEADER: compute_signature(f"{BASE}{path}", fields, key)}
    start = time.perf_counter()
    answer = browser.post(path, data=fields, headers=signed, base_url=BASE)
    took = (time.perf_counter() - start) * 1000
    assert answer.status_code == 204, answer.status_code
    return took
