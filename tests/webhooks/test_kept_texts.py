"""Texts that the database cannot take are kept beside it, and obeyed once it can be written."""

import sqlite3
import stat
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.core import db as kit
from app.core.db import db
from app.core.journal_file import RESERVED_BYTES, JournalFile, JournalFull
from app.webhooks.pipeline.kept_texts import get_journal, store_kept_texts
from tests.delivery.helpers import add_phones, start_blast, twilio_settings, wait_until_ended
from tests.sample_people import LEO, ZOE
from tests.twilio_server import TwilioServer
from tests.webhooks.calls import BASE, opted_out, sid, text, verdicts

NO_LIMIT = 2**30


@pytest.fixture
def journal(twilio_app):
    with twilio_app.app_context():
        journal = get_journal()
    journal.reserve()
    return journal


@contextmanager
def full_disk(app):
    """The database gets no page more, and has no room in those that it has."""
    full = [True]

    def limit(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if full[0] else NO_LIMIT}")
        if full[0] and connection.get_execution_options().get("write"):
            connection.exec_driver_sql("CREATE TABLE ballast AS SELECT zeroblob(9000000) AS weight")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "begin", limit)
    yield
    full[0] = False


# case R6 of the reliability cases
def test_a_stop_that_finds_a_full_disk_is_kept_and_obeyed_when_there_is_room(
    twilio_app, journal, caplog
):
    with full_disk(twilio_app):
        assert text(twilio_app, "Please stop texting me").status_code == 200
        assert text(twilio_app, "STOP", sid=sid(2), phone=LEO).status_code == 200
    assert not journal.is_empty
    assert (verdicts(twilio_app), opted_out(twilio_app)) == ([], {})
    assert "stop" not in caplog.text.replace("stopped", "").lower()
    assert ZOE not in caplog.text
    with twilio_app.app_context():
        assert store_kept_texts() == 2
    assert set(opted_out(twilio_app)) == {ZOE, LEO}
    assert journal.is_empty


def test_a_stop_that_finds_the_database_locked_comes_before_the_next_text(
    twilio_app, journal, monkeypatch
):
    """The next text stores what is kept first: START after STOP stays after it."""
    monkeypatch.setattr(kit, "LOCK_WAIT_SECONDS", 1)
    path = twilio_app.extensions["settings"].database_path
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert text(twilio_app, "STOP").status_code == 200
    other.close()
    assert opted_out(twilio_app) == {}
    assert text(twilio_app, "When is it?", sid=sid(2), phone=LEO).status_code == 200
    assert set(opted_out(twilio_app)) == {ZOE}
    assert verdicts(twilio_app)[0] == "opt_out"
    assert journal.is_empty


def test_a_text_is_stored_once_although_the_carrier_calls_again(twilio_app, journal):
    with full_disk(twilio_app):
        text(twilio_app, "STOP")
        text(twilio_app, "STOP")
    text(twilio_app, "STOP")
    with twilio_app.app_context():
        assert store_kept_texts() == 0
    assert verdicts(twilio_app) == ["opt_out"]


def test_half_a_line_is_left_out_and_the_others_are_stored(twilio_app, journal):
    journal.append(b'{"at": "2026-11-')
    with full_disk(twilio_app):
        text(twilio_app, "STOP")
    journal.append(b'{"at": 1, "params": []}')
    with twilio_app.app_context():
        assert store_kept_texts() == 1
    assert set(opted_out(twilio_app)) == {ZOE}


def test_when_even_the_journal_has_no_room_the_carrier_calls_again(twilio_app, journal):
    journal.max_bytes = 50
    with full_disk(twilio_app):
        answer = text(twilio_app, "STOP")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert journal.is_empty


def test_nothing_leaves_before_what_is_kept_is_stored(make_app, background):
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio, public_base_url=BASE))
        add_phones(app, ZOE, LEO)
        with full_disk(app):
            assert twilio.text_in(app, BASE, ZOE, "No more texts please") == 200
        scheduled = start_blast(app)
        background(app)
        wait_until_ended(app, scheduled)
        assert len(twilio.sent_to(LEO)) == 1
        assert ["opted out and" in sent.body for sent in twilio.sent_to(ZOE)] == [True]


def test_the_journal_is_its_owners_and_takes_its_room_in_advance(tmp_path):
    journal = JournalFile(tmp_path / "sms.db.inbound")
    assert journal.is_empty
    journal.reserve()
    status = journal.path.stat()
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_size == RESERVED_BYTES
    assert status.st_blocks * 512 >= RESERVED_BYTES, "a hole is no room"
    assert journal.is_empty


def test_lines_that_are_appended_while_others_are_stored_stay(tmp_path):
    journal, other = (JournalFile(tmp_path / "j") for _ in range(2))
    journal.append(b"one")
    lines, read_bytes = journal.read_lines()
    other.append(b"two")
    assert lines == [b"one"]
    assert not journal.clear(read_bytes)
    lines, read_bytes = journal.read_lines()
    assert lines == [b"one", b"two"]
    assert journal.clear(read_bytes)
    assert other.is_empty
    journal.max_bytes = 10
    with pytest.raises(JournalFull):
        journal.append(b"12345678901")
    assert journal.is_empty
