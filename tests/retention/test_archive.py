"""Texts of finished years move into a file of their own; nothing is lost, doubled or forgotten."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.actions.text_archiving import move_texts
from app.delivery.archive_file import ArchiveUnusable, get_archive_file
from app.delivery.engine_models import Attempt
from app.delivery.last_text_models import LastText
from app.delivery.models import Message, MessageLog
from app.delivery.queries.archived_texts import count_archived_texts, list_archived_texts
from app.delivery.queries.blast_messages import get_blast_tally
from app.delivery.queries.resendable_messages import list_actionable_message_ids
from app.delivery.reply_models import BlastReply
from app.domain.delivery.message_statuses import MessageStatus
from app.inbox.models import Thread
from app.people.actions.archive_replay import replay_archive_erasures
from app.people.actions.person_erasure import erase_all_numbers, find_embedded_mentions
from app.retention.actions.archive_run import archive_year, find_pinned_texts
from tests import sample_rows
from tests.sample_people import LEO, ZOE

IN_2024 = datetime(2024, 5, 17, 12, tzinfo=UTC)
WORDS = "Zoe Hernandez, your cello is ready"


def never():
    return False


@pytest.fixture
def year(app):
    """A blast of 2024 to three people, single texts, and one text of today."""
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoe Hernandez")
        with write() as session:
            log = MessageLog(
                message_body="Hi",
                target="community",
                status="sent",
                total_recipients=3,
                success_count=2,
                failure_count=1,
                created_at=IN_2024,
            )
            session.add(log)
            session.flush()
            for phone, status in (
                (ZOE, "delivered"),
                (LEO, "failed"),
                ("+13035550177", "delivered"),
            ):
                session.add(_text(phone, WORDS, kind="blast", message_log_id=log.id, status=status))
            session.add(_text(ZOE, WORDS))
            session.add(_text(ZOE, "waits", status=MessageStatus.QUEUED))
            session.add(_text(ZOE, "today", created_at=now()))
            session.flush()
            first = session.query(Message).first()
            session.add(Attempt(message_id=first.id, n=1, ref="0" * 32, why=WORDS))
            log_id = log.id
        yield log_id


def _text(phone, body, **more):
    values = {"kind": "reply", "status": MessageStatus.DELIVERED, "created_at": IN_2024}
    return Message(phone=phone, body=body, name="Zoe Hernandez", **(values | more))


def database():
    return current_settings().database_path


def read_archive(statement):
    with closing(sqlite3.connect(get_archive_file(database(), 2024))) as archive:
        return archive.execute(statement).fetchall()


def list_bodies():
    db.session.rollback()
    return sorted(text.body for text in db.session.query(Message))


def test_a_year_moves_and_what_waits_stays(year):
    tally = get_blast_tally(year)
    assert archive_year(database(), 2024, never) == 4
    assert list_bodies() == ["today", "waits"]
    assert read_archive("SELECT count(*) FROM messages") == [(4,)]
    assert read_archive("SELECT count(*) FROM attempts") == [(1,)]
    assert get_archive_file(database(), 2024).stat().st_mode & 0o777 == 0o600
    assert get_blast_tally(year) == tally
    assert [(item.year, item.count) for item in count_archived_texts(database(), [ZOE])] == [
        (2024, 2)
    ]
    assert archive_year(database(), 2024, never) == 0


def test_when_somebody_was_texted_last_is_still_known(year):
    before = {row.phone: row.texted_at for row in db.session.query(LastText)}
    archive_year(database(), 2024, never)
    db.session.rollback()
    assert {row.phone: row.texted_at for row in db.session.query(LastText)} == before


def test_texts_that_others_point_at_stay(year):
    with write() as session:
        answered, last = session.query(Message).order_by(Message.id).limit(2)
        reply = _text(ZOE, "yes", direction="inbound", kind="inbound", status="received")
        session.add(reply)
        session.flush()
        session.add(Thread(phone=LEO, last_message_id=last.id))
        session.add(
            BlastReply(
                blast_message_id=answered.id,
                message_log_id=year,
                reply_id=reply.id,
                replied_at=IN_2024,
            )
        )
    archive_year(database(), 2024, never)
    assert list_bodies() == [WORDS, WORDS, "today", "waits", "yes"]


def test_nothing_of_an_archived_blast_is_sent_again(year):
    """The database no longer knows who got it."""
    assert len(list_actionable_message_ids(year, "failed")) == 1
    ids = [text.id for text in db.session.query(Message).filter_by(phone=ZOE, message_log_id=year)]
    move_texts(database(), 2024, ids, find_pinned_texts)
    assert list_actionable_message_ids(year, "failed") == []


def test_a_text_that_changed_since_it_was_copied_is_not_deleted(year, monkeypatch):
    from app.delivery.actions import text_archiving

    compare = text_archiving._compare_copy

    def change_after(*arguments):
        compare(*arguments)
        with write() as session:
            session.query(Message).filter_by(phone=LEO).update({"status": "undelivered"})

    monkeypatch.setattr(text_archiving, "_compare_copy", change_after)
    archive_year(database(), 2024, never)
    assert list_bodies() == [WORDS, "today", "waits"]
    # It is in both files, and shown once.
    assert list_archived_texts(database(), 2024, [LEO]) == []


def test_an_erasure_reaches_the_archive_and_is_obeyed_later_where_it_cannot_be(year):
    """K11, R17."""
    archive_year(database(), 2024, never)
    path = get_archive_file(database(), 2024)
    mentions = {ZOE: find_embedded_mentions(ZOE)}
    with write():
        erase_all_numbers(mentions, "ada", now())
    away = path.rename(path.with_suffix(".away"))
    assert replay_archive_erasures() == []
    path.write_bytes(b"no archive" * 1000)
    assert replay_archive_erasures() == [2024]
    away.rename(path)
    assert replay_archive_erasures() == []
    assert ZOE.encode() not in path.read_bytes()
    assert b"Hernandez" in path.read_bytes(), "Leo's text names her too: only his words do"
    assert len(read_archive("SELECT 1 FROM messages WHERE body = '[erased]'")) == 2


def test_a_damaged_archive_is_said_and_breaks_no_page(year, visit):
    archive_year(database(), 2024, never)
    page = visit.find_person_page(ZOE)
    assert "cello" in visit(f"{page}/archive/2024", "ada").text
    assert "2024" in visit(page, "ada").text
    assert "archive of 2024" in visit(f"/blasts/logs/{year}", "ada").text
    get_archive_file(database(), 2024).write_bytes(b"no archive" * 1000)
    assert "can’t be read" in visit(f"{page}/archive/2024", "ada").text
    assert "can’t be read now" in visit(page, "ada").text
    with pytest.raises(ArchiveUnusable):
        list_archived_texts(database(), 2024, [ZOE])
