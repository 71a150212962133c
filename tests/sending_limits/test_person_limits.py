"""A limit of texts for one person: named at review, kept at release, and once more when sent."""

from datetime import timedelta

from sqlalchemy import select, update

from app.blasts.queries.audience import find_recipient, render_draft
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget, MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from tests.blasts.helpers import open_review, release_blasts, send_blast
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MAX, ZOE
from tests.sample_rows import add_member
from tests.sending_limits.claims import claim, prove, queue_reply, release_blast, set_limits

TOWN = BlastDraft("Hello", None, BlastTarget.COMMUNITY, None, "UTC")


def add_people(*phones):
    for phone in phones:
        add_member(phone)


def mark_sent(status="sent", **values):
    """Let what was claimed have been accepted."""
    with write():
        is_claimed = Message.status == "submitting"
        db.session.execute(update(Message).where(is_claimed).values(status=status, **values))


def read_reasons(draft=TOWN):
    return {text.phone: text.skip_reason for text in render_draft(draft).texts}


def list_reasons():
    rows = select(Message.phone, Message.reason).order_by(Message.id)
    return [tuple(row) for row in db.session.execute(rows)]


def test_review_rows_and_requests_skip_the_same_people(app, visit):
    with app.app_context():
        add_people(ZOE, LEO)
        set_limits(person_texts_a_day=1)
        release_blast()
        assert {text.phone for text in claim()} == {ZOE, LEO}
        mark_sent()
        add_people(MAX)
    page = open_review(visit, "sol")
    assert "Send to 1 person" in page.words
    assert "2 people skipped" in page.words
    assert "At the limit of texts a day" in page.words
    send_blast(visit, "sol", seen_count="1")
    release_blasts(app)
    with app.app_context():
        reasons = list_reasons()[2:]
        assert dict(reasons) == {ZOE: "day_limit", LEO: "day_limit", MAX: None}
        assert [text.phone for text in claim()] == [MAX]


def test_of_two_blasts_at_once_a_person_gets_one(shop):
    add_people(ZOE, LEO)
    release_blast("First")
    second = release_blast("Second")
    # Both were released before there was a limit.
    set_limits(person_texts_a_day=1)
    assert sorted(text.phone for text in claim()) == sorted([ZOE, LEO])
    reasons = [reason for _, reason in list_reasons()]
    assert reasons.count("day_limit") == 2
    assert db.session.get(type(second), second.id).status != "paused"


def test_a_reminder_beats_the_limit_and_counts(shop):
    add_people(ZOE)
    set_limits(person_texts_a_day=1)
    log = release_blast()
    claim()
    mark_sent()
    with write():
        # A reminder to somebody who had their text today, and a newsletter on the next day.
        db.session.execute(
            update(Message).where(Message.message_log_id == log.id).values(kind="reminder")
        )
    assert read_reasons() == {ZOE: SkipReason.DAY_LIMIT}
    with write() as session:
        row = {"phone": ZOE, "body": "Soon", "status": "queued", "message_log_id": None}
        session.add(Message(kind=MessageKind.REMINDER, **row))
    assert [text.phone for text in claim()] == [ZOE]


def test_answers_and_failures_do_not_count_and_waiting_texts_do(shop):
    add_people(ZOE, LEO, MAX)
    set_limits(person_texts_a_day=1)
    for phone in (ZOE, LEO, MAX):
        queue_reply(phone)
    claim()
    mark_sent()
    assert set(read_reasons().values()) == {None}
    release_blast()
    assert set(read_reasons().values()) == {SkipReason.DAY_LIMIT}
    claim()
    mark_sent("failed")
    assert set(read_reasons().values()) == {None}


def test_a_week_is_seven_days_and_a_scheduled_blast_is_judged_on_its_day(shop):
    add_people(ZOE)
    set_limits(person_texts_a_day=1, person_texts_a_week=1)
    release_blast()
    claim()
    mark_sent(submitted_at=now() - timedelta(days=3))
    assert read_reasons() == {ZOE: SkipReason.WEEK_LIMIT}
    for days, reason in ((3, SkipReason.WEEK_LIMIT), (4, None)):
        later = BlastDraft(
            "Hello", None, BlastTarget.COMMUNITY, None, "UTC", send_at=now() + timedelta(days=days)
        )
        assert read_reasons(later) == {ZOE: reason}


def test_the_texts_of_a_person_s_numbers_are_added_up(shop):
    add_people(ZOE, LEO)
    give_numbers(ZOE, MAX)
    set_limits(person_texts_a_day=1)
    log = release_blast()
    claim()
    with write():
        # Two numbers of one person, of which the other was texted.
        db.session.execute(update(Message).where(Message.phone == ZOE).values(phone=MAX))
    mark_sent()
    assert read_reasons()[ZOE] is SkipReason.DAY_LIMIT
    assert find_recipient(BlastTarget.COMMUNITY, None, None, 0) is None
    with write():
        session_row = {"phone": ZOE, "body": "Hi", "status": "queued", "message_log_id": log.id}
        db.session.add(Message(kind=MessageKind.BLAST, **session_row))
        prove(log.id)
    assert claim() == []
