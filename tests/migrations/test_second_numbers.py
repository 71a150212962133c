"""0027_second_numbers: a text can stand in for another, and going back loses no count."""

import contextlib
import sqlite3

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

BEFORE = """
INSERT INTO message_logs (id, message_body, target, total_recipients)
    VALUES (7, 'Hi', 'community', 1);
INSERT INTO messages (id, kind, phone, body, status, message_log_id)
    VALUES (1, 'blast', '+12025550101', 'Hi', 'submitting', 7);
"""
AFTER = """
UPDATE messages SET status = 'failed' WHERE id = 1;
UPDATE messages SET reason = 'second_number' WHERE id = 1;
INSERT INTO messages (id, kind, phone, body, status, message_log_id, fallback_for_id)
    VALUES (2, 'blast', '+12025550102', 'Hi', 'submitting', 7, 1);
UPDATE messages SET status = 'accepted' WHERE id = 2;
"""
COUNTS = "SELECT total_recipients, success_count, failure_count FROM message_logs"


def run_script(path, script):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_a_person_is_counted_once_and_after_a_step_back_each_number_is(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 26)
    run_script(path, BEFORE)
    migrate_database(path, QUIET, find_migrations()[:27])
    run_script(path, AFTER)
    assert run_sql(path, COUNTS) == [(1, 1, 0)]
    revert_migration(path, 27, QUIET)
    assert run_sql(path, COUNTS) == [(2, 1, 1)]
    assert run_sql(path, "PRAGMA foreign_key_check") == []
