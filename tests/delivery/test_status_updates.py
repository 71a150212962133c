"""The one door for news of a text: by rank, about the newest attempt, and what it proves about
its blast.
"""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_status_updates import (
    StatusUpdate,
    apply_status_update,
)
from app.delivery.engine_models import Attempt
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import MessageStatus

ZOE = "+13035550142"
SID, OTHER_SID = "SM" + "1" * 32, "SM" + "2" * 32


@pytest.fixture
def text(shop):
    """Call `text(status, attempts, **log)`: one text of a blast in that state, and the ids
    (text, attempt, log).
    """

    def make(status, tries=1, left_ago=60, **more):
        with write() as session:
            log = MessageLog(
                message_body="Hello",
                target="community",
                status="processing",
                total_recipients=1,
                **more,
            )
            session.add(log)
            session.flush()
            left = now() - timedelta(seconds=left_ago)
            row = Message(
                kind="blast",
                phone=ZOE,
                body="Hello",
                status=status,
                message_log_id=log.id,
                attempts=tries,
            )
            row.submitted_at = left
            session.add(row)
            session.flush()
            for number in range(1, tries + 1):
                session.add(
                    Attempt(
                        message_id=row.id,
                        n=number,
                        ref=f"{number:032x}",
                        started_at=left,
                    )
                )
            session.flush()
            first = session.scalar(db.select(Attempt.id).where(Attempt.n == 1))
        return row.id, first, log.id

    return make


def news(text_id, attempt_id, status, **more):
    with write():
        return apply_status_update(
            StatusUpdate(text_id, attempt_id, status, "delivery", **more), now()
        )


def state(text_id):
    return db.session.get(Message, text_id, populate_existing=True).status


def proven(log_id):
    return db.session.get(MessageLog, log_id, populate_existing=True).proven


def test_news_applies_only_upwards(text):
    zoe, attempt, _ = text("submitting")
    assert news(zoe, attempt, MessageStatus.SENT)
    assert not news(zoe, attempt, MessageStatus.ACCEPTED)
    assert news(zoe, attempt, MessageStatus.DELIVERED)
    assert not news(zoe, attempt, MessageStatus.UNDELIVERED, code=30008)
    assert state(zoe) == "delivered"


def test_that_an_older_attempt_failed_says_nothing_about_the_newest(text):
    zoe, first, _ = text("queued", tries=1)
    with write() as session:  # a person sent it again: the second attempt is on the wire
        session.get(Message, zoe).attempts = 2
    assert not news(zoe, first, MessageStatus.UNDELIVERED, code=30008, attempt_number=1)
    assert state(zoe) == "queued"


def test_that_an_older_attempt_arrived_keeps_the_newest_from_leaving(text):
    zoe, first, _ = text("queued", tries=2)
    assert news(zoe, first, MessageStatus.DELIVERED, sid=SID, attempt_number=1)
    assert state(zoe) == "delivered"


def test_a_text_that_left_before_the_resume_proves_nothing_about_the_blast(text):
    zoe, attempt, log = text("submitting", left_ago=60, resumed_at=now() - timedelta(seconds=30))
    assert news(zoe, attempt, MessageStatus.DELIVERED, sid=SID)
    assert not proven(log)


def test_a_text_that_was_taken_since_the_resume_proves_the_blast(text):
    zoe, attempt, log = text("submitting", left_ago=10, resumed_at=now() - timedelta(seconds=30))
    assert news(zoe, attempt, MessageStatus.ACCEPTED, sid=SID)
    assert proven(log)


def test_the_first_name_of_a_text_stays(text):
    zoe, attempt, _ = text("submitting")
    news(zoe, attempt, MessageStatus.ACCEPTED, sid=SID)
    news(zoe, attempt, MessageStatus.SENT, sid=OTHER_SID)
    assert db.session.get(Message, zoe, populate_existing=True).provider_sid == SID


def test_a_second_name_of_one_request_is_kept_and_said(text, caplog):
    zoe, attempt, _ = text("submitting")
    news(zoe, attempt, MessageStatus.SENT, sid=SID)
    news(zoe, attempt, MessageStatus.DELIVERED, sid=SID)
    assert "second name" not in caplog.text
    news(zoe, attempt, MessageStatus.ACCEPTED, sid=OTHER_SID)
    row = db.session.get(Attempt, attempt, populate_existing=True)
    assert (row.provider_sid, row.why) == (SID, f"a second name: {OTHER_SID}")
    assert f"attempt {attempt} a second name" in caplog.text
