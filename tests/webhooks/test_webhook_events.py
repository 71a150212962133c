"""What the carrier told us: how long it is kept, and that a lot of it slows nothing.

Cases L12, F33.
"""

import re
import sqlite3
import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from app.core import db as kit
from app.core.clock import now
from app.core.db import WriteLockTimeout, db, write
from app.delivery.sql.attempt_lookup import SELECT_ATTEMPT_BY_SID
from app.webhooks import sql
from app.webhooks.actions import webhook_events as actions
from app.webhooks.actions.webhook_events import (
    DELETE_SECONDS,
    MAX_DELETE_ROWS,
    MIN_DELETE_ROWS,
    compute_delete_batch_size,
    delete_old_webhook_events,
)
from app.webhooks.models import WebhookEvent
from tests.stopwatch import Stopwatch
from tests.webhooks.calls import (
    armed_text,
    events,
    receipt,
    sid,
    status_of,
)
from tests.webhooks.calls import text as say

OLD = 2 * MAX_DELETE_ROWS + 100


def store_many_events(app, count, days):
    """So many events, so old."""
    rows = [
        {
            "dedupe_key": f"st:{sid(n)}:sent",
            "kind": "status",
            "received_at": now() - timedelta(days=days),
        }
        for n in range(count)
    ]
    with app.app_context(), write():
        db.session.execute(insert(WebhookEvent), rows)


def test_events_are_forgotten_after_thirty_days(twilio_app):
    say(twilio_app, "old")
    say(twilio_app, "new", sid=sid(2))
    with twilio_app.app_context():
        with write():
            first = db.update(WebhookEvent).where(WebhookEvent.id == 1)
            db.session.execute(first.values(received_at=now() - timedelta(days=31)))
        assert delete_old_webhook_events() == 1
    assert [each.dedupe_key for each in events(twilio_app)] == [f"in:{sid(2)}"]


# case L12 of docs/cases.md
def test_they_go_in_slices_and_others_write_in_between(twilio_app):
    """L12: five hundred rows to a lock at most, and a pause as long as the lock was held."""
    store_many_events(twilio_app, OLD, 31)
    gone, begun, over = [], [], []
    with twilio_app.app_context():
        event.listen(
            db.engine,
            "after_cursor_execute",
            lambda _c, cursor, sql, *_: gone.append((sql, cursor.rowcount)),
        )
        event.listen(db.engine, "begin", lambda _c: begun.append(time.monotonic()))
        event.listen(db.engine, "commit", lambda _c: over.append(time.monotonic()))
        assert delete_old_webhook_events() == OLD
        assert db.session.scalar(db.select(db.func.count(WebhookEvent.id))) == 0
    slices = [count for sql, count in gone if sql.startswith("DELETE")]
    assert slices[0] == MIN_DELETE_ROWS
    assert max(slices) <= MAX_DELETE_ROWS
    pauses = [start - end for end, start in zip(over, begun[1:], strict=False)][: len(slices) - 1]
    assert min(pauses) >= actions.MIN_PAUSE_SECONDS


# case L12 of docs/cases.md
@pytest.mark.parametrize(
    ("size", "took", "then"),
    [
        (10, 0.001, 20),  # quick: twice as many
        (400, 0.001, MAX_DELETE_ROWS),
        (500, DELETE_SECONDS, 500),
        (500, 0.1, 125),  # four times too long: a quarter
        (20, 3.0, MIN_DELETE_ROWS),
    ],
)
def test_a_slice_is_as_large_as_the_machine_is_quick(size, took, then):
    """L12: nobody waits a tenth of a second for a lock, on a busy machine either."""
    assert compute_delete_batch_size(size, took) == then


# case L12 of docs/cases.md
@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (sql.SELECT_RECEIPT_STATE.sql, {"b_key": "st:x:sent", "b_ref": "f" * 32}),
        (SELECT_ATTEMPT_BY_SID.sql, {"sid": "SM1"}),
        (sql.SELECT_TEXT_CONTEXTS.sql, {"b_texts": '[["in:x", "+1303", "[]"]]', "b_since": ""}),
        (sql.SELECT_MATCHED_RECEIPTS.sql, {}),
        (
            "SELECT id FROM webhook_events WHERE received_at < :before LIMIT 500",
            {"before": "2026-01-01"},
        ),
    ],
)
def test_nothing_reads_the_whole_table(twilio_app, statement, values):
    """L12: every look goes along an index, however many rows there are."""
    with twilio_app.app_context():
        plan = [
            row.detail
            for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values)
        ]
    assert plan
    assert [line for line in plan if re.match("SCAN (webhook_events|attempts)", line)] == []


# case F33 of docs/cases.md
def test_while_another_process_writes_the_carrier_is_told_to_call_again(
    twilio_app, monkeypatch, caplog
):
    """F33: 503 to all, none after the patience is over; no traceback; the next try is taken.

    (One second, not ten.)
    """
    monkeypatch.setattr(kit, "LOCK_WAIT_SECONDS", 1)
    message_id, ref = armed_text(twilio_app)
    answers = []

    def bring(n):
        stopwatch = Stopwatch()
        answer = (
            receipt(twilio_app, ref, "delivered", sid=sid(n))
            if n
            else say(twilio_app, "Please stop", sid=sid(9))
        )
        answers.append(
            (
                answer.status_code,
                answer.headers.get("Retry-After"),
                stopwatch.seconds,
            )
        )

    with closing(_holding(twilio_app)):
        threads = [threading.Thread(target=bring, args=(n,)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    # a text is kept beside the database, a receipt comes again
    assert {(code, after) for code, after, _ in answers} == {(503, "5"), (200, None)}
    assert max(took for _, _, took in answers) < 2.5
    assert "Traceback" not in caplog.text
    assert events(twilio_app) == []
    assert receipt(twilio_app, ref, "delivered", sid=sid(1)).status_code == 204
    assert status_of(twilio_app, message_id) == "delivered"


# case F33 of docs/cases.md
def test_a_writers_patience_is_for_both_locks_together(twilio_app):
    """F33: who waited for a thread of this process does not wait as long again for another
    process.
    """
    with twilio_app.app_context(), closing(_holding(twilio_app)):
        for patience in (0.2, 1.0):
            stopwatch = Stopwatch()
            with pytest.raises(WriteLockTimeout), write(patience):
                pass
            assert stopwatch.seconds < patience + 0.9
    with twilio_app.app_context(), write():
        assert db.session.scalar(text("PRAGMA busy_timeout")) == kit.LOCK_WAIT_SECONDS * 1000


def _holding(app):
    """Another process's connection, in the middle of writing; closing it ends that."""
    connection = sqlite3.connect(app.extensions["settings"].database_path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection
