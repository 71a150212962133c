"""0029_segments and 0030_attendance, over data and back."""

import contextlib
import sqlite3

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

BEFORE = """
INSERT INTO events (title) VALUES ('Picnic');
INSERT INTO event_registrations (event_id, phone) VALUES (1, '+13035550142');
INSERT INTO groups (name, folded_name) VALUES ('Choir', 'choir');
"""
AFTER = """
PRAGMA foreign_keys = ON;
UPDATE event_registrations SET attended_at = '2026-11-28 18:00:00.000000';
INSERT INTO segments (name, folded_name, rule) VALUES ('A', 'a', '{}'), ('B', 'b', '{}');
INSERT INTO segment_references (segment_id, kind, ref_id) VALUES (1, 'group', 1), (1, 'event', 1);
INSERT INTO segment_references (segment_id, kind, ref_id) VALUES (2, 'group', 1);
DELETE FROM groups;
DELETE FROM segments WHERE id = 2;
INSERT INTO groups (id, name, folded_name) VALUES (1, 'Youth', 'youth');
"""


def run_script(path, script):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_rules_remember_what_was_deleted_and_who_came_goes_on_the_way_back(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 28)
    run_script(path, BEFORE)
    migrate_database(path, QUIET, find_migrations()[:30])
    run_script(path, AFTER)
    references = "SELECT segment_id, kind, is_gone FROM segment_references ORDER BY kind"
    assert run_sql(path, references) == [(1, "event", 0), (1, "group", 1)]
    revert_migration(path, 30, QUIET)
    revert_migration(path, 29, QUIET)
    assert run_sql(path, "SELECT phone FROM event_registrations") == [("+13035550142",)]
    assert run_sql(path, "SELECT name FROM groups") == [("Youth",)]
    migrate_database(path, QUIET, find_migrations()[:30])
