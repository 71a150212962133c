"""0026_topics: topics that people left, and pauses with an end, beside the opt-outs of before."""

import contextlib
import sqlite3

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, run_sql

OPT_OUT = "INSERT INTO unsubscribed_contacts (phone, source) VALUES ('+13035550142', 'import');"
AFTER = """
PRAGMA foreign_keys = ON;
INSERT INTO groups (name, folded_name, is_topic) VALUES ('Choir', 'choir', 1);
INSERT INTO groups (name, folded_name, is_topic) VALUES ('Youth', 'youth', 1);
INSERT INTO unsubscribed_topics (phone, group_id) VALUES ('+13035550143', 1), ('+13035550143', 2);
INSERT INTO unsubscribed_contacts (phone, source, ends_at)
    VALUES ('+13035550143', 'pause', '2026-12-28 06:00:00.000000');
DELETE FROM groups WHERE id = 1;
"""


def run_script(path, script):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_0026_topics_keeps_opt_outs_and_a_pause_becomes_one_on_the_way_back(tmp_path):
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET, find_migrations()[:25])
    run_script(path, OPT_OUT)
    migrate_database(path, QUIET)
    run_script(path, AFTER)
    assert run_sql(path, "SELECT group_id, source FROM unsubscribed_topics") == [(2, "inbound")]
    for step in reversed(find_migrations()[25:]):
        revert_migration(path, step.version, QUIET)
    sources = "SELECT phone, source FROM unsubscribed_contacts ORDER BY phone"
    assert run_sql(path, sources) == [("+13035550142", "import"), ("+13035550143", "inbound")]
