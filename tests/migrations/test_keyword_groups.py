"""0025_keyword_groups: keywords and surveys get a group, and what they had before stays."""

import contextlib
import sqlite3

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

BEFORE = """
INSERT INTO keyword_rules (keyword, action, match_count) VALUES ('HOURS', 'none', 3);
INSERT INTO keyword_rules (keyword, action, match_count) VALUES ('NEWS', 'subscribe', 3);
"""
AFTER = """
PRAGMA foreign_keys = ON;
INSERT INTO groups (name, folded_name) VALUES ('Choir', 'choir');
INSERT INTO keyword_rules (keyword, action, group_id) VALUES ('SING', 'join_group', 1);
INSERT INTO survey_flows (name, trigger_keyword, questions_json, group_id)
    VALUES ('Ride', 'RIDE', '[]', 1);
DELETE FROM groups;
"""


def run_script(path, script):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_keywords_keep_their_words_and_lose_only_what_they_do_with_groups(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 24)
    run_script(path, BEFORE)
    migrate_database(path, QUIET, find_migrations()[:25])
    run_script(path, AFTER)
    assert run_sql(path, "SELECT group_id FROM keyword_rules WHERE keyword = 'SING'") == [(None,)]
    assert run_sql(path, "SELECT group_id FROM survey_flows") == [(None,)]
    revert_migration(path, 25, QUIET)
    read = "SELECT keyword, action, match_count FROM keyword_rules ORDER BY id"
    assert run_sql(path, read) == [
        ("HOURS", "none", 3),
        ("NEWS", "subscribe", 3),
        ("SING", "none", 0),
    ]
    words = "SELECT word FROM trigger_words ORDER BY word"
    assert run_sql(path, words) == [("HOURS",), ("NEWS",), ("RIDE",), ("SING",)]
    assert run_sql(path, "PRAGMA foreign_key_check") == []


def test_0033_group_ids_gives_no_id_twice_and_keeps_groups_with_their_people(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 32)
    add = "INSERT INTO groups (name, folded_name) VALUES ('{0}', '{0}');"
    member = "INSERT INTO group_members (group_id, phone) VALUES (1, '+13035550142');"
    run_script(path, add.format("choir") + member)
    migrate_database(path, QUIET, find_migrations()[:33])
    delete = "PRAGMA foreign_keys = ON; DELETE FROM groups WHERE id = 2;"
    run_script(path, add.format("board") + delete + add.format("youth"))
    read = "SELECT id, name, member_count FROM groups"
    assert run_sql(path, read) == [(1, "choir", 1), (3, "youth", 0)]
    revert_migration(path, 33, QUIET)
    assert run_sql(path, read) == [(1, "choir", 1), (3, "youth", 0)]
    run_script(path, member.replace("142", "143"))
    assert run_sql(path, "SELECT member_count FROM groups WHERE id = 1") == [(2,)]
