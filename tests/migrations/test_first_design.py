"""0015_as_first_designed: the tables and classes that the first design described."""

import contextlib
import sqlite3

import pytest

from app.accounts.models import AppUser
from app.core.db import write
from app.core.settings import current_settings
from app.events.models import Event, EventRegistration
from app.inbox.models import SavedReply
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from app.suppression.models import SuppressedContact, SuppressionCategory
from app.surveys.models import SurveyFlow
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

BEFORE = 14
OLD = "2020-01-01 00:00:00.000000"


@pytest.fixture
def old_database(tmp_path):
    """A database before 0015, with Ada signed in and a saved reply."""
    path = tmp_path / "sms.db"
    make_database(path, BEFORE)
    run_sql(
        path,
        "INSERT INTO users (username, password_hash) VALUES ('ada', 'x')",
        "INSERT INTO sessions (user_id, token_hash, session_key, ends_at) "
        f"VALUES (1, 't', 'k', '{OLD}')",
        f"INSERT INTO saved_replies (title, body, updated_at) VALUES ('Thanks', 'Hi', '{OLD}')",
    )
    return path


def test_the_users_keep_their_sessions_and_may_have_longer_roles(old_database):
    migrate_database(old_database, QUIET, find_migrations()[: BEFORE + 1])
    assert run_sql(old_database, "SELECT username, role FROM users") == [("ada", "admin")]
    assert run_sql(old_database, "SELECT user_id FROM sessions") == [(1,)]
    assert run_sql(old_database, "PRAGMA foreign_key_check") == []
    assert AppUser.__table__.c.role.type.length == 30
    revert_migration(old_database, BEFORE + 1, QUIET)
    assert run_sql(old_database, "SELECT user_id FROM sessions") == [(1,)]


def test_texts_of_reminders_are_called_so_and_go_back_as_a_blasts(old_database):
    """Back at version 4 and up again, the search would have taken their words in."""
    log = "INSERT INTO message_logs (message_body, target) VALUES ('Hi', 'event')"
    text = (
        "INSERT INTO messages (direction, kind, phone, sender, body, status, carrier, segments, "
        "encoding, message_log_id) VALUES ('outbound', 'blast', '+13035550142', '', 'Hi', 'sent', "
        "'sandbox', 1, 'GSM-7', {})"
    )
    run_sql(
        old_database,
        "INSERT INTO events (title) VALUES ('Picnic')",
        "INSERT INTO event_reminders (event_id, days, time_of_day, body, is_on) "
        "VALUES (1, -1, '10:00', 'Hi', 1)",
        log,
        log,
        "INSERT INTO scheduled_messages (message_body, target, event_id, scheduled_at, timezone, "
        "message_log_id, event_reminder_id) "
        f"VALUES ('Hi', 'event', 1, '{OLD}', 'UTC', 1, 1)",
        text.format(1),
        text.format(2),
    )
    kinds = "SELECT kind FROM messages ORDER BY id"
    migrate_database(old_database, QUIET, find_migrations()[: BEFORE + 1])
    assert run_sql(old_database, kinds) == [("reminder",), ("blast",)]
    for version in range(BEFORE + 1, 4, -1):
        revert_migration(old_database, version, QUIET)
    assert run_sql(old_database, kinds) == [("blast",), ("blast",)]
    migrate_database(old_database, QUIET, find_migrations()[: BEFORE + 1])
    assert run_sql(old_database, kinds) == [("reminder",), ("blast",)]
    assert run_sql(old_database, "SELECT count(*) FROM inbox_search") == [(0,)]


def test_whoever_changes_a_row_the_database_writes_when(old_database):
    migrate_database(old_database, QUIET, find_migrations()[: BEFORE + 1])
    run_sql(old_database, "UPDATE saved_replies SET body = 'Hello'")
    ((changed,),) = run_sql(old_database, "SELECT updated_at FROM saved_replies")
    assert changed > OLD
    assert len(changed) == len(OLD)


def test_counting_is_no_change(shop):
    with write() as session:
        session.add(SurveyFlow(name="Picnic", trigger_keyword="PICNIC", questions_json="[]"))
        session.add(SavedReply(title="Thanks", body="Hi"))
    with contextlib.closing(sqlite3.connect(current_settings().database_path)) as connection:
        connection.execute("UPDATE survey_flows SET updated_at = ?", (OLD,))
        connection.execute("UPDATE survey_flows SET start_count = start_count + 1")
        (updated_at,) = connection.execute("SELECT updated_at FROM survey_flows").fetchone()
    assert updated_at == OLD


def test_an_event_knows_its_registrations_and_they_go_with_it(shop):
    with write() as session:
        picnic = Event(title="Picnic")
        picnic.registrations = [EventRegistration(phone="+13035550100", name="Zoe")]
        session.add(picnic)
    assert [person.name for person in picnic.registrations] == ["Zoe"]
    with write() as session:
        session.delete(picnic)
    assert run_sql(current_settings().database_path, "SELECT * FROM event_registrations") == []


def test_a_suppressed_number_is_stored_in_its_one_spelling():
    row = SuppressedContact(phone="+54 11 2345 6789", category=SuppressionCategory.HARD_FAIL)
    assert row.phone == "+5491123456789"
