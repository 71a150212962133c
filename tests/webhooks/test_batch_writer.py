"""Receipts that come while somebody writes share a commit, and nobody else's trouble."""

import threading

import pytest
from sqlalchemy import event

from app.core import db as kit
from app.core.db import WRITE_LOCK, WriteLockTimeout, db, write
from app.delivery.models import Message
from app.keywords.actions import keyword_rules
from app.webhooks.actions.batch_writer import BatchWriter
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.models import WebhookEvent
from app.webhooks.pipeline.inbound_parsing import parse_inbound_text
from app.webhooks.pipeline.inbound_pipeline import process_text_batch
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member
from tests.webhooks.calls import (
    ACCOUNT,
    OURS,
    armed_text,
    receipt,
    sid,
    status_of,
    verdicts,
)

BAD = "bad"


class Bad(Exception):
    pass


@pytest.fixture
def settled():
    """What was settled, in order; the rolled back too."""
    return []


@pytest.fixture
def together(settled, monkeypatch):
    """Settles words; one of them cannot be. A slow machine may take its time to queue them."""
    monkeypatch.setattr(kit, "LOCK_WAIT_SECONDS", 60)

    def settle(words):
        settled.extend(words)
        if BAD in words:
            raise Bad
        return [word.upper() for word in words]

    return BatchWriter(settle)


def submit_all(app, together, words):
    """Bring all of them while somebody else holds the lock; returns each one's result or
    trouble.
    """
    came: dict[str, object] = {}

    def work(word):
        with app.app_context():
            try:
                came[word] = together.submit(word)
            except Bad as trouble:
                came[word] = trouble

    WRITE_LOCK.acquire()
    threads = [threading.Thread(target=work, args=(word,)) for word in words]
    for n, each in enumerate(threads, 1):
        each.start()
        wait_until(lambda n=n: len(together._queue) == n, "it to queue")
    WRITE_LOCK.release()
    for each in threads:
        each.join(20)
    return came


def record_commits(app):
    """A list that grows with every commit."""
    seen = []
    with app.app_context():
        event.listen(db.engine, "commit", seen.append)
    return seen


def test_who_comes_alone_writes_at_once(app, together):
    commits = record_commits(app)
    with app.app_context():
        assert together.submit("one") == "ONE"
        assert together.submit("two") == "TWO"
    assert len(commits) == 2


def test_those_who_wait_share_a_commit_in_their_order(app, together, settled):
    commits = record_commits(app)
    assert submit_all(app, together, ["a", "b", "c", "d"]) == {
        "a": "A",
        "b": "B",
        "c": "C",
        "d": "D",
    }
    assert (settled, len(commits)) == (["a", "b", "c", "d"], 1)


def test_one_that_cannot_be_settled_harms_nobody_else(app, together):
    came = submit_all(app, together, ["a", BAD, "c"])
    assert (came["a"], came["c"]) == ("A", "C")
    assert isinstance(came[BAD], Bad)
    with app.app_context():
        assert together.submit("later") == "LATER"


def test_when_nobody_can_write_all_who_wait_are_told(app, together, settled, monkeypatch):
    monkeypatch.setattr(kit, "LOCK_WAIT_SECONDS", 0.5)
    came: list[object] = []

    def work():
        with app.app_context(), pytest.raises(WriteLockTimeout):
            together.submit("a")
        came.append("busy")

    WRITE_LOCK.acquire()
    threads = [threading.Thread(target=work) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    WRITE_LOCK.release()
    assert (came, settled) == (["busy"] * 5, [])
    with app.app_context():
        assert together.submit("later") == "LATER"


def test_a_crowd_is_all_stored_each_once(app, together, settled):
    words = [str(n) for n in range(200)]
    came = []

    def work(mine):
        with app.app_context():
            came.extend(together.submit(word) for word in mine)

    threads = [threading.Thread(target=work, args=(words[n::8],)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(came) == sorted(settled) == sorted(words)


def test_the_same_receipt_many_times_at_once_is_stored_once(twilio_app):
    message_id, ref = armed_text(twilio_app)
    threads = [
        threading.Thread(target=receipt, args=(twilio_app, ref, "delivered")) for _ in range(8)
    ]
    threads += [
        threading.Thread(target=receipt, args=(twilio_app, ref, "sent"), kwargs={"sid": sid(2)})
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert len(verdicts(twilio_app)) == 2
    assert status_of(twilio_app, message_id) == "delivered"


def parse_text(body, n, phone):
    """A text as it waits for the others."""
    fields = {
        "MessageSid": sid(n),
        "AccountSid": ACCOUNT,
        "From": phone,
        "To": OURS,
        "Body": body,
        "NumMedia": "0",
    }
    return parse_inbound_text(WebhookCall(fields, "twilio"))


def test_texts_that_are_taken_in_together_find_the_places_they_would_have_found_alone(
    app,
):
    with app.app_context():
        add_member(LEO, "Leo")
        with write():
            keyword_rules.create_keyword_rule(
                keyword_rules.KeywordInfo("HOURS", "Nine to five, {first_name|friend}."),
                [],
                "ada",
            )
        some = [
            parse_text("Hello", 1, ZOE),
            parse_text("hours", 2, LEO),
            parse_text("Hello", 1, ZOE),  # told again
            parse_text("remove me from your list", 3, ZOE),
            parse_text("see you", 4, MIA),
            parse_text("yes", 5, ZOE),  # brings back: her STOP came before
        ]
        with write():
            found = process_text_batch(some)
        assert found == ["stored", "keyword", "repeat", "opt_out", "stored", "return"]
        answers = db.select(Message.phone, Message.body).where(Message.kind == "keyword")
        assert db.session.execute(answers).all() == [(LEO, "Nine to five, Leo.")]
        assert db.session.scalars(db.select(WebhookEvent.verdict).order_by("id")).all() == [
            *("stored", "keyword"),
            *("opt_out", "stored"),
            "return",
        ]
        searched = (
            "SELECT body FROM inbox_search "
            "WHERE inbox_search MATCH 'nine OR hello OR remove' ORDER BY rowid"
        )
        assert db.session.execute(db.text(searched)).scalars().all()[:2] == [
            "Hello",
            "Nine to five, Leo.",
        ]
