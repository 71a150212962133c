"""Each check of the doctor speaks when a copy of a good database is broken so, and no other does.

Those that --fix promises to put right are silent afterwards.
"""

import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.settings import PROJECT_ROOT
from app.dbdoctor import database_checks, file_checks, file_settings_checks
from app.dbdoctor.check_registry import ALL_CHECKS, CHECKS_BY_NAME
from app.dbdoctor.examination_report import is_healthy
from app.migrations.backup_names import format_backup_timestamp
from tests.damaged_files import make_index_lie
from tests.dbdoctor.test_checks import ANSWERED, BLAST, OTHER_LOG, SCHEDULED, USER, ZOE
from tests.migrations.sample_migrations import copy_migrated_database, run_sql

NO_RULES = "PRAGMA ignore_check_constraints=ON"
SCHEMA_OFF = "PRAGMA writable_schema=ON"
SURVEY = (
    "INSERT INTO survey_flows (id, name, trigger_keyword, questions_json, start_count) "
    "VALUES (1, 'Supper', 'SUPPER', '[]', 1)",
    "INSERT INTO survey_sessions (id, survey_id, phone, questions_json) "
    "VALUES (1, 1, '+13035550142', '[]')",
)
GROUP = "INSERT INTO groups (id, name, folded_name) VALUES (1, 'Choir', 'choir')"
IN_GROUP = "INSERT INTO group_members (group_id, phone) VALUES (1, '+13035550142')"
SEQUENCE = (
    "INSERT INTO sequences (id, name, folded_name, trigger_kind, carrier, state) VALUES "
    "({0}, 'Welcome {0}', 'welcome {0}', 'hand', 'sandbox', '{1}')"
)
STEP = "INSERT INTO sequence_steps (id, sequence_id, position, body) VALUES (1, 1, 1, 'Hi')"
AUDIENCE = "INSERT INTO audiences (id, rule, rule_hash, sentence) VALUES (1, '{}', 'x', 'All')"
PART = "INSERT INTO audience_parts (audience_id, role, kind, ref_id) VALUES (1, {}, 'group', {})"
TO_AUDIENCE = "UPDATE scheduled_messages SET target = 'audience', audience_id = 1"
PENDING_BLAST = SCHEDULED.format(status="'pending'", log="NULL")
SERIES = (
    "INSERT INTO blast_series (id, body, target, carrier, timezone, rule, time_of_day, starts_on, "
    "created_by) VALUES (1, 'Hi', 'community', 'sandbox', 'UTC', '{}', '10:00', '2026-11-01', 'a')"
)
KEYWORD = "INSERT INTO keyword_rules (id, keyword, action) VALUES (1, 'CHOIR', '{}')"
HELD = "INSERT OR REPLACE INTO installation (id, {}) VALUES (1, {})"
REPLY = (
    "INSERT INTO messages (id, kind, phone, body, status, submitted_at) "
    "VALUES (9, 'reply', {}, 'Hi', '{}', '2026-11-21 02:00:00.000000')"
)

# What the name of the check stands for, as statements or as a function of the file.
BREAKINGS = {
    "blast-counts": ["UPDATE message_logs SET success_count = 5"],
    "blast-without-texts": [
        "INSERT INTO message_logs (id, message_body, target, status, total_recipients) "
        "VALUES (5, 'Hi', 'community', 'sent', 2)"
    ],
    "mixed-carriers": ["UPDATE messages SET carrier = 'twilio' WHERE id = 1"],
    "blast-left-texts": [
        "INSERT INTO messages (kind, phone, body, status, message_log_id) "
        "VALUES ('blast', '+13035550144', 'Hi', 'queued', 1)",
        "UPDATE message_logs SET total_recipients = 3",
    ],
    "second-number-missing": [
        "UPDATE messages SET reason = 'second_number' WHERE id = 2",
        "UPDATE message_logs SET total_recipients = 1, failure_count = 0",
    ],
    "answer-elsewhere": [OTHER_LOG, *ANSWERED, "UPDATE blast_replies SET message_log_id = 2"],
    "answer-of-stranger": [
        *ANSWERED,
        "UPDATE messages SET phone = '+13035550199' WHERE id = 3",
    ],
    "schedule-without-texts": [SCHEDULED.format(status="'processing'", log="NULL")],
    "schedule-not-ended": [SCHEDULED.format(status="'processing'", log=1)],
    "lists-gone": [AUDIENCE, PART.format("'include'", "NULL"), PENDING_BLAST, TO_AUDIENCE],
    "exclusion-gone": [
        AUDIENCE,
        PART.format("'include'", 1),
        PART.format("'exclude'", "NULL"),
        PENDING_BLAST,
        TO_AUDIENCE,
    ],
    "approval-missing": [PENDING_BLAST, "UPDATE scheduled_messages SET approval = 'waiting'"],
    "attempt-counts": ["UPDATE messages SET attempts = 2 WHERE id = 2"],
    "attempt-numbers": ["UPDATE attempts SET n = 3 WHERE message_id = 2"],
    "waiting-number": [REPLY.format("'3035550142'", "queued")],
    "stuck-texts": [REPLY.format("'+13035550142'", "submitting")],
    "last-texts": ["DELETE FROM last_texts WHERE phone = '+13035550142'"],
    "future-lead": [
        "INSERT INTO leases (name, holder, beat_at) "
        "VALUES ('engine', '4711-a', '2099-01-01 00:00:00.000000')"
    ],
    "sending-on-hold": [HELD.format("hold_reason", "'behind'")],
    "untold-alert": [
        "INSERT INTO alerts (words, created_at) VALUES ('x', '2026-01-01 00:00:00.000000')"
    ],
    "number-without-person": [
        ZOE,
        "UPDATE messages SET person_id = NULL",
        "DELETE FROM person_phones",
        "DELETE FROM people",
    ],
    "person-without-number": ["INSERT INTO people (id) VALUES (77)"],
    "two-first-numbers": [
        "UPDATE person_phones SET person_id = (SELECT min(person_id) FROM person_phones)",
        "DELETE FROM people WHERE id NOT IN (SELECT person_id FROM person_phones)",
    ],
    "folded-names": [
        "INSERT INTO community_members (name, phone, folded_name) "
        "VALUES ('Zoë', '+13035550142', 'zoë')"
    ],
    "pause-over": [
        "INSERT INTO unsubscribed_contacts (phone, source, ends_at) "
        "VALUES ('+13035550142', 'pause', '2026-01-01 06:00:00.000000')"
    ],
    "stop-undecided": [
        "INSERT INTO stop_questions (phone, decide_by) "
        "VALUES ('+13035550142', '2026-01-01 06:00:00.000000')"
    ],
    "phone-code": ["UPDATE users SET pending_phone = '+13035550142' WHERE id = 1"],
    "no-admin": ["UPDATE users SET role = 'social_manager'"],
    "single-admin": ["UPDATE users SET role = 'social_manager' WHERE id = 1"],
    "group-counts": [GROUP, IN_GROUP, "UPDATE groups SET member_count = 5"],
    "survey-counts": [*SURVEY, "UPDATE survey_flows SET start_count = 0"],
    "survey-ends": [*SURVEY, "UPDATE survey_sessions SET status = 'left'"],
    "word-missing": [KEYWORD.format("none"), "DELETE FROM trigger_words"],
    "keyword-without-target": [KEYWORD.format("join_group")],
    "topic-ends": [
        GROUP,
        "INSERT INTO unsubscribed_topics (phone, group_id, since, until) VALUES ('+13035550142', "
        "1, '2026-02-01 00:00:00.000000', '2026-01-01 00:00:00.000000')",
    ],
    "sequence-without-steps": [SEQUENCE.format(1, "active")],
    "step-elsewhere": [
        SEQUENCE.format(1, "off"),
        SEQUENCE.format(2, "off"),
        STEP,
        "INSERT INTO sequence_people (sequence_id, phone, start_key, step_id) "
        "VALUES (2, '+13035550142', 'x', 1)",
    ],
    "series-date-lost": [
        SERIES,
        "INSERT INTO series_occurrences (series_id, occurs_on, state) "
        "VALUES (1, '2026-11-01', 'pending')",
    ],
    "unreadable-json": [*SURVEY, "UPDATE survey_flows SET questions_json = '[{'"],
    "unreadable-times": ["UPDATE message_logs SET created_at = '21.11.2026'"],
    "future-rows": ["UPDATE message_logs SET created_at = '2099-01-01 00:00:00.000000'"],
    "unknown-zones": [
        "INSERT INTO organisation (id, name, timezone) VALUES (1, 'Choir', 'Mars/Olympus')"
    ],
    "audit-chain": ["INSERT INTO audit_events (who, verb, mac) VALUES ('ada', 'x', 'y')"],
    "orphan-rows": ["INSERT INTO reply_writers VALUES (99, 'ada', '2026-01-01 00:00:00.000000')"],
    "broken-rule": [NO_RULES, "UPDATE users SET phone = '0303' WHERE id = 1"],
    "member-search": [
        "INSERT INTO community_search(rowid, folded_name, phone) "
        "VALUES (5, 'Nobody', '+13035550199')"
    ],
    "text-search": ["UPDATE inbox_search_content SET c0 = 'Other words'"],
    "migration-names": ["UPDATE schema_migrations SET name = '0003_x' WHERE version = 3"],
    "foreign-version": ["PRAGMA user_version = 7"],
    "missing-table": ["DROP TABLE blackout_days"],
    "missing-column": ["ALTER TABLE blackout_days DROP COLUMN created_at"],
    "missing-index": ["DROP INDEX ix_messages_in_reply_to"],
    "missing-trigger": ["DROP TRIGGER audit_events_no_delete"],
    "extra-table": ["CREATE TABLE recipes (id INTEGER PRIMARY KEY)"],
    "extra-column": ["ALTER TABLE events ADD COLUMN colour TEXT"],
    "extra-index": ["CREATE INDEX ix_mine ON events (title)"],
    "extra-trigger": ["CREATE TRIGGER mine AFTER DELETE ON events BEGIN SELECT 1; END"],
    "extra-view": ["CREATE VIEW mine AS SELECT 1"],
    "extra-search": ["CREATE VIRTUAL TABLE mine USING fts5(body)"],
    "extra-rule": [
        "ALTER TABLE events ADD COLUMN colour TEXT CHECK (colour <> 'red')",
    ],
    "extra-key": ["ALTER TABLE events ADD COLUMN owner INTEGER REFERENCES users (id)"],
    "changed-index": [
        "DROP INDEX ix_messages_in_reply_to",
        "CREATE INDEX ix_messages_in_reply_to ON messages (in_reply_to)",
    ],
    "changed-trigger": [
        "DROP TRIGGER audit_events_no_delete",
        "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT 1; END",
    ],
}
# Where one thing cannot be wrong without another: the checks that speak too.
ALSO = {
    "extra-rule": {"extra-column"},
    "extra-key": {"extra-column"},
}


@pytest.fixture(scope="module")
def good_database(tmp_path_factory):
    """A database with a finished blast, two admins, and nothing wrong."""
    path = copy_migrated_database(tmp_path_factory.mktemp("good") / "instance", tmp_path_factory)
    run_sql(
        path,
        *BLAST,
        USER.format(role="'admin'"),
        USER.format(role="'admin'").replace("'sol'", "'ada'"),
        "INSERT INTO messages (id, kind, phone, body, status) "
        "VALUES (8, 'reply', '+13035550142', 'Choir at seven', 'delivered')",
        "INSERT INTO inbox_search (rowid, body) VALUES (8, 'Choir at seven')",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    )
    return path


@pytest.fixture
def sick(good_database, tmp_path):
    """A copy to break."""
    (tmp_path / "instance").mkdir()
    return shutil.copy(good_database, tmp_path / "instance" / "sms.db")


def find_names(path):
    """The names of the checks that speak."""
    return {finding.check for finding in database_checks.examine_database(path)}


def fix(path):
    """What --fix does after its copy."""
    database_checks.rebuild_indexes(path)
    database_checks.repair_database(path)


def test_nothing_is_found_in_a_good_database(sick):
    assert database_checks.examine_database(sick) == []


@pytest.mark.parametrize("name", BREAKINGS)
def test_the_check_speaks_alone_and_is_silent_once_fixed(sick, name):
    run_sql(sick, *BREAKINGS[name])
    assert find_names(sick) == {name, *ALSO.get(name, ())}
    if CHECKS_BY_NAME[name].is_fixable:
        fix(sick)
        assert find_names(sick) == set()


def test_a_missing_key_of_the_audit_is_said(sick):
    """Of an installation; a copy elsewhere has neither key nor installation."""
    run_sql(
        sick,
        "INSERT INTO audit_anchors (kind, last_id, mac, key_id, seal) "
        "VALUES ('start', 0, '0', 'x', 'x')",
    )
    assert find_names(sick) == set()
    Path(f"{sick}.installation").write_text("{}")
    assert "audit-key" in find_names(sick)


def _rewrite(path, table, before, after):
    """Change the text of a schema, as a program that knows no ALTER would."""
    run_sql(
        path,
        SCHEMA_OFF,
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') "
        f"WHERE name = '{table}'",
    )


# What is written in the schema itself: the table, and what stands there before and after.
REWRITINGS = {
    "changed-column": ("blackout_days", "VARCHAR(60)", "VARCHAR(50)"),
    "changed-key": ("reply_writers", "ON DELETE CASCADE", "ON DELETE RESTRICT"),
    "missing-key": (
        "reply_writers",
        ", CONSTRAINT fk_reply_writers_thread_id FOREIGN KEY(thread_id) "
        "REFERENCES threads (id) ON DELETE CASCADE",
        "",
    ),
    "changed-rule": ("blackout_days", "length(trim(name)) > 0", "length(name) > 0"),
    "missing-rule": (
        "blackout_days",
        "CONSTRAINT ck_blackout_days_name CHECK (length(trim(name)) > 0), ",
        "",
    ),
}


@pytest.mark.parametrize("name", REWRITINGS)
def test_a_rewritten_schema_is_said(sick, name):
    table, before, after = REWRITINGS[name]
    (sql,) = run_sql(sick, f"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0]
    plain = " ".join(sql.split())
    assert before in plain
    with sqlite3.connect(sick) as connection:
        connection.execute(SCHEMA_OFF)
        connection.execute(
            "UPDATE sqlite_master SET sql = ? WHERE name = ?",
            (plain.replace(before, after), table),
        )
    connection.close()
    assert name in find_names(sick)


def test_unique_rules_are_compared(sick):
    """A table that was made anew by hand, with another UNIQUE."""
    run_sql(
        sick,
        "DROP TABLE erased_numbers",
        "CREATE TABLE erased_numbers (id INTEGER NOT NULL, phone_hash VARCHAR(64) NOT NULL, "
        "UNIQUE (id, phone_hash))",
    )
    assert {"missing-unique-rule", "extra-unique-rule"} <= find_names(sick)
    run_sql(
        sick,
        "DROP TABLE erased_numbers",
        "CREATE TABLE erased_numbers (phone_hash VARCHAR(64) NOT NULL COLLATE NOCASE UNIQUE)",
    )
    assert "missing-unique-rule" in find_names(sick)


def test_a_table_with_other_rules_of_storage_is_said(sick):
    """As a copy through another program leaves it, which knows no WITHOUT ROWID."""
    (sql,) = run_sql(sick, "SELECT sql FROM sqlite_master WHERE name = 'last_texts'")[0]
    run_sql(
        sick,
        "ALTER TABLE last_texts RENAME TO old",
        sql.replace("WITHOUT ROWID", ""),
        "INSERT INTO last_texts SELECT * FROM old",
        "DROP TABLE old",
    )
    assert "changed-table" in find_names(sick)


def test_search_tables_are_compared_and_made_anew(sick):
    run_sql(sick, "DROP TABLE inbox_search")
    assert find_names(sick) == {"missing-search"}
    run_sql(sick, "CREATE VIRTUAL TABLE inbox_search USING fts5(body, prefix='2')")
    assert find_names(sick) == {"changed-search"}
    fix(sick)
    assert find_names(sick) == set()
    assert run_sql(sick, "SELECT rowid FROM inbox_search('choir')") == [(8,)]


def test_a_lying_index_and_a_torn_page_are_told_apart(sick):
    """R19: an index is made anew; a page is not."""
    make_index_lie(sick, "ix_messages_queued", "UPDATE messages SET status = 'queued' WHERE id = 8")
    findings = database_checks.examine_database(sick)
    assert {(finding.check, finding.is_fixable) for finding in findings} == {("lying-index", True)}
    fix(sick)
    assert find_names(sick) == set()
    (page,) = run_sql(sick, "SELECT rootpage FROM sqlite_master WHERE name = 'events'")[0]
    data = bytearray(sick.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    sick.write_bytes(data)
    assert "damaged-file" in find_names(sick)


def test_a_number_and_an_attempt_that_are_there_twice(sick):
    run_sql(
        sick,
        "DROP INDEX uq_messages_log_phone",
        "UPDATE messages SET phone = '+13035550142'",
        "CREATE TABLE loose AS SELECT * FROM attempts",
        "DROP TABLE attempts",
        "ALTER TABLE loose RENAME TO attempts",
        "UPDATE attempts SET ref = (SELECT ref FROM attempts WHERE id = 1)",
    )
    assert {"number-twice", "attempt-twice", "missing-index"} <= find_names(sick)


def _write_installation(path, text):
    path.with_name("sms.db.installation").write_text(text)
    path.with_name("sms.db.installation").chmod(0o600)


def _leave_part(path):
    (path.parent / "backups").mkdir()
    (path.parent / "backups" / ".sms-1.db.part").touch()


def _leave_upload(path):
    (path.parent / "uploads").mkdir()
    upload = path.parent / "uploads" / ("a" * 32)
    upload.touch()
    os.utime(upload, (0, 0))


def _write_beside(path, name, data, mode=0o600):
    path.with_name(name).write_bytes(data)
    path.with_name(name).chmod(mode)


def _leave_uncopied_file(path):
    """The file of erasures was never copied, though a backup was made two hours ago."""
    made_at = datetime.now(UTC) - timedelta(hours=2)
    folder = path.parent / "backups"
    folder.mkdir(0o700, exist_ok=True)
    name = f"{path.stem}-{format_backup_timestamp(made_at)}-hourly.db.gz"
    (folder / name).touch(0o600)
    _write_beside(path, "sms.db.erasures", b"")
    os.utime(path.with_name("sms.db.erasures"), (0, 0))


FILE_BREAKINGS = {
    "not-backed-up": _leave_uncopied_file,
    "open-to-others": lambda path: path.chmod(0o644),
    "wal-deleted": lambda path: _write_beside(path, "sms.db-shm", b"\0" * 32768),
    "partial-copies": _leave_part,
    "old-uploads": _leave_upload,
    "kept-texts": lambda path: _write_beside(path, "sms.db.inbound", b"{}\n\0\0"),
    "erasures-unreadable": lambda path: _write_beside(path, "sms.db.erasures", b"\xff\xfe"),
    "journal-mode": lambda path: run_sql(path, "PRAGMA journal_mode=DELETE"),
    "page-size": lambda path: run_sql(
        path,
        "PRAGMA journal_mode=DELETE",
        "PRAGMA page_size=1024",
        "VACUUM",
        "PRAGMA journal_mode=WAL",
    ),
    "installation-file": lambda path: _write_installation(path, "{"),
    "fewer-texts": lambda path: _write_installation(
        path, '{"installation_id": null, "armed_count": 5}'
    ),
    "other-installation": lambda path: (
        _write_installation(path, '{"installation_id": "a", "armed_count": 0}'),
        run_sql(path, HELD.format("installation_id", "'b'")),
    ),
}


@pytest.mark.parametrize("name", FILE_BREAKINGS)
def test_the_check_of_files_speaks_alone(sick, name):
    FILE_BREAKINGS[name](sick)
    assert find_names(sick) == {name}
    if CHECKS_BY_NAME[name].is_fixable:
        fix(sick)
        assert find_names(sick) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_beside_the_database_is_said(sick):
    lock = sick.with_name("sms.db.leader")
    lock.touch(0o600)
    os.chown(lock, 65534, 65534)
    assert find_names(sick) == {"mixed-owners"}


def test_the_disk_is_looked_at(sick, monkeypatch, tmp_path):
    """M17: locks on a network disk keep no second machine out."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nnas:/sms {sick.parent} nfs4 rw 0 0\n")
    monkeypatch.setattr(file_checks, "MOUNTS_FILE", mounts)
    assert find_names(sick) == {"network-disk"}
    mounts.write_text(f"nas:/ / nfs4 rw 0 0\ndisk {sick.parent} ext4 rw 0 0\n")
    monkeypatch.setattr(file_checks, "FREE_BYTES", 2**60)
    assert find_names(sick) == {"low-disk"}
    monkeypatch.setattr(file_checks, "FREE_BYTES", 0)
    monkeypatch.setattr(file_checks, "LARGE_WAL_BYTES", -1)
    sick.with_name("sms.db-wal").touch(0o600)
    assert find_names(sick) == {"wal-large"}


def test_empty_pages_are_a_note(sick, monkeypatch):
    monkeypatch.setattr(file_settings_checks, "MIN_FREE_BYTES", 0)
    run_sql(
        sick,
        "CREATE TABLE recipes (body)",
        "INSERT INTO recipes VALUES (zeroblob(9000000))",
        "DROP TABLE recipes",
    )
    (finding,) = database_checks.examine_database(sick)
    assert (finding.check, finding.severity) == ("free-pages", "note")
    assert is_healthy([finding])


def test_every_check_is_shown_here_and_on_the_page():
    """`pending` is in test_checks.py."""
    source = Path(__file__).read_text()
    names = [check.name for check in ALL_CHECKS]
    assert len(names) == len(set(names)) >= 40
    unseen = [name for name in names if f'"{name}"' not in source and name != "pending"]
    assert unseen == []
    page = (PROJECT_ROOT / "docs" / "doctor.md").read_text()
    assert [name for name in names if f"| `{name}` |" not in page] == []
