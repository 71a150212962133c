"""What follows from a failure, seen on rows: which neighbours count, which blasts stop, and
that it stays quick.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import now
from app.core.db import db, write
from app.core.prepared_statements import PreparedStatement
from app.delivery.actions.message_status_updates import (
    StatusUpdate,
    apply_status_update,
)
from app.delivery.engine_models import SenderHealth
from app.delivery.models import Message, MessageLog
from app.delivery.queries import recent_results
from app.delivery.sql import queued_messages
from app.domain.delivery.message_statuses import MessageStatus
from tests.sample_rows import make_phone
from tests.speed_limits import limit_seconds

SENDER, OTHER = "+13035550100", "+13035550101"


@pytest.fixture(autouse=True)
def _shop(shop):
    """Give every test here an app context."""


def a_blast(
    people=30,
    *,
    sender=SENDER,
    carrier="twilio",
    status="accepted",
    began=None,
    phones=None,
):
    """Store a running blast whose texts all left a minute ago; return its id."""
    left = (began or now() - timedelta(minutes=2)) + timedelta(minutes=1)
    phones = phones or [make_phone(n) for n in range(people)]
    with write() as session:
        log = MessageLog(
            message_body="hello",
            target="community",
            status="processing",
            total_recipients=len(phones),
            sender=sender,
            carrier=carrier,
            created_at=left - timedelta(minutes=1),
            proven=True,
        )
        session.add(log)
        session.flush()
        for phone in phones:
            session.add(_row(log.id, phone, sender, carrier, status, left))
        return log.id


def _row(log_id, phone, sender, carrier, status, left):
    sid = None if status in ("queued", "submitting") else f"SM{log_id:08}{phone[1:]:>022}"
    return Message(
        kind="blast",
        phone=phone,
        body="hello",
        status=status,
        sender=sender,
        carrier=carrier,
        message_log_id=log_id,
        provider_sid=sid,
        attempts=1,
        created_at=left,
        submitted_at=None if status == "queued" else left,
    )


def ids(log_id):
    return db.session.scalars(
        db.select(Message.id).where(Message.message_log_id == log_id).order_by(Message.id)
    ).all()


def told(message_id, code=None, *, phase="delivery"):
    """Apply a receipt, or (phase create) a refusal: the carrier refused it: failed with `code`, or
    delivered without one.
    """
    gone = MessageStatus.UNDELIVERED if phase == "delivery" else MessageStatus.FAILED
    with write():
        apply_status_update(
            StatusUpdate(
                message_id,
                None,
                gone if code else MessageStatus.DELIVERED,
                phase,
                code=code,
            ),
            now(),
        )


def state(log_id):
    db.session.rollback()
    return db.session.scalar(db.select(MessageLog.status).where(MessageLog.id == log_id)).value


def health():
    db.session.rollback()
    return db.session.get(SenderHealth, (SENDER, "twilio"))


def test_three_of_ten_refused_for_their_speed_halve_the_senders_rate_once():
    texts = ids(a_blast())
    for message_id in texts[:2]:
        told(message_id, 30022)
    assert health() is None
    for message_id in texts[2:8]:
        told(message_id, 30022)
    assert health().share == 0.5
    assert db.session.get(MessageLog, 1).status == "processing"
    later = ids(a_blast(began=now()))
    for message_id in later[:3]:
        told(message_id, 30022)
    assert 0.2 < health().share < 0.3


def test_half_of_ten_without_an_answer_hold_the_sender_for_ten_minutes():
    log = a_blast()
    texts = ids(log)
    for message_id in texts[:4]:
        told(message_id, 30410)
    assert health() is None
    told(texts[4], 30410)
    first = health().hold_until
    assert 590 < (first - now()).total_seconds() <= 600
    assert (health().hold_code, state(log)) == (30410, "processing")
    for message_id in texts[5:9]:
        told(message_id, 30410)
    assert health().hold_until == first


@pytest.mark.parametrize("order", [range(5), reversed(range(5)), (4, 0, 3, 1, 2)])
def test_receipts_in_any_order_come_to_the_same(order):
    log = a_blast(60)
    texts = ids(log)
    for message_id in texts[20:]:
        told(message_id)
    bad = [texts[place] for place in (2, 6, 9, 13, 17)]
    *some, last = order
    for place in some:
        told(bad[place], 30007)
    assert state(log) == "processing"
    told(bad[last], 30007)
    assert state(log) == "paused"


def test_failures_far_apart_do_not_add_up():
    log = a_blast(200)
    for place, each in enumerate(ids(log)):
        told(each, None if place % 6 else 30007)
    assert state(log) == "processing"


def test_what_the_carrier_never_took_is_no_receipt():
    log = a_blast(40)
    texts = ids(log)
    with write() as session:
        session.execute(
            text("UPDATE messages SET provider_sid = NULL, status = 'submitting' WHERE id % 2")
        )
    refused, took = (
        [message_id for message_id in texts if message_id % 2],
        [message_id for message_id in texts if not message_id % 2],
    )
    for message_id in refused:
        told(message_id, 21614, phase="create")
    for message_id in took[:4]:
        told(message_id, 30007)
    assert state(log) == "processing"
    told(took[4], 30007)
    assert state(log) == "paused"


def test_several_codes_of_one_cause_add_up_and_other_failures_do_not():
    log = a_blast()
    texts = ids(log)
    for each, code in zip(texts, (30020, 30003, 30021, 30008, 30500, 30006, 20504), strict=False):
        told(each, code)
    assert state(log) == "processing"
    told(texts[7], 30020)
    assert state(log) == "paused"


@pytest.mark.parametrize(
    ("code", "everybodys"),
    [(30034, True), (30002, True), (30007, False), (30008, False)],
)
def test_who_else_would_meet_it_is_paused_too(code, everybodys):
    log = a_blast()
    same, later = a_blast(), a_blast(began=now())
    elsewhere, practice = a_blast(sender=OTHER), a_blast(carrier="sandbox")
    for message_id in ids(log)[:10]:
        told(message_id, code)
    assert state(log) == "paused"
    assert state(same) == ("paused" if everybodys else "processing")
    assert {state(log_id) for log_id in (later, elsewhere, practice)} == {"processing"}


def test_a_thousand_receipts_after_the_pause_pause_and_tell_nothing_more():
    log = a_blast()
    for message_id in ids(log):
        told(message_id, 30034)
    assert state(log) == "paused"
    assert db.session.scalar(text("SELECT count(*) FROM alerts")) == 1


def test_a_sender_with_receipts_of_delivered_texts_is_given_three():
    log = a_blast()
    texts = ids(log)
    for message_id in texts[:10]:
        told(message_id)
    told(texts[10], 30034)
    told(texts[12], 30034)
    assert state(log) == "processing"
    told(texts[11], 30034)
    assert state(log) == "paused"


def test_an_account_that_is_closed_is_given_none():
    log = a_blast()
    texts = ids(log)
    for message_id in texts[:10]:
        told(message_id)
    told(texts[10], 30002)
    assert state(log) == "paused"


def test_a_country_is_left_out_of_its_own_blast_only_and_only_where_it_waits():
    britons = [f"+4479111234{n:02}" for n in range(20)]
    waiting = a_blast(
        phones=[*britons[:10], "+3906698001", *[make_phone(n) for n in range(10)]],
        status="queued",
    )
    other = a_blast(phones=britons[10:], status="queued")
    first, second = ids(waiting)[:2]
    with write() as session:
        session.execute(
            text(f"UPDATE messages SET status = 'submitting' WHERE id IN ({first}, {second})")
        )
    told(first, 21408, phase="create")
    counts = dict(
        db.session.execute(text("SELECT status, count(*) FROM messages GROUP BY 1")).all()
    )
    assert counts == {"failed": 1, "submitting": 1, "skipped": 8, "queued": 11 + 10}
    assert db.session.scalars(
        text("SELECT DISTINCT reason FROM messages WHERE status = 'skipped'")
    ).all() == ["country_off"]
    assert (state(waiting), state(other)) == ("processing", "processing")


def test_one_number_abroad_that_cannot_be_reached_among_others_that_were_is_alone():
    phones = [f"+4479111234{n:02}" for n in range(20)]
    log = a_blast(phones=phones)
    with write() as session:
        session.execute(
            text("UPDATE messages SET status = 'queued', provider_sid = NULL WHERE id > 10")
        )
        session.execute(
            text("UPDATE messages SET status = 'submitting' WHERE id BETWEEN 11 AND 13")
        )
    texts = ids(log)
    for place in (10, 11):
        told(texts[place], 21612, phase="create")
        assert (
            db.session.scalar(text("SELECT count(*) FROM messages WHERE status = 'skipped'")) == 0
        )
    told(texts[12], 21612, phase="create")
    assert db.session.scalar(text("SELECT count(*) FROM messages WHERE status = 'skipped'")) == 7


def a_huge_blast(status="accepted", prefix="+1303"):
    """Store a running blast to 100,000 people in one statement; return its id."""
    log = a_blast(1, phones=["+390612345678"])
    with write() as session:
        session.execute(
            text(
                "INSERT INTO messages (kind, direction, phone, body, status, sender, carrier, "
                "message_log_id, provider_sid, attempts, created_at, submitted_at) "
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99998) "
                f"SELECT 'blast', 'outbound', '{prefix}' || (1000000 + i), 'hello', '{status}', "
                f"'{SENDER}', 'twilio', {log}, 'SM' || i, 1, datetime('now'), datetime('now') "
                "FROM n"
            )
        )
        session.execute(text("UPDATE message_logs SET total_recipients = 100000"))
    return log


def test_one_failure_of_100_000_is_judged_in_milliseconds():
    log = a_huge_blast("delivered")
    texts = ids(log)
    with write() as session:
        session.execute(text("UPDATE messages SET status = 'accepted' WHERE id % 1000 = 0"))
    waiting = [message_id for message_id in texts if message_id % 1000 == 0]
    with limit_seconds(0.1):
        told(waiting[0], 30008)
        told(waiting[10], 30003)
    assert state(log) == "processing"


@pytest.mark.parametrize(("prefix", "home"), [("+44791", "US"), ("+1303", "GB")])
def test_a_country_of_100_000_is_left_out_in_a_moment(prefix, home):
    with write() as session:
        session.execute(text(f"UPDATE organisation SET region = '{home}'"))
    log = a_huge_blast("queued", prefix)
    first = ids(log)[1]
    with write() as session:
        session.execute(
            text(
                f"UPDATE messages SET status = 'submitting', provider_sid = NULL WHERE id = {first}"
            )
        )
    with limit_seconds(5):  # the work alone: the machine is shared
        told(first, 21408, phase="create")
    left_out = db.session.scalar(text("SELECT count(*) FROM messages WHERE reason = 'country_off'"))
    assert left_out == 99_998
    assert state(log) == "processing"


def plan(statement, **values):
    """Return SQLite's plan for a statement, a line a step."""
    explained = text(f"EXPLAIN QUERY PLAN {statement}").bindparams(**values)
    return [row.detail for row in db.session.execute(explained)]


@pytest.mark.parametrize("phase", [recent_results.CREATE_PHASE, recent_results.DELIVERY_PHASE])
def test_neighbours_are_found_along_the_index_and_never_by_reading_the_blast(phase):
    statement = PreparedStatement(recent_results.SELECT_NEIGHBOURS[phase])
    steps = plan(statement.sql, log_id=1, message_id=1)
    walks = [step for step in steps if "ix_messages_log_status" in step]
    assert len(walks) == 2 * len(recent_results.RESULT_STATUSES[phase])
    assert all("message_log_id=? AND status=? AND rowid" in step for step in walks)
    assert not [step for step in steps if step.startswith("SCAN messages")]


def test_a_country_is_found_along_the_index_of_phones():
    steps = plan(queued_messages.SKIP_COUNTRY.sql, blast_id=1, prefixes='["+44"]')
    assert [
        step
        for step in steps
        if "uq_messages_log_phone (message_log_id=? AND phone>? AND phone<?)" in step
    ]
    assert not [
        step
        for step in steps
        if step.startswith("SCAN messages") or step.startswith("SCAN recipient")
    ]
