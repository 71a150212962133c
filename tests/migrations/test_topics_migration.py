"""0026_topics and 0035_remembered_leaves: topics that people left, and pauses, over data."""

import contextlib
import sqlite3

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

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
    make_database(path, 25)
    run_script(path, OPT_OUT)
    migrate_database(path, QUIET, find_migrations()[:26])
    run_script(path, AFTER)
    assert run_sql(path, "SELECT group_id, source FROM unsubscribed_topics") == [(2, "inbound")]
    revert_migration(path, 26, QUIET)
    sources = "SELECT phone, source FROM unsubscribed_contacts ORDER BY phone"
    assert run_sql(path, sources) == [("+13035550142", "import"), ("+13035550143", "inbound")]


REPLIES = """
PRAGMA foreign_keys = ON;
INSERT INTO message_logs (id, message_body, target, total_recipients)
    VALUES (1, 'Hi', 'community', 1);
INSERT INTO messages (id, message_log_id, phone, body, direction, kind, carrier, status)
    VALUES (1, 1, '+13035550142', 'Hi', 'outbound', 'blast', 'sandbox', 'delivered'),
    (2, NULL, '+13035550142', 'Yes', 'inbound', 'inbound', 'sandbox', 'received');
INSERT INTO blast_replies (blast_message_id, message_log_id, reply_id, answer, replied_at)
    VALUES (1, 1, 2, 'yes', '2026-11-28 12:00:00');
"""
REMEMBERED = """
PRAGMA foreign_keys = ON;
INSERT INTO groups (id, name, folded_name) VALUES (1, 'Singers', 'singers');
INSERT INTO former_group_names (group_id, name, folded_name) VALUES (1, 'Choir', 'choir');
INSERT INTO deleted_topic_leaves (folded_name, phone) VALUES ('youth', '+13035550142');
INSERT INTO replaced_pauses (phone, source, created_at, ends_at)
    VALUES ('+13035550142', 'pause', '2026-11-28 06:00:00', '2026-12-28 06:00:00');
UPDATE blast_replies SET is_pause = 1;
DELETE FROM groups;
"""


def test_0035_remembered_leaves_keeps_replies_there_and_back(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 34)
    run_script(path, REPLIES)
    migrate_database(path, QUIET, find_migrations()[:35])
    run_script(path, REMEMBERED)
    assert run_sql(path, "SELECT answer, is_topic_left, is_pause FROM blast_replies") == [
        ("yes", 0, 1)
    ]
    assert run_sql(path, "SELECT count(*) FROM former_group_names") == [(0,)]
    revert_migration(path, 35, QUIET)
    assert run_sql(path, "SELECT answer, is_opt_out FROM blast_replies") == [("yes", 0)]
