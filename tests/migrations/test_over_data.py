"""Each migration after the first (0001_first_tables) runs over a database with data in it, and
can be taken back (M6).
"""

import contextlib
import sqlite3

import pytest

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


@pytest.fixture
def before(tmp_path):
    """A database as it was before a version: `before(2)` has what 0001_first_tables made."""
    path = tmp_path / "sms.db"

    def make(version):
        make_database(path, version - 1)
        return path

    return make


def migrate_to(path, version):
    """Apply the migrations up to this one.

    The way from the newest version back to each is tests/migrations/test_head_and_back.py.
    """
    migrate_database(path, QUIET, find_migrations()[:version])


TEXT = (
    "INSERT INTO messages (direction, kind, phone, body, status, created_at) "
    "VALUES ('outbound', 'reply', ?, 'Hello', ?, datetime('now', ?))"
)


def test_0002_doubt_and_faults_looks_up_what_is_in_doubt_and_not_too_old(before):
    path = before(2)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for number, (status, age) in enumerate(
            [
                ("unknown", "-1 hour"),
                ("accepted", "-2 days"),
                ("delivered", "-1 hour"),
                ("unknown", "-9 days"),
            ]
        ):
            connection.execute(TEXT, (f"+1303555010{number}", status, age))
        connection.commit()
    migrate_to(path, 2)
    found = run_sql(
        path,
        "SELECT status, look_up_at IS NOT NULL, lookups, left_at FROM messages ORDER BY id",
    )
    assert found == [
        ("unknown", 1, 0, None),
        ("accepted", 1, 0, None),
        ("delivered", 0, 0, None),
        ("unknown", 0, 0, None),
    ]
    soon = run_sql(
        path,
        "SELECT count(*) FROM messages WHERE look_up_at > datetime('now') AND "
        "length(look_up_at) = 26",
    )
    assert soon == [(2,)]
    revert_migration(path, 2, QUIET)
    assert run_sql(path, "SELECT status FROM messages ORDER BY id") == [(row[0],) for row in found]


def test_0003_quicker_counting_counts_as_before(before):
    path = before(3)
    log = (
        "INSERT INTO message_logs (message_body, target, total_recipients) VALUES ('Hello', "
        "'community', 2)"
    )
    row = (
        "INSERT INTO messages (direction, kind, phone, body, status, message_log_id) "
        "VALUES ('outbound', 'blast', ?, '', ?, 1)"
    )
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(log)
        connection.execute(row, ("+13035550101", "submitting"))
        connection.execute(row, ("+13035550102", "submitting"))
        connection.commit()
    counts = "SELECT success_count, failure_count FROM message_logs"
    migrate_to(path, 3)
    steps = [
        ("accepted", 1, (1, 0)),
        ("undelivered", 2, (1, 1)),
        ("delivered", 1, (1, 1)),
        ("delivered", 2, (2, 0)),
    ]
    for status, number, counted in steps:
        assert run_sql(
            path, f"UPDATE messages SET status = '{status}' WHERE id = {number}", counts
        ) == [counted]
    revert_migration(path, 3, QUIET)
    assert run_sql(path, "UPDATE messages SET status = 'failed' WHERE id = 1", counts) == [(1, 1)]


def test_0004_people_and_events_writes_the_opt_outs_there_are_into_the_ledger(before):
    path = before(4)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        columns, on = "phone, source, reason, created_at", "2026-01-02 03:04:05"
        add = f"INSERT INTO unsubscribed_contacts ({columns}) VALUES (?, ?, ?, '{on}')"
        connection.execute(add, ("+13035550101", "inbound", "Texted: STOP"))
        connection.execute(add, ("+13035550102", "message_failure", None))
        connection.execute("INSERT INTO events (title) VALUES ('Picnic')")
        connection.commit()
    migrate_to(path, 4)
    ledger = run_sql(
        path, "SELECT phone, act, method, evidence, at FROM consent_events ORDER BY id"
    )
    assert ledger == [
        ("+13035550101", "withdrawn", "stop", "Texted: STOP", "2026-01-02 03:04:05"),
        ("+13035550102", "withdrawn", "carrier", None, "2026-01-02 03:04:05"),
    ]
    assert run_sql(path, "SELECT title, place FROM events") == [("Picnic", None)]
    revert_migration(path, 4, QUIET)
    assert run_sql(path, "SELECT count(*) FROM unsubscribed_contacts") == [(2,)]


def test_0005_people_answer_makes_the_keywords_of_surveys_trigger_words(before):
    path = before(5)
    survey = (
        "INSERT INTO survey_flows (name, trigger_keyword, questions_json) VALUES (?, ?, '[\"How"
        " many?\"]')"
    )
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(survey, ("Picnic", "PICNIC"))
        connection.commit()
    migrate_to(path, 5)
    words = "SELECT word, survey_id, keyword_rule_id FROM trigger_words ORDER BY word"
    assert run_sql(path, words) == [("PICNIC", 1, None)]
    run_sql(path, "UPDATE survey_flows SET trigger_keyword = 'LUNCH'", "SELECT 1")
    run_sql(path, "INSERT INTO keyword_rules (keyword) VALUES ('PICNIC')", "SELECT 1")
    assert run_sql(path, words) == [("LUNCH", 1, None), ("PICNIC", None, 1)]
    with pytest.raises(sqlite3.IntegrityError, match="trigger_words"):
        run_sql(path, "UPDATE keyword_rules SET keyword = 'LUNCH'", "SELECT 1")
    revert_migration(path, 5, QUIET)
    assert run_sql(path, "SELECT trigger_keyword FROM survey_flows") == [("LUNCH",)]


def test_0006_lists_in_order_makes_its_indexes_and_puts_the_former_ones_back(before):
    path = before(6)
    indexes = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE "
        "'%_contacts' ORDER BY name"
    )
    former = run_sql(path, indexes)
    migrate_to(path, 6)
    assert len(run_sql(path, indexes)) == len(former) + 6
    revert_migration(path, 6, QUIET)
    assert run_sql(path, indexes) == former


MEMBER = "INSERT INTO community_members (name, phone) VALUES (?, ?)"
DECOMPOSED = "Jose\u0301 Pen\u0303a"


def execute_rows(path, *rows):
    """Execute (statement, values) in one transaction."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement, values in rows:
            connection.execute(statement, values)
        connection.commit()


def test_0012_folded_names_composes_names_and_fills_their_folded_form(before):
    path = before(12)
    opt_out = "INSERT INTO unsubscribed_contacts (name, phone) VALUES (?, ?)"
    execute_rows(
        path,
        (MEMBER, (DECOMPOSED, "+13035550142")),
        (MEMBER, (None, "+13035550143")),
        (opt_out, ("Łukasz O’Brien", "+13035550144")),
    )
    migrate_database(path, QUIET, find_migrations()[:12])
    names = "SELECT name, folded_name FROM {}"
    assert run_sql(path, names.format("community_members")) == [
        ("José Peña", "jose pena"),
        (None, None),
    ]
    assert run_sql(path, names.format("unsubscribed_contacts")) == [
        ("Łukasz O’Brien", "lukasz obrien")
    ]
    found = "SELECT rowid FROM community_search WHERE community_search MATCH 'pena'"
    assert run_sql(path, found) == [(1,)]
    revert_migration(path, 12, QUIET)
    assert run_sql(path, found.replace("pena", "'\"Peña\"'").replace("''", "'")) == [(1,)]


def test_0013_one_phone_one_spelling_renames_and_merges_what_is_one_phone(before):
    path = before(13)
    opt_out = "INSERT INTO unsubscribed_contacts (name, phone) VALUES (?, ?)"
    thread = (
        "INSERT INTO threads (phone, created_at, last_at, unread, needs_reply, sent_tokens)"
        " VALUES (?, '2026-01-01', ?, ?, ?, '[]')"
    )
    act = "INSERT INTO consent_events (phone, act, method) VALUES (?, 'withdrawn', 'stop')"
    text = (
        "INSERT INTO messages (direction, kind, phone, body, status)"
        " VALUES ('inbound', 'inbound', ?, 'STOP', 'received')"
    )
    execute_rows(
        path,
        (MEMBER, ("Asha", "+5491123456789")),
        (MEMBER, ("Asha Rao", "+541123456789")),
        (MEMBER, ("Ben", "+543514123456")),
        (MEMBER, ("Zoe", "+13035550142")),
        (opt_out, ("Luz", "+5215512345678")),
        (act, ("+5215512345678",)),
        (text, ("+5215512345678",)),
        (thread, ("+541123456789", "2026-02-02", 2, 1)),
        (thread, ("+5491123456789", "2026-01-02", 1, 0)),
    )
    migrate_to(path, 13)
    assert run_sql(path, "SELECT name, phone FROM community_members ORDER BY id") == [
        ("Asha", "+5491123456789"),
        ("Ben", "+5493514123456"),
        ("Zoe", "+13035550142"),
    ]
    for table in ("unsubscribed_contacts", "consent_events", "messages"):
        assert run_sql(path, f"SELECT phone FROM {table}") == [("+525512345678",)]
    assert run_sql(path, "SELECT phone, unread, needs_reply, last_at FROM threads") == [
        ("+5491123456789", 3, 1, "2026-02-02")
    ]
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run_sql(path, "UPDATE consent_events SET phone = '+525512345679'")


def test_0014_login_sessions_signs_everybody_in_once_more_and_keeps_users(before):
    path = before(14)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        values = "('ada', 'x', 'admin', 'abc')"
        add = f"INSERT INTO users (username, password_hash, role, session_key) VALUES {values}"
        connection.execute(add)
        connection.commit()
    migrate_to(path, 14)
    run_sql(
        path,
        "INSERT INTO sessions (user_id, token_hash, session_key, ends_at) "
        "VALUES (1, 'hash', 'abc', '2026-01-02 03:04:05')",
        "SELECT 1",
    )
    revert_migration(path, 14, QUIET)
    assert run_sql(path, "SELECT username, session_key FROM users") == [("ada", "abc")]
    migrate_to(path, 14)
    assert run_sql(path, "SELECT count(*) FROM sessions") == [(0,)]


def test_0011_start_guard_has_its_one_row_and_releases_what_was_held(before):
    path = before(11)
    migrate_to(path, 11)
    assert run_sql(path, "SELECT id, armed_count, hold_reason FROM installation") == [(1, 0, None)]
    scheduled = (
        "INSERT INTO scheduled_messages (scheduled_at, message_body, target, held_reason) "
        "VALUES ('2026-01-01', 'Hi', 'community', 'The list grew')"
    )
    run_sql(path, scheduled, "SELECT 1")
    revert_migration(path, 11, QUIET)
    assert run_sql(path, "SELECT status FROM scheduled_messages") == [("pending",)]


def test_0016_audit_names_erasable_lets_only_names_be_erased(before):
    path = before(16)
    add = "INSERT INTO audit_events (at, who, verb, details) VALUES ('2026-01-01', 'ada', ?, ?)"
    execute_rows(path, (add, ("member.deleted", '{"names": "Zoe"}')), (add, ("user.added", "{}")))
    erase = 'UPDATE audit_events SET details = \'{"names": "erased"}\' WHERE id = '
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run_sql(path, f"{erase}1")
    # Only to here: 0063 moves names to a column of their own.
    migrate_to(path, 16)
    run_sql(path, f"{erase}1")
    for statement in (
        f"{erase}2",
        'UPDATE audit_events SET details = \'{"names": "Eve"}\' WHERE id = 1',
        "UPDATE audit_events SET who = 'eve' WHERE id = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            run_sql(path, statement)
    assert run_sql(path, "SELECT details FROM audit_events WHERE id = 1") == [
        ('{"names": "erased"}',)
    ]


def test_0007_consent_and_folded_words_keeps_the_ledger_and_its_rules(before):
    path = before(7)
    add = "INSERT INTO consent_events (phone, act, method) VALUES "
    run_sql(
        path, f"{add} ('+13035550142', 'granted', 'import'), ('+13035550143', 'granted', 'form')"
    )
    migrate_to(path, 7)
    run_sql(
        path,
        "INSERT INTO consent_events (phone, act, method, scope) "
        "VALUES ('+13035550144', 'granted', 'verbal', 'event:1'), "
        "('+13035550145', 'granted', 'email', NULL)",
    )
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run_sql(path, "UPDATE consent_events SET act = 'withdrawn'")
    revert_migration(path, 7, QUIET)
    assert run_sql(path, "SELECT phone, method FROM consent_events ORDER BY id") == [
        ("+13035550142", "import"),
        ("+13035550143", "form"),
        ("+13035550145", "form"),
    ]


def test_0008_inbound_catch_up_starts_without_a_certain_moment(before):
    path = before(8)
    migrate_to(path, 8)
    assert run_sql(path, "SELECT * FROM inbound_catch_ups") == []
    assert run_sql(path, "SELECT * FROM refused_calls") == []


def test_0010_engine_faults_says_of_old_alerts_that_they_are_of_a_pause(before):
    path = before(10)
    run_sql(path, "INSERT INTO alerts (words) VALUES ('Paused')")
    migrate_to(path, 10)
    assert run_sql(path, "SELECT event FROM alerts") == [("blast.paused",)]


def test_0017_blast_names_and_own_phones_leaves_old_blasts_without_a_name(before):
    path = before(17)
    add = "INSERT INTO scheduled_messages (scheduled_at, message_body, target) VALUES (?, ?, ?)"
    execute_rows(path, (add, ("2026-01-01", "Hi", "community")))
    migrate_to(path, 17)
    read = "SELECT name, plain_names FROM scheduled_messages"
    assert run_sql(path, read) == [(None, 0)]
    revert_migration(path, 17, QUIET)
    assert run_sql(path, "SELECT message_body FROM scheduled_messages") == [("Hi",)]


def test_0019_reply_writers_loses_nothing_when_it_goes(before):
    path = before(19)
    run_sql(path, "INSERT INTO threads (phone, last_at) VALUES ('+13035550142', '2026-01-01')")
    migrate_to(path, 19)
    add = "INSERT INTO reply_writers (thread_id, username, written_at) VALUES (1, 'ada', '2026')"
    run_sql(path, add)
    revert_migration(path, 19, QUIET)
    assert run_sql(path, "SELECT phone FROM threads") == [("+13035550142",)]


def test_0020_demo_and_display_names_calls_no_organisation_of_before_a_demo(before):
    path = before(20)
    add_user = "INSERT INTO users (username, password_hash, role) VALUES ('ada', 'x', ?)"
    add_organisation = "INSERT INTO organisation (id, name) VALUES (1, ?)"
    execute_rows(path, (add_user, ("admin",)), (add_organisation, ("Riverside",)))
    migrate_to(path, 20)
    assert run_sql(path, "SELECT is_demo FROM organisation") == [(0,)]
    added = "SELECT display_name, hides_first_steps FROM users"
    assert run_sql(path, added) == [(None, 0)]
    revert_migration(path, 20, QUIET)
    assert run_sql(path, "SELECT username FROM users") == [("ada",)]
    assert run_sql(path, "SELECT name FROM organisation") == [("Riverside",)]


def test_0018_blast_replies_counts_what_was_answered_within_72_hours(before):
    path = before(18)
    log = "INSERT INTO message_logs (target, message_body, total_recipients) VALUES (?, ?, 2)"
    sent = (
        "INSERT INTO messages (direction, kind, phone, body, status, message_log_id, created_at) "
        "VALUES ('outbound', 'blast', ?, 'Picnic?', 'delivered', 1, '2026-05-08 10:00:00')"
    )
    reply = (
        "INSERT INTO messages (direction, kind, phone, body, status, created_at) "
        "VALUES ('inbound', 'inbound', ?, ?, 'received', ?)"
    )
    zoe, leo = "+13035550142", "+13035550143"
    execute_rows(
        path,
        (log, ("community", "Picnic?")),
        (sent, (zoe,)),
        (sent, (leo,)),
        (reply, (zoe, "Yes!", "2026-05-08 11:00:00")),
        (reply, (leo, "no", "2026-05-12 11:00:00")),
        (reply, (zoe, "See you there", "2026-05-08 12:00:00")),
        (reply, (leo, "Yes", "no time at all")),
    )
    migrate_to(path, 18)
    read = "SELECT blast_message_id, message_log_id, answer, is_opt_out FROM blast_replies"
    assert run_sql(path, read) == [(1, 1, "yes", 0)]
    revert_migration(path, 18, QUIET)
    assert run_sql(path, "SELECT count(*) FROM messages") == [(6,)]


def test_0021_event_answers_knows_no_answer_of_before(before):
    path = before(21)
    add = "INSERT INTO event_registrations (event_id, name, phone) VALUES (1, 'Zoe', ?)"
    event = "INSERT INTO events (title) VALUES (?)"
    execute_rows(path, (event, ("Picnic",)), (add, ("+13035550142",)))
    migrate_to(path, 21)
    assert run_sql(path, "SELECT answer, guests FROM event_registrations") == [(None, None)]
    revert_migration(path, 21, QUIET)
    assert run_sql(path, "SELECT name FROM event_registrations") == [("Zoe",)]


def test_0022_groups_leaves_blasts_of_before_as_they_are(before):
    path = before(22)
    log = "INSERT INTO message_logs (message_body, target) VALUES (?, 'community')"
    execute_rows(path, (log, ("Picnic?",)))
    migrate_to(path, 22)
    assert run_sql(path, "SELECT target FROM message_logs") == [("community",)]
    group = "INSERT INTO groups (name, folded_name) VALUES ('Choir', 'choir')"
    add = "INSERT INTO group_members (group_id, phone) VALUES (1, '+13035550142')"
    execute_rows(path, (group, ()), (add, ()))
    assert run_sql(path, "SELECT member_count FROM groups") == [(1,)]
    revert_migration(path, 22, QUIET)
    assert run_sql(path, "SELECT count(*) FROM message_logs") == [(1,)]


def test_0023_import_group_names_knows_no_groups_of_open_imports(before):
    path = before(23)
    sheet = (
        "INSERT INTO imports (id, created_by, file_name, state) VALUES (1, 'ada', 'a', 'checked')"
    )
    row = "INSERT INTO import_rows (import_id, line, verdict) VALUES (1, 2, 'new')"
    execute_rows(path, (sheet, ()), (row, ()))
    migrate_to(path, 31)
    assert run_sql(path, "SELECT group_names FROM import_rows") == [(None,)]
    # 0031_import_profiles: open imports of before say nothing else about their people.
    nothing = "SELECT language, field_values, value_problems, bad_value_count, value_counts"
    both = "FROM import_rows JOIN imports ON imports.id = import_id"
    assert run_sql(path, f"{nothing} {both}") == [(None, None, None, 0, None)]
    for version in range(31, 22, -1):
        revert_migration(path, version, QUIET)
    assert run_sql(path, "SELECT line FROM import_rows") == [(2,)]


def test_0024_people_gives_each_known_number_one_person(before):
    path = before(24)
    zoe, leo, code = "+13035550142", "+13035550143", "22395"
    thread = "INSERT INTO threads (phone) VALUES (?)"
    execute_rows(
        path,
        ("INSERT INTO community_members (name, phone) VALUES ('Zoe', ?)", (zoe,)),
        (thread, (zoe,)),
        (thread, (leo,)),
        (thread, (code,)),
    )
    migrate_to(path, 24)
    read = (
        "SELECT phone, rank, until, length(public_id) FROM person_phones "
        "JOIN people ON people.id = person_id ORDER BY phone"
    )
    assert run_sql(path, read) == [(zoe, 1, None, 16), (leo, 1, None, 16)]
    ann = "+13035550144"
    execute_rows(
        path,
        ("INSERT INTO suppressed_contacts (phone, category) VALUES (?, 'hard_fail')", (ann,)),
        ("INSERT INTO unsubscribed_contacts (phone) VALUES (?)", (ann,)),
    )
    assert run_sql(path, read)[2:] == [(ann, 1, None, 16)]
    revert_migration(path, 24, QUIET)
    assert run_sql(path, "SELECT phone FROM threads") == [(zoe,), (leo,), (code,)]


def test_0034_people_kept_apart_knows_no_pairs_of_before(before):
    path = before(34)
    execute_rows(path, ("INSERT INTO threads (phone) VALUES (?)", ("+13035550142",)))
    migrate_to(path, 34)
    assert run_sql(path, "SELECT count(*) FROM people_kept_apart") == [(0,)]
    revert_migration(path, 34, QUIET)
    assert run_sql(path, "SELECT count(*) FROM people") == [(1,)]


def test_0036_remembered_columns_leaves_users_of_before_the_usual_ones(before):
    path = before(36)
    add_user = "INSERT INTO users (username, password_hash, role) VALUES ('ada', 'x', ?)"
    execute_rows(path, (add_user, ("admin",)))
    migrate_to(path, 36)
    assert run_sql(path, "SELECT member_columns FROM users") == [(None,)]
    run_sql(path, "UPDATE users SET member_columns = 'groups'")
    revert_migration(path, 36, QUIET)
    assert run_sql(path, "SELECT username FROM users") == [("ada",)]


def test_0037_registration_answers_keeps_registrations_there_and_back(before):
    path = before(37)
    add_event = "INSERT INTO events (id, title) VALUES (?, 'Picnic')"
    execute_rows(path, (add_event, (1,)))
    add = "INSERT INTO event_registrations (event_id, phone) VALUES (1, ?)"
    execute_rows(path, (add, ("+13035550142",)))
    migrate_to(path, 37)
    read = "SELECT phone FROM event_registrations"
    assert run_sql(path, read) == [("+13035550142",)]
    revert_migration(path, 37, QUIET)
    assert run_sql(path, read) == [("+13035550142",)]


def test_0039_given_up_numbers_gives_them_people_of_their_own(before):
    path = before(39)
    add = "INSERT INTO community_members (phone) VALUES (?)"
    zoe, leo = "+13035550142", "+13035550143"
    execute_rows(path, (add, (zoe,)), (add, (leo,)))
    run_sql(path, "UPDATE person_phones SET person_id = 2, until = '2026-01-01' WHERE id = 1")
    migrate_to(path, 39)
    read = "SELECT phone, person_id, until FROM person_phones ORDER BY id"
    assert run_sql(path, read) == [(zoe, 2, "2026-01-01"), (leo, 2, None)]
    run_sql(path, "DELETE FROM community_members WHERE id = 1")
    execute_rows(path, (add, (zoe,)))
    assert run_sql(path, read) == [(zoe, 3, None), (leo, 2, None)]
    revert_migration(path, 39, QUIET)
    assert run_sql(path, read) == [(zoe, 3, None), (leo, 2, None)]


def test_0038_filter_indexes_finds_the_failed_texts_of_before(before):
    path = before(38)
    add = "INSERT INTO messages (kind, phone, body, status) VALUES ('blast', ?, 'Hi', ?)"
    texts = [("+13035550142", "failed"), ("+13035550143", "delivered")]
    execute_rows(path, *((add, values) for values in texts))
    migrate_to(path, 38)
    find = (
        "SELECT phone FROM messages INDEXED BY ix_messages_failed WHERE status = 'failed' "
        "OR status = 'undelivered' OR status = 'opted_out' OR status = 'unknown'"
    )
    assert run_sql(path, find) == [("+13035550142",)]
    revert_migration(path, 38, QUIET)
    assert run_sql(path, "SELECT count(*) FROM messages") == [(2,)]


def test_0041_registration_names_finds_those_of_before_by_name(before):
    path = before(41)
    execute_rows(path, ("INSERT INTO events (title) VALUES (?)", ("Picnic",)))
    add = "INSERT INTO event_registrations (event_id, phone, name) VALUES (1, ?, ?)"
    execute_rows(path, (add, ("+13035550142", "Zoe Hale")), (add, ("+13035550143", None)))
    migrate_to(path, 41)
    find = (
        "SELECT phone FROM event_registrations INDEXED BY ix_event_registrations_name "
        "WHERE name IS NOT NULL AND name COLLATE NOCASE IN ('zoe hale')"
    )
    assert run_sql(path, find) == [("+13035550142",)]
    revert_migration(path, 41, QUIET)
    assert run_sql(path, "SELECT count(*) FROM event_registrations") == [(2,)]
