"""One row that cannot be read or sent is set aside with a name, and never stops the others."""

import sqlite3
from contextlib import closing
from functools import partial

import pytest

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.row_inspection import set_aside_unreadable_rows
from app.delivery.alert_models import Alert
from app.delivery.models import MessageLog
from app.delivery.queries.heartbeat import ENGINE_TROUBLE_KEY
from app.delivery.scheduled_models import ScheduledMessage
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from tests.delivery.helpers import (
    add_phones,
    get_log,
    get_schedule,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import make_phone
from tests.sending_limits.claims import set_limits
from tests.visit import Visitor

BAD_UTF8 = b"Hello \xff\xfe"
# column of a queued message: what stands in it, as SQL and its value
BROKEN_MESSAGES = {
    "a text that is no UTF-8": ("body = CAST(? AS TEXT)", BAD_UTF8),
    "a text of bytes": ("body = ?", b"\x00\x01\x02"),
    "half a surrogate pair": ("body = CAST(? AS TEXT)", b"\xed\xa0\x80"),
    "an empty text": ("body = ?", ""),
    "a text of a million characters": ("body = ?", "x" * 1_000_000),
    "no number": ("phone = ?", "nobody"),
    "a number of bytes": ("phone = ?", b"+13035550142"),
    "parts that are a word": ("segments = ?", "many"),
    "a milliard parts": ("segments = ?", 10**9),
    "parts below one": ("segments = ?", -5),
    "tries that are a word": ("attempts = ?", "often"),
    "tries before there were any": ("attempts = ?", -3),
    "a kind of bytes": ("kind = ?", b"blast"),
    "an unknown carrier": ("carrier = ?", "pigeon"),
    "a time that is no time": ("not_after = ?", b"soon"),
}
BROKEN_SCHEDULES = {
    "a time that is no time": ("scheduled_at = ?", "0000-soon"),
    "a time of bytes": ("scheduled_at = ?", b"2026"),
    "a time after all others": ("scheduled_at = ?", "zzz"),
    "a text that is no UTF-8": ("message_body = CAST(? AS TEXT)", BAD_UTF8),
    "an unknown audience": ("target = ?", "everybody"),
    "an unknown state": ("status = ?", "perhaps"),
    "an end that is no time": ("not_after = ?", "never"),
    "a footer of bytes": ("footer = ?", b"\xff"),
}
BROKEN_LOGS = {
    "an end that is no time": ("not_after = ?", "never"),
    "an end of bytes": ("not_after = ?", b"\xff"),
    "a text that is no UTF-8": ("message_body = CAST(? AS TEXT)", BAD_UTF8),
    "an unknown state": ("status = ?", "perhaps"),
    "an unknown audience": ("target = ?", "everybody"),
}


def spoil(app, table, what, where, *values):
    """Write into the file as a hand or a damaged disk would: no CHECK, no foreign key."""
    path = app.extensions["settings"].database_path
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(f"UPDATE {table} SET {what} WHERE {where}", values).rowcount == 1


def release(app):
    """Make the rows of what is due, without an engine that sends them."""
    with app.app_context():
        release_due_blasts()


def list_alert_events(app):
    with app.app_context():
        return [row.event for row in db.session.scalars(db.select(Alert))]


def test_messages_that_cannot_be_sent_fail_and_the_others_leave(sending_app, twilio, background):
    """R18: the blast ends, its page can be read, and an admin is told once."""
    phones = [make_phone(number) for number in range(len(BROKEN_MESSAGES))]
    add_phones(sending_app, ZOE, *phones, MIA)
    blast_id = start_blast(sending_app)
    release(sending_app)
    for phone, broken in zip(phones, BROKEN_MESSAGES.values(), strict=True):
        spoil(sending_app, "messages", broken[0], "phone = ?", broken[1], phone)
    background(sending_app)
    log = wait_until_ended(sending_app, blast_id, 60)
    assert sorted(request.to for request in twilio.requests) == sorted([ZOE, MIA])
    rows = list_messages(sending_app, log.id)
    stopped = [row for row in rows if row.status != "accepted"]
    assert len(stopped) == len(BROKEN_MESSAGES)
    # Nobody sends for an unknown carrier: who takes the lead cancels what is another carrier's.
    failed = [row for row in stopped if row.reason != "other_carrier"]
    assert len(failed) >= len(stopped) - 1
    assert {row.status.value for row in failed} == {"failed"}
    assert all("cannot be" in row.error_message for row in failed)
    assert list_alert_events(sending_app) == ["texts.set_aside"]
    visit = Visitor(sending_app)
    for address in ("", "?show=failed", "/export"):
        assert visit(f"/blasts/logs/{log.id}{address}", "ada").status_code == 200


def test_a_try_that_is_numbered_twice_stops_only_its_own_text(sending_app, twilio, background):
    """R18: the second attempt of a text is there already, and the first is not counted."""
    add_phones(sending_app, ZOE, LEO)
    blast_id = start_blast(sending_app)
    release(sending_app)
    path = sending_app.extensions["settings"].database_path
    with closing(sqlite3.connect(path)) as connection, connection:
        (leo,) = connection.execute("SELECT id FROM messages WHERE phone = ?", (LEO,)).fetchone()
        connection.execute(
            "INSERT INTO attempts (message_id, n, ref) VALUES (?, 1, ?)", (leo, "a" * 32)
        )
    background(sending_app)
    log = wait_until_ended(sending_app, blast_id)
    assert [request.to for request in twilio.requests] == [ZOE]
    assert sorted(row.status.value for row in list_messages(sending_app, log.id)) == [
        "accepted",
        "failed",
    ]


def test_scheduled_blasts_that_cannot_be_read_fail_and_the_others_leave(
    sending_app, twilio, background
):
    """R18: at the latest with the look through the rows, every minute and at the start."""
    add_phones(sending_app, ZOE)
    ids = [start_blast(sending_app, "bad") for _ in BROKEN_SCHEDULES]
    good = start_blast(sending_app, "good")
    for blast_id, (what, value) in zip(ids, BROKEN_SCHEDULES.values(), strict=True):
        spoil(sending_app, "scheduled_messages", what, "id = ?", value, blast_id)
    background(sending_app)
    wait_until_ended(sending_app, good)
    wait_until(lambda: all(_is_failed(sending_app, row_id) for row_id in ids), "them to fail", 60)
    assert [request.body for request in twilio.requests] == ["good"]
    visit = Visitor(sending_app)
    for address in ("/", "/blasts/scheduled", *(f"/blasts/scheduled/{row_id}" for row_id in ids)):
        assert visit(address, "ada").status_code == 200
    assert "cannot be read" in get_schedule(sending_app, ids[0]).error_message
    assert set(list_alert_events(sending_app)) == {"texts.set_aside"}


def _is_failed(app, scheduled_id):
    with app.app_context():
        status = db.select(db.cast(ScheduledMessage.status, db.Text))
        row = status.where(ScheduledMessage.id == scheduled_id)
        return db.session.scalar(row) == "failed"


def test_blasts_whose_row_cannot_be_read_are_paused_and_the_other_goes_on(
    sending_app, twilio, background
):
    add_phones(sending_app, ZOE)
    ids = [start_blast(sending_app, "bad") for _ in BROKEN_LOGS]
    good = start_blast(sending_app, "good")
    release(sending_app)
    log_ids = [get_log(sending_app, blast_id).id for blast_id in ids]
    for log_id, (what, value) in zip(log_ids, BROKEN_LOGS.values(), strict=True):
        spoil(sending_app, "message_logs", what, "id = ?", value, log_id)
    background(sending_app)
    wait_until_ended(sending_app, good)
    wait_until(lambda: all(map(partial(is_dealt_with, sending_app), log_ids)), "all of them", 60)
    assert "good" in [request.body for request in twilio.requests]
    assert set(list_alert_events(sending_app)) == {"texts.set_aside"}
    visit = Visitor(sending_app)
    for address in ("/", "/blasts/logs", *(f"/blasts/logs/{log_id}" for log_id in log_ids)):
        assert visit(address, "ada").status_code == 200


def is_dealt_with(app, log_id):
    """Whether the blast is paused with the reason, or was so readable that it has ended."""
    with app.app_context():
        columns = (MessageLog.status, MessageLog.pause_reason)
        row = db.session.execute(
            db.select(*(db.cast(column, db.Text) for column in columns)).where(
                MessageLog.id == log_id
            )
        ).one()
    return row[0] == "sent" or (row[0] == "paused" and "could not be read" in row[1])


def test_a_sender_whose_state_cannot_be_read_sends_all_the_same(sending_app, twilio, background):
    add_phones(sending_app, ZOE)
    path = sending_app.extensions["settings"].database_path
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO sender_health (sender, carrier, share, slowed_at, hold_until)"
            " VALUES ('+13035550100', 'twilio', 'half', 'once', 'later')"
        )
    background(sending_app)
    wait_until_ended(sending_app, start_blast(sending_app))
    assert len(twilio.requests) == 1


def test_texts_that_no_engine_would_send_are_told_of(sending_app):
    """Their blast has ended, or there is none: they waited for ever, and nobody knew."""
    add_phones(sending_app, ZOE, LEO)
    ended, lost = start_blast(sending_app, "one"), start_blast(sending_app, "two")
    release(sending_app)
    ended_id, lost_id = get_log(sending_app, ended).id, get_log(sending_app, lost).id
    spoil(sending_app, "message_logs", "status = 'sent'", "id = ?", ended_id)
    path = sending_app.extensions["settings"].database_path
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE scheduled_messages SET message_log_id = NULL")
        connection.execute("DELETE FROM message_logs WHERE id = ?", (lost_id,))
    with sending_app.app_context():
        assert set_aside_unreadable_rows(now()) == 2
        assert set_aside_unreadable_rows(now(), reads_queue=True) == 2
        assert set_aside_unreadable_rows(now(), reads_queue=True) == 0
    assert {row.status.value for row in list_messages(sending_app)} == {"failed"}


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE sending_limits SET texts_a_day = 'many'",
        "UPDATE sending_limits SET budget_a_month = 'much'",
        "INSERT INTO sending_totals VALUES (date('now'), 'twilio', '0.05', 'many', 1)",
        "INSERT INTO blackout_days (day, name) VALUES ('soon', 'No texts')",
    ],
)
def test_limits_and_hours_that_cannot_be_read_make_texts_wait_and_fail_none(
    sending_app, twilio, background, broken
):
    """It is no text's fault: set aside one by one, all of them would be lost."""
    with sending_app.app_context():
        set_limits(day_limit_rule="fixed", texts_a_day=1000, budget_a_month=40)
        with write():
            create_default_hours().mode = TextingHoursMode.OFF
    add_phones(sending_app, ZOE, LEO)
    blast_id = start_blast(sending_app)
    with sending_app.app_context():
        assert release_due_blasts() == 1
    path = sending_app.extensions["settings"].database_path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        connection.execute(broken)
        connection.commit()
    background(sending_app)
    extensions = sending_app.extensions
    wait_until(lambda: "texts wait" in extensions.get(ENGINE_TROUBLE_KEY, ""), "the banner")
    assert {row.status for row in list_messages(sending_app)} == {"queued"}
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA ignore_check_constraints = 1; UPDATE sending_limits SET texts_a_day = 1000, "
            "budget_a_month = NULL; DELETE FROM sending_totals; DELETE FROM blackout_days;"
        )
    wait_until_ended(sending_app, blast_id)
    assert len(twilio.requests) == 2
