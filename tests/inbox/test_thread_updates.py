"""Threads as texts come and go: one a number, open again with every text, found by their words."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import literal

from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db, write
from app.delivery.models import Message
from app.inbox.actions import conversation_status, thread_updates
from app.inbox.models import Thread
from app.inbox.queries.threads import select_is_silenced
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_inbound_text

SEARCH = db.text("SELECT rowid FROM inbox_search WHERE inbox_search MATCH :words ORDER BY rowid")


def search_message_ids(words):
    return list(db.session.scalars(SEARCH, {"words": words}))


def load_thread(thread_id):
    return db.session.get(Thread, thread_id, populate_existing=True)


def queue_text(phone, body, kind="reply"):
    with write() as session:
        values = {
            "kind": kind,
            "phone": phone,
            "body": body,
            "status": "queued",
            "created_at": now(),
        }
        session.add(message := Message(**values))
    return message.id


def test_whoever_writes_twice_has_one_thread_with_two_unread_texts(shop):
    first, second = add_inbound_text(ZOE, "Hello"), add_inbound_text(ZOE, "Anybody there?")
    assert first == second
    thread = load_thread(first)
    assert (thread.unread, thread.needs_reply, thread.why) == (2, True, None)
    assert db.session.get(Message, thread.last_message_id).body == "Anybody there?"


def test_what_a_machine_took_is_not_unread_and_needs_nobody_but_opens_what_was_done(
    shop,
):
    thread_id = add_inbound_text(ZOE, "Hello")
    with write():
        conversation_status.mark_thread_done(thread_id, "ada", now())
    add_inbound_text(ZOE, "PICNIC", needs_reply=False)
    thread = load_thread(thread_id)
    assert (thread.unread, thread.needs_reply, thread.done_at, thread.done_by) == (
        0,
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        (("flood", True), ("unclear", True), "unclear"),
        (("maybe_stop", True), (None, True), "maybe_stop"),
        (("maybe_stop", True), ("flood", True), "maybe_stop"),
        (("unclear", True), (None, True), "unclear"),
        (("unclear", True), (None, False), "unclear"),
        ((None, True), ("maybe_stop", True), "maybe_stop"),
    ],
)
def test_the_reason_that_weighs_more_stays(shop, one, two, why):
    for reason, needs in (one, two):
        thread_id = add_inbound_text(ZOE, "Hm", needs_reply=needs, why=reason)
    assert load_thread(thread_id).why == why


def test_what_is_written_to_somebody_brings_the_thread_that_is_there_to_the_top(shop):
    zoe, leo = (
        add_inbound_text(ZOE, "Hi", at=now() - timedelta(hours=2)),
        add_inbound_text(LEO, "Hi", at=now() - timedelta(hours=1)),
    )
    answer = queue_text(ZOE, "Hello Zoë")
    with write():
        thread_updates.record_outbound_text(ZOE, answer, "Hello Zoë", now())
        thread_updates.record_outbound_text("+13035550199", text_id := answer, "Hello Zoë", now())
    assert load_thread(zoe).last_at > load_thread(leo).last_at
    assert load_thread(zoe).last_message_id == text_id
    assert db.session.scalar(db.select(db.func.count()).select_from(Thread)) == 2


def test_two_texts_at_once_make_one_thread(app):
    go = threading.Barrier(2)

    def come(body):
        with app.app_context():
            go.wait()
            add_inbound_text(ZOE, body)
            db.session.remove()

    crowd = [threading.Thread(target=come, args=(f"Text {n}",)) for n in range(2)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    with app.app_context():
        assert [thread.unread for thread in db.session.scalars(db.select(Thread))] == [2]


def is_silenced(phone, moment):
    """Whether automatic replies to a phone are silenced, as the reply queueing asks it."""
    condition = select_is_silenced(phone, literal(moment, UtcDateTime()))
    return db.session.scalar(db.select(condition))


def test_silence_holds_until_its_moment(shop):
    add_inbound_text(ZOE, "Hi")
    moment = now()
    with write():
        assert not is_silenced(ZOE, moment)
        thread_updates.silence_auto_replies(ZOE, moment + timedelta(minutes=10))
        assert is_silenced(ZOE, moment + timedelta(minutes=9))
        assert not is_silenced(ZOE, moment + timedelta(minutes=10))
        assert not is_silenced(LEO, moment)


def test_texts_are_found_by_words_without_their_accents_and_by_how_words_begin(shop):
    thread_id = add_inbound_text(ZOE, "¿Dónde está el Jardín?")
    message = load_thread(thread_id).last_message_id
    assert search_message_ids("donde") == search_message_ids('"jard"*') == [message]
    assert search_message_ids("garden") == []


def test_rows_of_a_blast_are_not_searched_and_answers_are(shop):
    add_inbound_text(ZOE, "Hi")
    with write() as session:
        session.execute(
            db.text(
                "INSERT INTO message_logs (id, message_body, target, status) "
                "VALUES (1, '', 'event', 'sent')"
            )
        )
        session.add(
            Message(
                kind="blast",
                phone=ZOE,
                body="picnic blast",
                status="queued",
                message_log_id=1,
            )
        )
    answer = queue_text(ZOE, "the picnic answer")
    with write():
        thread_updates.record_outbound_text(ZOE, answer, "the picnic answer", now())
    assert search_message_ids("picnic") == [answer]


def test_a_changed_or_deleted_text_is_found_as_it_is_now(shop):
    """What erasing somebody relies on: after it no word of theirs is found."""
    message = load_thread(add_inbound_text(ZOE, "my secret garden")).last_message_id
    with write() as session:
        session.execute(db.update(Message).where(Message.id == message).values(body="erased"))
    assert (search_message_ids("secret"), search_message_ids("erased")) == ([], [message])
    with write() as session:
        session.execute(db.delete(Message).where(Message.id == message))
    assert search_message_ids("erased") == []
